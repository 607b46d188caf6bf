"""Who reaches a database's members: the site's own applications and members, and the members of the other site.

The members of two sites speak over their public addresses: replication over TLS by password, and by mutual TLS the
calls of protocol 6, by which a writer goes on while the control table cannot be reached.
"""

from infra.linode.address_plan import pool_range
from infra.linode.ports import DATABASE, FAILSAFE
from infra.linode.reserved_addresses import Addresses, hosts
from infra.linode.role_firewall import FirewallRule
from infra.linode.role_rules import RoleRules, metrics, reaching_out

APPLICATIONS = ("web", "api")


def database_rules(site: str, engine: str, peers: Addresses) -> RoleRules:
    """Return a member's; ``peers`` are the addresses of the other site's members."""
    port, neighbours = str(DATABASE[engine]), (pool_range(site, "database"),)
    applications = tuple(pool_range(site, pool) for pool in APPLICATIONS)
    members = (
        FirewallRule(label="members", ports=f"{port}, {FAILSAFE}", ipv4=neighbours),
        FirewallRule(label="members-of-other-site", ports=f"{port}, {FAILSAFE}", ipv4=hosts(peers)),
    )
    return RoleRules(
        inbound=(FirewallRule(label="applications", ports=port, ipv4=applications), *members),
        outbound=(*reaching_out(), *members, metrics(site)),
    )
