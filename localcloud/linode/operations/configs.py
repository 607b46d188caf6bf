"""An instance's configuration profiles."""

from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.instance import DEVICES, Attached, ConfigHelpers, ConfigProfile
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.legacy_interfaces import read_all, shown_interface
from localcloud.linode.locks import check_parts_unlocked
from localcloud.linode.operations.instances import instance_of
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view

RUN_LEVELS = ("default", "single", "binbash")
VIRTUALIZATION = ("paravirt", "fullvirt")


def config_of(call: Call) -> ConfigProfile:
    """Give the profile that a path names.

    Raises:
        Refused: the instance has none such (404).
    """
    config = call.account.configs.need(call.id("configId"))
    if config.linode_id != instance_of(call).id:
        raise not_found()
    return config


def runs(account: Account, config: ConfigProfile) -> bool:
    """Say whether the instance runs with this profile."""
    return account.instances.need(config.linode_id).booted_config_id == config.id


def _shown(account: Account, config: ConfigProfile) -> Object:
    devices, active = dict(config.devices), runs(account, config)
    return {
        "id": config.id,
        "label": config.label,
        "comments": config.comments,
        "kernel": config.kernel,
        "memory_limit": config.memory_limit,
        "root_device": config.root_device,
        "run_level": config.run_level,
        "virt_mode": config.virt_mode,
        "helpers": asdict(config.helpers),
        "devices": {name: asdict(devices[name]) if name in devices else None for name in DEVICES},
        "interfaces": [shown_interface(each, active) for each in config.interfaces],
    }


def _read(call: Call, former: ConfigProfile) -> ConfigProfile:
    body, instance = call.body, instance_of(call)
    return replace(
        former,
        label=body.text("label", former.label),
        comments=body.text("comments", former.comments),
        kernel=body.text("kernel", former.kernel),
        memory_limit=body.integer("memory_limit", former.memory_limit),
        root_device=body.text("root_device", former.root_device),
        run_level=body.choice("run_level", RUN_LEVELS, former.run_level),
        virt_mode=body.choice("virt_mode", VIRTUALIZATION, former.virt_mode),
        helpers=_helpers(body.part("helpers"), former.helpers),
        devices=_devices(call, body.part("devices")) if "devices" in body else former.devices,
        interfaces=read_all(call.account, instance, body.parts("interfaces"))
        if "interfaces" in body
        else former.interfaces,
    )


def _helpers(sent: Body, former: ConfigHelpers) -> ConfigHelpers:
    return ConfigHelpers(
        devtmpfs_automount=sent.flag("devtmpfs_automount", former.devtmpfs_automount),
        distro=sent.flag("distro", former.distro),
        modules_dep=sent.flag("modules_dep", former.modules_dep),
        network=sent.flag("network", former.network),
        updatedb_disabled=sent.flag("updatedb_disabled", former.updatedb_disabled),
    )


def _devices(call: Call, sent: Body) -> tuple[tuple[str, Attached], ...]:
    return tuple((name, _attached(call, sent.part(name))) for name in DEVICES if name in sent)


def _attached(call: Call, sent: Body) -> Attached:
    """Read a device: a disk of the instance, or a volume of its region."""
    instance = instance_of(call)
    disk = call.account.disks.get(sent.optional_integer("disk_id"))
    volume = call.account.volumes.get(sent.optional_integer("volume_id"))
    if disk is not None and disk.linode_id == instance.id:
        return Attached(disk_id=disk.id)
    if volume is not None and volume.region == instance.region and volume.linode_id in (None, instance.id):
        call.account.volumes.put(volume.id, replace(volume, linode_id=instance.id))
        return Attached(volume_id=volume.id)
    raise invalid("The device is no disk or volume of the Linode", sent.field("disk_id"))


def _create(call: Call) -> Json:
    label, instance = call.body.needed("label"), instance_of(call)
    if "devices" not in call.body:
        raise invalid("devices is required", "devices")
    config = _read(call, ConfigProfile(id=call.account.new_id(), linode_id=instance.id, label=label))
    return _shown(call.account, call.account.configs.put(config.id, config))


def _update(call: Call) -> Json:
    """Change a profile. Interfaces that are sent replace the former ones, whose addresses are free for them."""
    former = config_of(call)
    if "interfaces" in call.body:
        call.account.configs.put(former.id, replace(former, interfaces=()))
    return _shown(call.account, call.account.configs.put(former.id, _read(call, former)))


def _delete(call: Call) -> Json:
    config = config_of(call)
    check_parts_unlocked(call.account, instance_of(call).id)
    if runs(call.account, config):
        raise invalid("The Linode runs with this configuration profile")
    call.account.configs.remove(config.id)
    return EMPTY


def _list(call: Call) -> Json:
    linode_id = instance_of(call).id
    own = call.account.configs.where(lambda each: each.linode_id == linode_id)
    return [_shown(call.account, each) for each in own]


ALL, ONE = "/linode/instances/{linodeId}/configs", "/linode/instances/{linodeId}/configs/{configId}"
ROUTES = (
    collection("get-linode-configs", ALL, "linodes:read_only", _list, "interfaces.label label"),
    change("post-add-linode-config", f"POST {ALL}", "linodes", _create),
    view("get-linode-config", ONE, "linodes:read_only", lambda call: _shown(call.account, config_of(call))),
    change("put-linode-config", f"PUT {ONE}", "linodes", _update),
    change("delete-linode-config", f"DELETE {ONE}", "linodes", _delete),
)
