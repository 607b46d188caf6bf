"""Who may speak with whom in a site: for each role what comes in, from where, and what goes out, to where.

Machines reach names, time, package mirrors, the release channel and AWS: addresses that change, so these ports are open
outbound. In a site each role reaches the ranges of those that it needs. Nothing here lets SSH in.
"""

from dataclasses import dataclass, replace
from typing import Literal

from infra.linode.address_plan import POOLS, pool_range
from infra.linode.ports import BGP, DHCP, HTTP, HTTPS, METRICS, SERVICE
from infra.linode.role_firewall import ANYWHERE_IPV4, ANYWHERE_IPV6, FirewallRule

Ingress = Literal["nodebalancer", "keepalived"]
# https://www.linode.com/docs/guides/nodebalancer-reference-guide/
NODEBALANCERS = "192.168.255.0/24"
# Linode's routers, some in each data centre:
# https://www.linode.com/docs/products/compute/compute-instances/guides/failover-bgp-frr/
ROUTERS = "2600:3c0f::/32"


@dataclass(frozen=True, kw_only=True)
class RoleRules:
    """All that passes a role's firewall."""

    inbound: tuple[FirewallRule, ...]
    outbound: tuple[FirewallRule, ...]


def reaching_out() -> tuple[FirewallRule, ...]:
    """Return what every machine reaches: names, time, mirrors, the release channel, AWS, the sites from outside."""
    everywhere = FirewallRule(label="everywhere", ipv4=ANYWHERE_IPV4, ipv6=ANYWHERE_IPV6)
    return (
        replace(everywhere, label="names-and-time", ports="53, 123", protocol="UDP"),
        replace(everywhere, label="names-and-web", ports=f"53, {HTTP}, {HTTPS}"),
    )


def balancer_rules(site: str, ingress: Ingress) -> RoleRules:
    """Return a balancer's: requests come from NodeBalancers, or to the shared address from everywhere."""
    sources = (NODEBALANCERS,) if ingress == "nodebalancer" else ANYWHERE_IPV4
    servers = (pool_range(site, "web"), pool_range(site, "api"))
    sharing = _sharing() if ingress == "keepalived" else RoleRules(inbound=(), outbound=())
    return RoleRules(
        inbound=(FirewallRule(label="requests", ports=f"{HTTP}, {HTTPS}", ipv4=sources), *sharing.inbound),
        outbound=(
            *reaching_out(),
            FirewallRule(label="servers", ports=str(SERVICE), ipv4=servers),
            metrics(site),
            *sharing.outbound,
        ),
    )


def _sharing() -> RoleRules:
    """Return what a shared address takes: BGP over IPv6, whose neighbours are found by ICMP, and DHCP.

    Such a machine configures its network itself. https://www.rfc-editor.org/rfc/rfc4890#section-4.4,
    https://www.rfc-editor.org/rfc/rfc2131#section-4.1
    """
    neighbours = FirewallRule(label="neighbours", protocol="ICMP", ipv6=ANYWHERE_IPV6)
    dhcp = FirewallRule(label="own-address", ports=str(DHCP), protocol="UDP", ipv4=ANYWHERE_IPV4)
    announcing = FirewallRule(label="shared-address", ports=str(BGP), ipv6=(ROUTERS,))
    return RoleRules(inbound=(neighbours,), outbound=(neighbours, dhcp, announcing))


def server_rules(site: str, database_ports: str) -> RoleRules:
    """Return a web or API server's: requests come from balancers, queries go to the site's own database."""
    database = FirewallRule(label="database", ports=database_ports, ipv4=(pool_range(site, "database"),))
    return RoleRules(
        inbound=(FirewallRule(label="requests", ports=str(SERVICE), ipv4=(pool_range(site, "balancer"),)),),
        outbound=(*reaching_out(), database, metrics(site)),
    )


def monitoring_rules(site: str) -> RoleRules:
    """Return the monitoring machine's: the site's other machines send it what they measure."""
    senders = tuple(pool_range(site, pool) for pool in POOLS if pool != "monitoring")
    return RoleRules(
        inbound=(FirewallRule(label="metrics", ports=str(METRICS), ipv4=senders),), outbound=reaching_out()
    )


def observer_rules() -> RoleRules:
    """Return the observer's: it asks, and is asked nothing."""
    return RoleRules(inbound=(), outbound=reaching_out())


def nodebalancer_rules() -> RoleRules:
    """Return a NodeBalancer's: everybody's requests. What goes out of one no firewall filters."""
    everybody = FirewallRule(label="requests", ports=f"{HTTP}, {HTTPS}", ipv4=ANYWHERE_IPV4, ipv6=ANYWHERE_IPV6)
    return RoleRules(inbound=(everybody,), outbound=())


def metrics(site: str) -> FirewallRule:
    """Return the rule by which a machine sends what it measures."""
    return FirewallRule(label="metrics", ports=str(METRICS), ipv4=(pool_range(site, "monitoring"),))
