"""Network interfaces of a configuration profile.

https://techdocs.akamai.com/linode-api/reference/post-linode-config-interface
"""

from collections.abc import Sequence

from localcloud.linode.account import Account
from localcloud.linode.addressing import in_subnet, public_address_of, taken_in
from localcloud.linode.body import Body
from localcloud.linode.entities.instance import ConfigInterface, Instance
from localcloud.linode.entities.network import Subnet
from localcloud.linode.json_values import Object
from localcloud.linode.refusals import invalid

PURPOSES = ("public", "vlan", "vpc")
MOST = 3


def read_all(account: Account, instance: Instance, bodies: Sequence[Body]) -> tuple[ConfigInterface, ...]:
    """Read the interfaces of a profile, in order; none share an address of a subnet.

    Raises:
        Refused: too many, two public ones, or one that the service does not take.
    """
    if len(bodies) > MOST:
        raise invalid(f"A config may have {MOST} interfaces", "interfaces")
    purposes = [body.text("purpose") for body in bodies]
    if purposes.count("public") > 1:
        raise invalid("Only one public interface is allowed", "interfaces")
    read: tuple[ConfigInterface, ...] = ()
    for body in bodies:
        read += (read_one(account, instance, body, read),)
    return read


def read_one(account: Account, instance: Instance, body: Body, beside: Sequence[ConfigInterface]) -> ConfigInterface:
    """Read one interface that joins others of its profile.

    Raises:
        Refused: a value that the service does not take.
    """
    purpose = body.choice("purpose", PURPOSES, "")
    if purpose == "vpc":
        return _in_vpc(account, instance, body, beside)
    if purpose == "vlan":
        label, address = body.needed("label"), body.text("ipam_address")
        return ConfigInterface(id=account.new_id(), purpose=purpose, label=label, ipam_address=address or None)
    return ConfigInterface(id=account.new_id(), purpose=purpose, primary=body.flag("primary"))


def _in_vpc(account: Account, instance: Instance, body: Body, beside: Sequence[ConfigInterface]) -> ConfigInterface:
    subnet = subnet_in(account, body, instance.region)
    taken = taken_in(account, subnet.id) | {each.address for each in beside if each.address}
    ipv4 = body.part("ipv4")
    return ConfigInterface(
        id=account.new_id(),
        purpose="vpc",
        primary=body.flag("primary"),
        subnet_id=subnet.id,
        vpc_id=subnet.vpc_id,
        address=in_subnet(subnet, taken, ipv4.text("vpc")),
        nat_1_1=nat_of(account, instance.id, ipv4.text("nat_1_1")),
        ip_ranges=body.texts("ip_ranges"),
    )


def subnet_in(account: Account, body: Body, region: str) -> Subnet:
    """Read which subnet is meant: one of a VPC of the region.

    Raises:
        Refused: there is none such (400).
    """
    subnet = account.subnets.get(body.needed_integer("subnet_id"))
    if subnet is None or account.vpcs.need(subnet.vpc_id).region != region:
        raise invalid(f"The subnet is not of a VPC in {region}", body.field("subnet_id"))
    return subnet


def nat_of(account: Account, linode_id: int, wanted: str) -> str | None:
    """Give the public address that stands for one of a VPC: the instance's own for ``any`` or ``auto``.

    Raises:
        Refused: the address is not the instance's (400).
    """
    own = public_address_of(account, linode_id)
    if wanted in ("any", "auto") or not wanted:
        return own if wanted else None
    address = account.addresses.get(wanted)
    if address is None or address.linode_id != linode_id:
        raise invalid(f"{wanted} is not an address of the Linode", "ipv4.nat_1_1")
    return wanted


def shown_interface(interface: ConfigInterface, active: bool) -> Object:
    """Show an interface as its own page does."""
    inside: Object = {"vpc": interface.address, "nat_1_1": interface.nat_1_1}
    in_vpc = interface.purpose == "vpc"
    return {
        "id": interface.id,
        "purpose": interface.purpose,
        "primary": interface.primary,
        "active": active,
        "label": interface.label,
        "ipam_address": interface.ipam_address,
        "subnet_id": interface.subnet_id,
        "vpc_id": interface.vpc_id,
        "ipv4": inside if in_vpc else None,
        "ipv6": None,
        "ip_ranges": interface.ip_ranges if in_vpc else [],
    }
