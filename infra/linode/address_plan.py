"""Which private addresses a site has: a range for each pool, so that a firewall can tell pools apart.

Ranges of the two sites do not overlap, though VPCs of two regions are never joined: an address that is written
somewhere says which site is meant. Linode keeps 192.168.128.0/17 for itself:
https://techdocs.akamai.com/cloud-computing/docs/vpc.
"""

from collections.abc import Mapping

SITES: Mapping[str, int] = {"primary": 64, "secondary": 65}
POOLS: Mapping[str, int] = {"balancer": 1, "web": 2, "api": 3, "database": 4, "monitoring": 5}
HEARTBEATS = 250


def pool_range(site: str, pool: str) -> str:
    """Return the range of a pool's subnet."""
    return f"10.{SITES[site]}.{POOLS[pool]}.0/24"


def heartbeat_address(site: str, number: int) -> str:
    """Return a balancer's address in the network of heartbeats; balancers are numbered from 1."""
    return f"10.{SITES[site]}.{HEARTBEATS}.{number}/24"
