"""Hands out addresses: public ones of 198.18.0.0/15, a range for tests (RFC 2544), private ones as Linode's are."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from localcloud.linode.account import Account
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import Address, Subnet
from localcloud.linode.json_values import Json, Object
from localcloud.linode.refusals import invalid

PUBLIC = IPv4Network("198.18.0.0/15")
PRIVATE = IPv4Network("192.168.128.0/17")
"""Private addresses of all instances of a region, which no VPC may use."""

RESERVED_AT_START = 2
"""Of a subnet, its own address and its gateway's."""


def allocate(account: Account, region: str, *, public: bool, linode_id: int | None = None) -> Address:
    """Give a new address to an instance, or to nobody yet."""
    network = PUBLIC if public else PRIVATE
    free = (each for each in map(str, network.hosts()) if each not in account.addresses and _is_for_hosts(each))
    address = Address(address=next(free), region=region, public=public, linode_id=linode_id)
    return account.addresses.put(address.address, address)


def _is_for_hosts(address: str) -> bool:
    return address.rpartition(".")[2] not in ("0", "1", "255")


def addresses_of(account: Account, linode_id: int) -> list[Address]:
    """Give an instance's own addresses, the public ones first."""
    own = account.addresses.where(lambda each: each.linode_id == linode_id)
    return sorted(own, key=lambda each: not each.public)


def public_address_of(account: Account, linode_id: int) -> str | None:
    """Give an instance's first public address."""
    return next((each.address for each in addresses_of(account, linode_id) if each.public), None)


def slaac(linode_id: int) -> str:
    """Give the IPv6 address that an instance makes for itself, from the range for documentation (RFC 3849)."""
    return f"2001:db8::f03c:{linode_id >> 16:x}:{linode_id & 0xFFFF:x}"


def in_subnet(subnet: Subnet, taken: Iterable[str], wanted: str) -> str:
    """Give an address of a subnet: the one that is wanted, or for ``auto`` the first free one.

    Raises:
        Refused: it is not of the subnet, or not free (400).
    """
    network, used = IPv4Network(subnet.ipv4), set(taken)
    if wanted in ("", "auto"):
        hosts = (str(address) for number, address in enumerate(network, 0) if number >= RESERVED_AT_START)
        return next(host for host in hosts if host not in used)
    if wanted in used:
        raise invalid(f"Address {wanted} is already in use in the subnet", "ipv4.vpc")
    if not _is_address(wanted) or IPv4Address(wanted) not in network:
        raise invalid(f"Address {wanted} is not in the subnet {subnet.ipv4}", "ipv4.vpc")
    return wanted


def _is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)


def taken_in(account: Account, subnet_id: int) -> set[str]:
    """Give the addresses of a subnet that interfaces have."""
    legacy = (each for config in account.configs for each in config.interfaces)
    own = {each.address for each in legacy if each.subnet_id == subnet_id and each.address}
    return own | {each.address for each in account.interfaces if each.subnet_id == subnet_id and each.address}


def shown_address(account: Account, address: Address) -> Object:
    """Show an address as its own page does."""
    return {
        "address": address.address,
        "gateway": f"{address.address.rpartition('.')[0]}.1" if address.public else None,
        "subnet_mask": "255.255.255.0" if address.public else "255.255.128.0",
        "prefix": 24 if address.public else 17,
        "type": "ipv4",
        "public": address.public,
        "rdns": address.rdns if address.rdns or not address.public else _rdns(address),
        "linode_id": address.linode_id,
        "interface_id": _interface(account, address),
        "region": address.region,
        "reserved": address.reserved,
        "vpc_nat_1_1": _nat(account, address),
        "assigned_entity": _assigned(account, address),
    }


def shown_reservable(account: Account, address: Address) -> Object:
    """Show an address with what its owner wrote on it, which the API does where it may be a reserved one."""
    return {**shown_address(account, address), "tags": address.tags}


def _rdns(address: Address) -> str:
    return f"{address.address.replace('.', '-')}.ip.linodeusercontent.com"


def _nat(account: Account, address: Address) -> Json:
    legacy = [
        (each.address, each.subnet_id, each.vpc_id, each.nat_1_1) for c in account.configs for each in c.interfaces
    ]
    current = [(each.address, each.subnet_id, each.vpc_id, each.nat_1_1) for each in account.interfaces]
    for inner, subnet_id, vpc_id, outer in legacy + current:
        if outer == address.address:
            return {"address": inner, "subnet_id": subnet_id, "vpc_id": vpc_id}
    return None


def _interface(account: Account, address: Address) -> int | None:
    """Give the interface that has an address: one that an instance of the generation ``linode`` has by itself."""
    if not address.public:
        return None
    own = account.interfaces.where(lambda each: each.linode_id == address.linode_id and each.kind == "public")
    return own[0].id if own else None


def has_nat(account: Account, address: Address) -> bool:
    """Say whether an address stands for one of a VPC, which bars it from being shared."""
    return _nat(account, address) is not None


def _assigned(account: Account, address: Address) -> Json:
    instance = account.instances.get(address.linode_id)
    if instance is not None:
        return {"id": instance.id, "label": instance.label, "type": "linode", "url": _url(instance)}
    balancer = account.nodebalancers.get(address.nodebalancer_id)
    if balancer is None:
        return None
    url = f"/v4/nodebalancers/{balancer.id}"
    return {"id": balancer.id, "label": balancer.label, "type": "nodebalancer", "url": url}


def _url(instance: Instance) -> str:
    return f"/v4/linode/instances/{instance.id}"
