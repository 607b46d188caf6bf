"""Files that web servers fetch from those of the active site, by rsync over SSH with a key that can do nothing else.

Which site fetches is run time's, so both let the other one in. nodes/templates/units.py has what runs.
"""

from dataclasses import dataclass, replace

from infra.linode.ports import SSH
from infra.linode.reserved_addresses import Addresses, hosts
from infra.linode.role_firewall import FirewallRule
from infra.linode.role_rules import RoleRules


@dataclass(frozen=True, kw_only=True)
class FileCopies:
    """The public addresses of a site's web servers, one each, and of the other site's: ``peers``."""

    addresses: Addresses
    peers: Addresses


def with_copies(rules: RoleRules, copies: FileCopies) -> RoleRules:
    """Return a web server's rules with those that let files pass to and from the other site's."""
    files = FirewallRule(label="files-of-both-sites", ports=str(SSH), ipv4=hosts(copies.peers))
    return replace(rules, inbound=(*rules.inbound, files), outbound=(*rules.outbound, files))
