"""What a firewall guards, and which firewalls guard something."""

from localcloud.linode.entities.network import Device, Firewall
from localcloud.linode.guarded import add_device, shown_entity
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.operations.firewalls import shown_firewall
from localcloud.linode.operations.instances import instance_of
from localcloud.linode.refusals import not_found
from localcloud.linode.routes import Answer, Call, Route, change, collection, view

KINDS = ("linode", "nodebalancer", "linode_interface")


def _firewall(call: Call) -> Firewall:
    return call.account.firewalls.need(call.id("firewallId"))


def _device(call: Call) -> Device:
    device = call.account.devices.need(call.id("deviceId"))
    if device.firewall_id != _firewall(call).id:
        raise not_found()
    return device


def _shown(call: Call, device: Device) -> Object:
    entity = shown_entity(call.account, device)
    return {"id": device.id, "created": device.created, "updated": device.updated, "entity": entity}


def _list(call: Call) -> Json:
    firewall = _firewall(call)
    return [_shown(call, each) for each in call.account.devices if each.firewall_id == firewall.id]


def _add(call: Call) -> Json:
    kind, number = call.body.choice("type", KINDS, ""), call.body.needed_integer("id")
    return _shown(call, add_device(call.account, _firewall(call).id, number, kind, "id"))


def _remove(call: Call) -> Json:
    call.account.devices.remove(_device(call).id)
    return EMPTY


def _guards(call: Call, entity_id: int, kind: str) -> Json:
    """List the firewalls that guard something."""
    devices = call.account.devices.where(lambda each: (each.entity_id, each.entity_type) == (entity_id, kind))
    return [shown_firewall(call, call.account.firewalls.need(each.firewall_id)) for each in devices]


def _replace(call: Call, entity_id: int, kind: str) -> Json:
    """Have something guarded by the firewalls that are sent and no others."""
    for device in call.account.devices.where(lambda each: (each.entity_id, each.entity_type) == (entity_id, kind)):
        call.account.devices.remove(device.id)
    for number in call.body.integers("firewall_ids"):
        add_device(call.account, call.account.firewalls.need(number).id, entity_id, kind, "firewall_ids")
    return _guards(call, entity_id, kind)


def _of_balancer(call: Call) -> int:
    return call.account.nodebalancers.need(call.id("nodeBalancerId")).id


def _of_interface(call: Call) -> int:
    return call.account.interfaces.need(call.id("interfaceId")).id


def _replacing(operation: str, path: str, family: str, answer: Answer) -> Route:
    """Declare an operation that changes which firewalls guard something, and lists them."""
    return Route(
        operation=operation,
        method="PUT",
        path=path,
        scope=f"{family}:read_write",
        answer=answer,
        paged=True,
        filterable=frozenset(FILTERS.split()),
    )


FILTERS = "created id label tags updated"
ALL = "/networking/firewalls/{firewallId}/devices"
ONE = f"{ALL}/{{deviceId}}"
OF_LINODE, OF_BALANCER = "/linode/instances/{linodeId}/firewalls", "/nodebalancers/{nodeBalancerId}/firewalls"
ROUTES = (
    collection("get-firewall-devices", ALL, "firewall:read_only", _list, "created id updated"),
    change("post-firewall-device", f"POST {ALL}", "firewall", _add),
    view("get-firewall-device", ONE, "firewall:read_only", lambda call: _shown(call, _device(call))),
    change("delete-firewall-device", f"DELETE {ONE}", "firewall", _remove),
    collection(
        "get-linode-firewalls",
        OF_LINODE,
        "linodes:read_only",
        lambda call: _guards(call, instance_of(call).id, "linode"),
        FILTERS,
    ),
    _replacing(
        "put-linode-firewalls", OF_LINODE, "linodes", lambda call: _replace(call, instance_of(call).id, "linode")
    ),
    _replacing(
        "put-node-balancer-firewalls",
        OF_BALANCER,
        "nodebalancers",
        lambda call: _replace(call, _of_balancer(call), "nodebalancer"),
    ),
    collection(
        "get-linode-interface-firewalls",
        "/linode/instances/{linodeId}/interfaces/{interfaceId}/firewalls",
        "linodes:read_only",
        lambda call: _guards(call, _of_interface(call), "linode_interface"),
        FILTERS,
    ),
    collection(
        "get-node-balancer-firewalls",
        OF_BALANCER,
        "nodebalancers:read_only",
        lambda call: _guards(call, _of_balancer(call), "nodebalancer"),
        FILTERS,
    ),
)
