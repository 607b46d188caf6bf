"""The network interfaces of an instance of the generation ``linode``."""

from dataclasses import replace

from localcloud.linode.entities.instance import LinodeInterface
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.linode_interfaces import add_interface, shown_linode_interface
from localcloud.linode.locks import check_parts_unlocked
from localcloud.linode.operations.instances import instance_of
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, view


def _own(call: Call) -> list[LinodeInterface]:
    linode_id = instance_of(call).id
    return call.account.interfaces.where(lambda each: each.linode_id == linode_id)


def _interface(call: Call) -> LinodeInterface:
    wanted = call.id("interfaceId")
    found = next((each for each in _own(call) if each.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def _list(call: Call) -> Json:
    return {"interfaces": [shown_linode_interface(call.account, each) for each in _own(call)]}


def _add(call: Call) -> Json:
    instance = instance_of(call)
    if instance.interface_generation != "linode":
        raise invalid("The Linode has interfaces of its configuration profiles")
    if instance.status != "offline":
        raise invalid("The Linode must be powered off")
    return shown_linode_interface(call.account, add_interface(call.account, instance, call.body))


def _update(call: Call) -> Json:
    former, route = _interface(call), call.body.part("default_route")
    changed = replace(
        former,
        default_ipv4=route.flag("ipv4", former.default_ipv4),
        default_ipv6=route.flag("ipv6", former.default_ipv6),
        version=former.version + 1,
        updated=call.account.now(),
    )
    return shown_linode_interface(call.account, call.account.interfaces.put(former.id, changed))


def _delete(call: Call) -> Json:
    interface = _interface(call)
    check_parts_unlocked(call.account, instance_of(call).id)
    if instance_of(call).status != "offline":
        raise invalid("The Linode must be powered off")
    for device in call.account.devices.where(
        lambda each: each.entity_type == "linode_interface" and each.entity_id == interface.id
    ):
        call.account.devices.remove(device.id)
    call.account.interfaces.remove(interface.id)
    return EMPTY


def _settings(call: Call) -> Json:
    own = _own(call)
    leads4 = [each.id for each in own if each.default_ipv4]
    leads6 = [each.id for each in own if each.default_ipv6]
    return {
        "network_helper": instance_of(call).network_helper,
        "default_route": {
            "ipv4_interface_id": leads4[0] if leads4 else None,
            "ipv4_eligible_interface_ids": [each.id for each in own if each.kind != "vlan"],
            "ipv6_interface_id": leads6[0] if leads6 else None,
            "ipv6_eligible_interface_ids": [each.id for each in own if each.kind == "public"],
        },
    }


ALL = "/linode/instances/{linodeId}/interfaces"
ONE = f"{ALL}/{{interfaceId}}"
ROUTES = (
    view("get-linode-interfaces", ALL, "linodes:read_only", _list),
    change("post-linode-interface", f"POST {ALL}", "linodes", _add),
    view("get-linode-interface-settings", f"{ALL}/settings", "linodes:read_only", _settings),
    view(
        "get-linode-interface",
        ONE,
        "linodes:read_only",
        lambda call: shown_linode_interface(call.account, _interface(call)),
    ),
    change("put-linode-interface", f"PUT {ONE}", "linodes", _update),
    change("delete-linode-interface", f"DELETE {ONE}", "linodes", _delete),
)
