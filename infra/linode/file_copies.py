"""Files that web servers fetch from those of the active site, by rsync over SSH with a key that can do nothing else.

Which site fetches is run time's, so both let the other one in. nodes/templates/units.py has what runs.
"""

import pulumi

from infra.linode.reserved_addresses import hosts
from infra.linode.role_firewall import FirewallRule

SSH = "22"


def copies_inbound(peers: tuple[pulumi.Output[str], ...]) -> tuple[FirewallRule, ...]:
    """Return what web servers let in; ``peers`` are the addresses of the other site's."""
    return (FirewallRule(label="files-to-other-site", ports=SSH, ipv4=hosts(peers)),)


def copies_outbound(peers: tuple[pulumi.Output[str], ...]) -> tuple[FirewallRule, ...]:
    """Return what web servers may reach to fetch files."""
    return (FirewallRule(label="files-of-other-site", ports=SSH, ipv4=hosts(peers)),)
