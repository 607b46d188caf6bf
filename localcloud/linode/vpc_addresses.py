"""Which addresses of VPCs are in use, by whom."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from localcloud.linode.account import Account
from localcloud.linode.entities.instance import ConfigInterface, LinodeInterface
from localcloud.linode.json_values import Object


def in_vpcs(account: Account) -> list[Object]:
    """List the addresses and ranges that interfaces have in VPCs."""
    legacy = [
        row
        for config in account.configs
        for each in config.interfaces
        for row in _rows(account, each, config.linode_id, config.id)
    ]
    current = [row for each in account.interfaces for row in _rows(account, each, each.linode_id, None)]
    return legacy + current


def _rows(
    account: Account, interface: ConfigInterface | LinodeInterface, linode_id: int, config_id: int | None
) -> Iterator[Object]:
    subnet = account.subnets.get(interface.subnet_id)
    instance = account.instances.get(linode_id)
    if subnet is None or instance is None:
        return
    network = IPv4Network(subnet.ipv4)
    whole: Object = {
        "address": interface.address,
        "address_range": None,
        "gateway": str(network[1]),
        "subnet_mask": str(network.netmask),
        "prefix": network.prefixlen,
        "vpc_id": subnet.vpc_id,
        "subnet_id": subnet.id,
        "region": instance.region,
        "linode_id": linode_id,
        "config_id": config_id,
        "interface_id": interface.id,
        "nodebalancer_id": None,
        "database_id": None,
        "nat_1_1": interface.nat_1_1 or "",
        "active": instance.status == "running" and config_id in (None, instance.booted_config_id),
    }
    yield whole
    for each in interface.ip_ranges:
        yield {**whole, "address": None, "address_range": each}
