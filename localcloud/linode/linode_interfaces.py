"""Network interfaces of an instance, the generation that replaces those of profiles.

https://techdocs.akamai.com/linode-api/reference/post-linode-interface
"""

from dataclasses import replace
from typing import Literal

from localcloud.linode.account import Account
from localcloud.linode.addressing import addresses_of, in_subnet, slaac, taken_in
from localcloud.linode.body import Body
from localcloud.linode.entities.instance import Instance, LinodeInterface
from localcloud.linode.guarded import guard_by
from localcloud.linode.json_values import Json, Object
from localcloud.linode.legacy_interfaces import nat_of, subnet_in
from localcloud.linode.refusals import invalid

Kind = Literal["public", "vpc", "vlan"]
NO_FIREWALL = -1
"""Said of an interface that no firewall is to guard, the account's default one neither."""

KINDS: tuple[Kind, ...] = ("public", "vpc", "vlan")


def add_interface(account: Account, instance: Instance, body: Body) -> LinodeInterface:
    """Give an instance one more interface, guarded by the firewall that is named, or by none.

    Raises:
        Refused: a value that the service does not take, or no such firewall (400).
    """
    interface = _read_interface(account, instance, body)
    account.interfaces.put(interface.id, interface)
    if body.integer("firewall_id", NO_FIREWALL, least=NO_FIREWALL) != NO_FIREWALL:
        guard_by(account, body, interface.id, "linode_interface")
    return interface


def _read_interface(account: Account, instance: Instance, body: Body) -> LinodeInterface:
    """Read a new interface: exactly one of public, vpc and vlan.

    Raises:
        Refused: none or several of them, or a value that the service does not take.
    """
    kinds = [kind for kind in KINDS if kind in body]
    if len(kinds) != 1:
        raise invalid("Exactly one of public, vpc and vlan must be given", body.field("public"))
    route = body.part("default_route")
    others = account.interfaces.where(lambda each: each.linode_id == instance.id)
    return _of_kind(
        account, instance, body.part(kinds[0]), _blank(account, instance, kinds[0], route, first=not others)
    )


def _blank(account: Account, instance: Instance, kind: Kind, route: Body, *, first: bool) -> LinodeInterface:
    number, now = account.new_id(), account.now()
    leads = first and kind != "vlan"
    return LinodeInterface(
        id=number,
        linode_id=instance.id,
        kind=kind,
        mac_address=f"22:00:00:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
        created=now,
        updated=now,
        default_ipv4=route.flag("ipv4", leads),
        default_ipv6=route.flag("ipv6", leads and kind == "public"),
    )


def _of_kind(account: Account, instance: Instance, body: Body, blank: LinodeInterface) -> LinodeInterface:
    if blank.kind == "vpc":
        return _in_vpc(account, instance, body, blank)
    if blank.kind == "vlan":
        address = body.text("ipam_address") or None
        return replace(blank, vlan_label=body.needed("vlan_label"), ipam_address=address)
    return blank


def _in_vpc(account: Account, instance: Instance, body: Body, blank: LinodeInterface) -> LinodeInterface:
    subnet, ipv4 = subnet_in(account, body, instance.region), body.part("ipv4")
    first = next(iter(ipv4.parts("addresses")), Body({}))
    return replace(
        blank,
        subnet_id=subnet.id,
        vpc_id=subnet.vpc_id,
        address=in_subnet(subnet, taken_in(account, subnet.id), first.text("address")),
        nat_1_1=nat_of(account, instance.id, first.text("nat_1_1_address")),
        ip_ranges=tuple(each.needed("range") for each in ipv4.parts("ranges")),
    )


def shown_linode_interface(account: Account, interface: LinodeInterface) -> Object:
    """Show an interface as its own page does."""
    vlan: Object = {"vlan_label": interface.vlan_label, "ipam_address": interface.ipam_address}
    return {
        "id": interface.id,
        "mac_address": interface.mac_address,
        "created": interface.created,
        "updated": interface.updated,
        "version": interface.version,
        "default_route": {"ipv4": interface.default_ipv4, "ipv6": interface.default_ipv6},
        "public": _public(account, interface) if interface.kind == "public" else None,
        "vpc": _vpc(interface) if interface.kind == "vpc" else None,
        "vlan": vlan if interface.kind == "vlan" else None,
        "rdma_vpc": None,
    }


def _public(account: Account, interface: LinodeInterface) -> Json:
    own = [each for each in addresses_of(account, interface.linode_id) if each.public]
    shared = account.addresses.where(lambda each: interface.linode_id in each.shared_with)
    return {
        "ipv4": {
            "addresses": [{"address": each.address, "primary": each == own[0]} for each in own],
            "shared": [{"address": each.address, "linode_id": each.linode_id} for each in shared],
        },
        "ipv6": {"slaac": [{"address": slaac(interface.linode_id), "prefix": 64}], "ranges": [], "shared": []},
    }


def _vpc(interface: LinodeInterface) -> Json:
    address: Object = {"address": interface.address, "primary": True, "nat_1_1_address": interface.nat_1_1}
    ranges: list[Object] = [{"range": each} for each in interface.ip_ranges]
    ipv4: Object = {"addresses": [address], "ranges": ranges}
    return {"vpc_id": interface.vpc_id, "subnet_id": interface.subnet_id, "ipv4": ipv4}
