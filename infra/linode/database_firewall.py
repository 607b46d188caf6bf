"""Who reaches a database's members: the site's own applications and members, and the members of the other site.

The members of two sites speak over their public addresses, by mutual TLS: replication, and the calls of protocol 6
by which a writer goes on while the control table cannot be reached.
"""

import pulumi

from infra.linode.address_plan import pool_range
from infra.linode.reserved_addresses import hosts
from infra.linode.role_firewall import FirewallRule

DATABASE_PORTS = {"postgresql": 5432, "mariadb": 3306}
FAILSAFE_PORT = 7443
APPLICATIONS = ("web", "api")
Addresses = tuple[pulumi.Output[str], ...]


def database_inbound(site: str, engine: str, peers: Addresses) -> tuple[FirewallRule, ...]:
    """Return what is let in; ``peers`` are the addresses of the other site's members."""
    port, members = str(DATABASE_PORTS[engine]), pool_range(site, "database")
    applications = tuple(pool_range(site, pool) for pool in APPLICATIONS)
    return (
        FirewallRule(label="database-of-applications", ports=port, ipv4=applications),
        FirewallRule(label="database-of-members", ports=f"{port}, {FAILSAFE_PORT}", ipv4=(members,)),
        FirewallRule(label="database-of-other-site", ports=f"{port}, {FAILSAFE_PORT}", ipv4=hosts(peers)),
    )


def database_outbound(site: str, engine: str, peers: Addresses) -> tuple[FirewallRule, ...]:
    """Return what members may reach of each other, in both sites."""
    ports = f"{DATABASE_PORTS[engine]}, {FAILSAFE_PORT}"
    return (
        FirewallRule(label="members-of-site", ports=ports, ipv4=(pool_range(site, "database"),)),
        FirewallRule(label="members-of-other-site", ports=ports, ipv4=hosts(peers)),
    )
