"""What an account owns and what a state keeps of it, in one form: the type and the id of each thing."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from localcloud.linode.account import OWNER, Account

LINODE = "linode:index"


def kept(state: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the things at Linode that a state keeps, by their logical names."""
    return {
        one["urn"].rpartition("::")[2]: f"{one['type'].rpartition(':')[2]} {one['id']}"
        for one in state
        if one["type"].startswith(LINODE)
    }


def owned(account: Account) -> set[str]:
    """Return everything of an account that a program can have made.

    Left out is what belongs to one of them and goes with it: disks, profiles, their addresses, events, and a firewall's
    devices, which a program declares with the firewall or by themselves.
    """
    tables: Mapping[str, Collection[int | str]] = {
        "Domain": account.domains.copy(),
        "DomainRecord": account.records.copy(),
        "Instance": account.instances.copy(),
        "Vpc": account.vpcs.copy(),
        "VpcSubnet": account.subnets.copy(),
        "Firewall": account.firewalls.copy(),
        "PlacementGroup": account.placement_groups.copy(),
        "NodeBalancer": account.nodebalancers.copy(),
        "NodeBalancerConfig": account.port_configs.copy(),
        "NodeBalancerNode": account.nodes.copy(),
        "Volume": account.volumes.copy(),
        "ObjectStorageBucket": [f"{one.region}:{one.label}" for one in account.buckets],
        "ReservedIp": [one.address for one in account.addresses if one.reserved],
        "User": [one.username for one in account.users if one.username != OWNER],
    }
    return {f"{kind} {key}" for kind, keys in tables.items() for key in keys}


def devices(account: Account) -> set[str]:
    """Return what firewalls guard, as the devices that a program declares by themselves."""
    return {f"FirewallDevice {key}" for key in account.devices.copy()}
