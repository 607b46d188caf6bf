"""Linodes: what they are, what they are called, their end. Creation and power have modules of their own."""

from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.addressing import addresses_of, slaac
from localcloud.linode.catalogue import TYPES, PlanType
from localcloud.linode.entities.instance import Alerts, Instance
from localcloud.linode.events import note
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.labels import label_of
from localcloud.linode.locks import check_unlocked, locks_of
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

CAPABILITIES = ("Block Storage Encryption", "Block Storage Performance B1")
GIGABYTE = 1024


def shown_instance(account: Account, instance: Instance) -> Object:
    """Show an instance as its own page does."""
    return {
        "id": instance.id,
        "label": instance.label,
        "group": instance.group,
        "tags": instance.tags,
        "status": instance.status,
        "created": instance.created,
        "updated": instance.updated,
        "region": instance.region,
        "site_type": "core",
        "type": instance.type,
        "image": instance.image,
        "ipv4": [each.address for each in addresses_of(account, instance.id)],
        "ipv6": f"{slaac(instance.id)}/128",
        "alerts": asdict(instance.alerts),
        "backups": _backups(instance),
        "specs": _specs(TYPES[instance.type]),
        "capabilities": CAPABILITIES,
        "disk_encryption": instance.disk_encryption,
        "has_user_data": bool(instance.user_data),
        "host_uuid": instance.host_uuid,
        "hypervisor": "kvm",
        "interface_generation": instance.interface_generation,
        "lke_cluster_id": None,
        "locks": locks_of(account, "linode", instance.id),
        "maintenance_policy": instance.maintenance_policy,
        "placement_group": _group(account, instance),
        "watchdog_enabled": instance.watchdog_enabled,
    }


def _backups(instance: Instance) -> Object:
    return {
        "available": False,
        "enabled": instance.backups_enabled,
        "last_successful": None,
        "schedule": {"day": None, "window": None},
    }


def _specs(plan: PlanType) -> Object:
    return {
        "disk": plan.disk,
        "memory": plan.memory,
        "vcpus": plan.vcpus,
        "gpus": 0,
        "accelerated_devices": 0,
        "transfer": plan.transfer,
    }


def _group(account: Account, instance: Instance) -> Json:
    group = account.placement_groups.get(instance.placement_group_id)
    if group is None:
        return None
    return {key: value for key, value in asdict(group).items() if key != "region"} | {"migrating_to": None}


def instance_of(call: Call) -> Instance:
    """Give the instance that a path names.

    Raises:
        Refused: there is none (404).
    """
    return call.account.instances.need(call.id("linodeId"))


def _view(call: Call) -> Json:
    return shown_instance(call.account, instance_of(call))


def _update(call: Call) -> Json:
    former, body = instance_of(call), call.body
    taken = (each.label for each in call.account.instances)
    changed = replace(
        former,
        label=label_of(body, former.label, taken),
        tags=body.texts("tags", former.tags),
        group=body.text("group", former.group),
        watchdog_enabled=body.flag("watchdog_enabled", former.watchdog_enabled),
        maintenance_policy=body.text("maintenance_policy", former.maintenance_policy),
        alerts=_alerts(call, former.alerts),
        updated=call.account.now(),
    )
    note(call.account, "linode_update", as_entity(changed))
    return shown_instance(call.account, call.account.instances.put(former.id, changed))


def _alerts(call: Call, former: Alerts) -> Alerts:
    sent = call.body.part("alerts")
    return Alerts(
        cpu=sent.integer("cpu", former.cpu),
        io=sent.integer("io", former.io),
        network_in=sent.integer("network_in", former.network_in),
        network_out=sent.integer("network_out", former.network_out),
        transfer_quota=sent.integer("transfer_quota", former.transfer_quota),
    )


def _delete(call: Call) -> Json:
    account, instance = call.account, instance_of(call)
    check_unlocked(account, "linode", instance.id)
    account.instances.remove(instance.id)
    remove_disks(account, instance.id)
    guarded = {(instance.id, "linode")}
    for interface in account.interfaces.where(lambda each: each.linode_id == instance.id):
        guarded.add((account.interfaces.remove(interface.id).id, "linode_interface"))
    for device in account.devices.where(lambda each: (each.entity_id, each.entity_type) in guarded):
        account.devices.remove(device.id)
    for volume in account.volumes.where(lambda each: each.linode_id == instance.id):
        account.volumes.put(volume.id, replace(volume, linode_id=None))
    _free_addresses(account, instance)
    _tell_deleted(call, instance)
    return EMPTY


def _tell_deleted(call: Call, instance: Instance) -> None:
    """Have an event tell of the deletion, and some time later of its end, which provisioners wait for."""
    call.jobs.start(
        Job(
            action="linode_delete",
            region=instance.region,
            entity=as_entity(instance),
            seconds=call.jobs.delays.shutdown_seconds,
            done=lambda: None,
            alone=False,
        )
    )


def remove_disks(account: Account, linode_id: int) -> None:
    """Take away an instance's disks and the profiles that boot from them."""
    for disk in account.disks.where(lambda each: each.linode_id == linode_id):
        account.disks.remove(disk.id)
    for config in account.configs.where(lambda each: each.linode_id == linode_id):
        account.configs.remove(config.id)


def _free_addresses(account: Account, instance: Instance) -> None:
    """Give an instance's addresses back; the account keeps those that it reserved."""
    for address in account.addresses:
        if address.linode_id == instance.id and not address.reserved:
            account.addresses.remove(address.address)
        elif address.linode_id == instance.id:
            account.addresses.put(address.address, replace(address, linode_id=None, shared_with=()))
        else:
            account.addresses.put(
                address.address, replace(address, shared_with=_without(address.shared_with, instance))
            )
    for each in account.ipv6_ranges:
        account.ipv6_ranges.put(each.range, replace(each, shared_with=_without(each.shared_with, instance)))
        if each.linode_id == instance.id:
            account.ipv6_ranges.remove(each.range)


def _without(numbers: tuple[int, ...], instance: Instance) -> tuple[int, ...]:
    return tuple(each for each in numbers if each != instance.id)


def _transfer(call: Call) -> Json:
    instance = instance_of(call)
    return {"used": 0, "quota": TYPES[instance.type].transfer, "billable": 0}


PLACEMENT_FILTERS = "placement_group.label placement_group.placement_group_type"
FILTERS = f"group id image interface_generation ipv4 label region tags {PLACEMENT_FILTERS}"
ONE = "/linode/instances/{linodeId}"
ROUTES = (
    collection(
        "get-linode-instances",
        "/linode/instances",
        "linodes:read_only",
        lambda call: [shown_instance(call.account, each) for each in call.account.instances],
        FILTERS,
    ),
    view("get-linode-instance", ONE, "linodes:read_only", _view),
    change("put-linode-instance", f"PUT {ONE}", "linodes", _update),
    change("delete-linode-instance", f"DELETE {ONE}", "linodes", _delete),
    view("get-linode-transfer", f"{ONE}/transfer", "linodes:read_only", _transfer),
)
