"""All addresses of an account: allocating, assigning, sharing, reserving.

https://techdocs.akamai.com/linode-api/reference/post-share-ips
"""

from dataclasses import replace

from localcloud.linode.account import Account
from localcloud.linode.addressing import allocate, has_nat, shown_address, shown_reservable
from localcloud.linode.catalogue import REGIONS
from localcloud.linode.entities.network import Address
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view

FILTERS = "address linode_id public rdns region reserved type"


def _list(call: Call) -> Json:
    return [shown_address(call.account, each) for each in call.account.addresses]


def _address(call: Call) -> Address:
    return call.account.addresses.need(call.ids["address"])


def _reserved(call: Call) -> Address:
    address = _address(call)
    if not address.reserved:
        raise not_found()
    return address


def _allocate(call: Call) -> Json:
    """Give a new address to an instance, or reserve it for a region."""
    account, body = call.account, call.body
    body.choice("type", ("ipv4",), "")
    linode_id, reserved = body.optional_integer("linode_id"), body.flag("reserved")
    if linode_id is None and not reserved:
        raise invalid("linode_id is required", "linode_id")
    region = body.choice("region", REGIONS, "") if linode_id is None else account.instances.need(linode_id).region
    address = allocate(account, region, public=body.flag("public"), linode_id=linode_id)
    return shown_address(account, account.addresses.put(address.address, replace(address, reserved=reserved)))


def _update(call: Call) -> Json:
    address, body = _address(call), call.body
    rdns = body.text("rdns", address.rdns or "") or None
    changed = replace(address, rdns=rdns, reserved=body.flag("reserved", address.reserved))
    return shown_address(call.account, call.account.addresses.put(address.address, changed))


def _assign(call: Call) -> Json:
    """Move addresses between instances of a region; each must keep a public one."""
    account, region = call.account, call.body.choice("region", REGIONS, "")
    for each in call.body.parts("assignments"):
        address = account.addresses.get(each.needed("address"))
        instance = account.instances.get(each.needed_integer("linode_id"))
        if address is None or instance is None or {address.region, instance.region} != {region}:
            raise invalid(f"Address and Linode must be in {region}", each.field("address"))
        account.addresses.put(address.address, replace(address, linode_id=instance.id))
    for instance in account.instances:
        if not account.addresses.where(lambda one, own=instance.id: one.linode_id == own and one.public):  # type: ignore[misc]
            raise invalid(f"Linode {instance.id} would have no public address", "assignments")
    return EMPTY


def _share(call: Call) -> Json:
    """Let an instance announce addresses of others of its region; those not named are no longer shared with it."""
    account, wanted = call.account, call.body.texts("ips")
    instance = account.instances.get(call.body.needed_integer("linode_id"))
    if instance is None:
        raise invalid("The Linode does not exist", "linode_id")
    for text in wanted:
        _check_shareable(account, text, instance.region)
    for address in account.addresses:
        shared = _joined(address.shared_with, instance.id, address.address in wanted)
        account.addresses.put(address.address, replace(address, shared_with=shared))
    for each in account.ipv6_ranges:
        shared = _joined(each.shared_with, instance.id, f"{each.range}/{each.prefix}" in wanted)
        account.ipv6_ranges.put(each.range, replace(each, shared_with=shared))
    return EMPTY


def _joined(former: tuple[int, ...], linode_id: int, joins: bool) -> tuple[int, ...]:
    others = tuple(each for each in former if each != linode_id)
    return (*others, linode_id) if joins else others


def _check_shareable(account: Account, text: str, region: str) -> None:
    known = account.ipv6_ranges.get(text.partition("/")[0])
    if known is not None and known.region == region:
        return
    address = account.addresses.get(text)
    if address is None or address.linode_id is None or not address.public or address.region != region:
        raise invalid(f"{text} is not a public address of a Linode in {region}", "ips")
    if has_nat(account, address):
        raise invalid(f"{text} stands 1:1 for an address of a VPC and cannot be shared", "ips")


def _reserve(call: Call) -> Json:
    account, region = call.account, call.body.choice("region", REGIONS, call.body.needed("region"))
    account.check_quota("reserved_addresses", len(account.addresses.where(lambda each: each.reserved)))
    address = allocate(account, region, public=True)
    kept = replace(address, reserved=True, tags=call.body.texts("tags"))
    return shown_reservable(account, account.addresses.put(address.address, kept))


def _retag(call: Call) -> Json:
    address = _reserved(call)
    changed = replace(address, tags=call.body.texts("tags", address.tags))
    return shown_reservable(call.account, call.account.addresses.put(address.address, changed))


def _unreserve(call: Call) -> Json:
    """Give a reserved address back; one that an instance uses stays its own."""
    address = _reserved(call)
    if address.linode_id is None:
        call.account.addresses.remove(address.address)
    else:
        call.account.addresses.put(address.address, replace(address, reserved=False))
    return EMPTY


ALL, RESERVED = "/networking/ips", "/networking/reserved/ips"
ONE, ONE_RESERVED = f"{ALL}/{{address}}", f"{RESERVED}/{{address}}"
ROUTES = (
    collection("get-ips", ALL, "ips:read_only", _list, FILTERS),
    change("post-allocate-ip", f"POST {ALL}", "ips", _allocate),
    change("post-assign-ips", f"POST {ALL}/assign", "ips", _assign),
    change("post-share-ips", f"POST {ALL}/share", "ips", _share),
    view("get-ip", ONE, "ips:read_only", lambda call: shown_address(call.account, _address(call))),
    change("put-ip", f"PUT {ONE}", "ips", _update),
    collection(
        "get-reserved-ips",
        RESERVED,
        "ips:read_only",
        lambda call: [shown_reservable(call.account, each) for each in call.account.addresses if each.reserved],
        FILTERS,
    ),
    change("post-reserved-ip", f"POST {RESERVED}", "ips", _reserve),
    view(
        "get-reserved-ip", ONE_RESERVED, "ips:read_only", lambda call: shown_reservable(call.account, _reserved(call))
    ),
    change("put-reserved-ip", f"PUT {ONE_RESERVED}", "ips", _retag),
    change("delete-reserved-ip", f"DELETE {ONE_RESERVED}", "ips", _unreserve),
)
