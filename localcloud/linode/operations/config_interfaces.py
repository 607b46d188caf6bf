"""The network interfaces of a configuration profile, one by one."""

from dataclasses import replace

from localcloud.linode.entities.instance import ConfigInterface, ConfigProfile
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.legacy_interfaces import MOST, nat_of, read_one, shown_interface
from localcloud.linode.operations.configs import config_of, runs
from localcloud.linode.operations.instances import instance_of
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, view


def _interface(call: Call, config: ConfigProfile) -> ConfigInterface:
    wanted = call.id("interfaceId")
    found = next((each for each in config.interfaces if each.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def _keep(call: Call, config: ConfigProfile, interfaces: tuple[ConfigInterface, ...]) -> None:
    call.account.configs.put(config.id, replace(config, interfaces=interfaces))


def _list(call: Call) -> Json:
    config = config_of(call)
    return [shown_interface(each, runs(call.account, config)) for each in config.interfaces]


def _view(call: Call) -> Json:
    config = config_of(call)
    return shown_interface(_interface(call, config), runs(call.account, config))


def _add(call: Call) -> Json:
    config = config_of(call)
    if len(config.interfaces) >= MOST:
        raise invalid(f"A config may have {MOST} interfaces")
    added = read_one(call.account, instance_of(call), call.body, config.interfaces)
    if added.purpose == "public" and any(each.purpose == "public" for each in config.interfaces):
        raise invalid("Only one public interface is allowed", "purpose")
    _keep(call, config, (*config.interfaces, added))
    return shown_interface(added, runs(call.account, config))


def _update(call: Call) -> Json:
    config = config_of(call)
    former = _interface(call, config)
    changed = replace(former, primary=call.body.flag("primary", former.primary))
    if former.purpose == "vpc":
        ipv4 = call.body.part("ipv4")
        changed = replace(
            changed,
            ip_ranges=call.body.texts("ip_ranges", former.ip_ranges),
            nat_1_1=nat_of(call.account, config.linode_id, ipv4.text("nat_1_1"))
            if "nat_1_1" in ipv4
            else former.nat_1_1,
        )
    _keep(call, config, tuple(changed if each.id == former.id else each for each in config.interfaces))
    return shown_interface(changed, runs(call.account, config))


def _delete(call: Call) -> Json:
    config = config_of(call)
    gone = _interface(call, config)
    if runs(call.account, config):
        raise invalid("The Linode runs with this interface")
    _keep(call, config, tuple(each for each in config.interfaces if each.id != gone.id))
    return EMPTY


def _order(call: Call) -> Json:
    config, ids = config_of(call), call.body.integers("ids")
    by_id = {each.id: each for each in config.interfaces}
    if sorted(ids) != sorted(by_id):
        raise invalid("ids must be those of all interfaces", "ids")
    _keep(call, config, tuple(by_id[each] for each in ids))
    return EMPTY


ALL = "/linode/instances/{linodeId}/configs/{configId}/interfaces"
ONE = f"{ALL}/{{interfaceId}}"
ROUTES = (
    view("get-linode-config-interfaces", ALL, "linodes:read_only", _list),
    change("post-linode-config-interface", f"POST {ALL}", "linodes", _add),
    change("post-linode-config-interfaces", f"POST {ALL}/order", "linodes", _order),
    view("get-linode-config-interface", ONE, "linodes:read_only", _view),
    change("put-linode-config-interface", f"PUT {ONE}", "linodes", _update),
    change("delete-linode-config-interface", f"DELETE {ONE}", "linodes", _delete),
)
