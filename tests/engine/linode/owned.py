"""What an account owns, by the types that a program declares."""

from localcloud.linode.account import Account, Table


def things(account: Account) -> set[str]:
    """Return everything that exists and that a program can have made: type and id.

    Left out is what belongs to one of them and goes with it: disks, profiles, addresses, events.
    """
    tables: dict[str, Table[int, object]] = {
        "Domain": account.domains,
        "DomainRecord": account.records,
        "Instance": account.instances,
        "Vpc": account.vpcs,
        "VpcSubnet": account.subnets,
        "Firewall": account.firewalls,
        "PlacementGroup": account.placement_groups,
        "NodeBalancer": account.nodebalancers,
        "NodeBalancerConfig": account.port_configs,
        "NodeBalancerNode": account.nodes,
        "Volume": account.volumes,
    }  # type: ignore[dict-item]
    return {f"{name} {key}" for name, table in tables.items() for key in table.copy()}
