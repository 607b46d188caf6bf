"""An instance's addresses, and what else belongs to it."""

from dataclasses import replace

from localcloud.linode.account import Account
from localcloud.linode.addressing import addresses_of, allocate, shown_address, shown_reservable, slaac
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import Address
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.locks import check_parts_unlocked
from localcloud.linode.operations.instances import instance_of
from localcloud.linode.operations.ipv6_ranges import shown_range
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, view
from localcloud.linode.vpc_addresses import in_vpcs


def _all(call: Call) -> Json:
    account, instance = call.account, instance_of(call)
    own = addresses_of(account, instance.id)
    shared = account.addresses.where(lambda each: instance.id in each.shared_with)
    return {
        "ipv4": {
            "public": [shown_address(account, each) for each in own if each.public and not each.reserved],
            "private": [_private(account, each) for each in own if not each.public],
            "shared": [shown_reservable(account, each) for each in shared],
            "reserved": [shown_reservable(account, each) for each in own if each.reserved],
            "vpc": [each for each in in_vpcs(account) if each["linode_id"] == instance.id],
        },
        "ipv6": {
            "slaac": _ipv6(instance, slaac(instance.id), "ipv6"),
            "link_local": _ipv6(instance, slaac(instance.id).replace("2001:db8", "fe80"), "ipv6"),
            "global": [shown_range(each) for each in account.ipv6_ranges if each.linode_id == instance.id],
        },
    }


def _private(account: Account, address: Address) -> Object:
    hidden = {"assigned_entity", "interface_id", "reserved", "vpc_nat_1_1"}
    return {name: value for name, value in shown_address(account, address).items() if name not in hidden}


def _ipv6(instance: Instance, address: str, kind: str) -> Object:
    return {
        "address": address,
        "gateway": "fe80::1",
        "subnet_mask": "ffff:ffff:ffff:ffff::",
        "prefix": 64,
        "type": kind,
        "rdns": None,
        "linode_id": instance.id,
        "region": instance.region,
        "public": not address.startswith("fe80"),
    }


def _address(call: Call) -> Address:
    address = call.account.addresses.need(call.ids["address"])
    if address.linode_id != instance_of(call).id:
        raise not_found()
    return address


def _add(call: Call) -> Json:
    instance, body, account = instance_of(call), call.body, call.account
    body.choice("type", ("ipv4",), "")
    if "public" not in body:
        raise invalid("public is required", "public")
    account.check_quota("addresses_per_instance", len(addresses_of(account, instance.id)))
    if "address" in body:
        return shown_reservable(account, _take_reserved(account, instance, body.text("address")))
    added = allocate(account, instance.region, public=body.flag("public"), linode_id=instance.id)
    return shown_reservable(account, added)


def _take_reserved(account: Account, instance: Instance, wanted: str) -> Address:
    address = account.addresses.get(wanted)
    if address is None or not address.is_free_in(instance.region):
        raise invalid(f"{wanted} is not a free reserved address of {instance.region}", "address")
    return account.addresses.put(wanted, replace(address, linode_id=instance.id))


def _set_rdns(call: Call) -> Json:
    changed = replace(_address(call), rdns=call.body.text("rdns") or None)
    return shown_address(call.account, call.account.addresses.put(changed.address, changed))


def _delete(call: Call) -> Json:
    address = _address(call)
    check_parts_unlocked(call.account, instance_of(call).id)
    public = [each for each in addresses_of(call.account, instance_of(call).id) if each.public]
    if public == [address]:
        raise invalid("Linode must have at least one public address")
    if address.reserved:
        call.account.addresses.put(address.address, replace(address, linode_id=None))
    else:
        call.account.addresses.remove(address.address)
    return EMPTY


ALL = "/linode/instances/{linodeId}/ips"
ONE = f"{ALL}/{{address}}"
ROUTES = (
    view("get-linode-ips", ALL, "linodes:read_only", _all),
    change("post-add-linode-ip", f"POST {ALL}", "linodes", _add),
    view("get-linode-ip", ONE, "linodes:read_only", lambda call: shown_address(call.account, _address(call))),
    change("put-linode-ip", f"PUT {ONE}", "linodes", _set_rdns),
    change("delete-linode-ip", f"DELETE {ONE}", "linodes", _delete),
)
