"""Ranges of IPv6 addresses that are routed to an instance.

https://techdocs.akamai.com/linode-api/reference/post-ipv6-range
"""

from localcloud.linode.account import Account
from localcloud.linode.addressing import slaac
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import Ipv6Range
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view

PREFIXES = (56, 64)


def shown_range(each: Ipv6Range) -> Object:
    """Show a range as lists do."""
    target = slaac(each.linode_id)
    return {"range": each.range, "prefix": each.prefix, "region": each.region, "route_target": target}


def _create(call: Call) -> Json:
    account, body = call.account, call.body
    prefix = body.needed_integer("prefix_length")
    if prefix not in PREFIXES:
        raise invalid("prefix_length must be 56 or 64", "prefix_length")
    instance = _target(account, body.optional_integer("linode_id"), body.text("route_target"))
    number = account.new_id()
    made = Ipv6Range(
        range=f"2001:db8:{number >> 8:x}:{(number & 0xFF) << 8:x}::",
        prefix=prefix,
        region=instance.region,
        linode_id=instance.id,
    )
    account.ipv6_ranges.put(made.range, made)
    return {"range": f"{made.range}/{prefix}", "route_target": slaac(instance.id)}


def _target(account: Account, linode_id: int | None, address: str) -> Instance:
    """Give the instance that a range is routed to, named by its number or by its own address."""
    found = [each for each in account.instances if each.id == linode_id or slaac(each.id) == address]
    if not found:
        raise invalid("Either linode_id or route_target must name a Linode", "linode_id")
    return found[0]


def _view(call: Call) -> Json:
    each = call.account.ipv6_ranges.need(call.ids["range"])
    linodes = [each.linode_id, *each.shared_with]
    told: Object = {"is_bgp": bool(each.shared_with), "linodes": linodes, "prefix": each.prefix}
    return {**told, "range": each.range, "region": each.region}


def _delete(call: Call) -> Json:
    call.account.ipv6_ranges.remove(call.ids["range"])
    return EMPTY


ALL, ONE = "/networking/ipv6/ranges", "/networking/ipv6/ranges/{range}"
ROUTES = (
    collection(
        "get-ipv6-ranges", ALL, "ips:read_only", lambda call: [shown_range(each) for each in call.account.ipv6_ranges]
    ),
    change("post-ipv6-range", f"POST {ALL}", "ips", _create),
    view("get-ipv6-range", ONE, "ips:read_only", _view),
    change("delete-ipv6-range", f"DELETE {ONE}", "ips", _delete),
)
