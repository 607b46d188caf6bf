"""An instance's disks."""

from collections.abc import Callable
from dataclasses import asdict, replace

from localcloud.linode.catalogue import IMAGES, TYPES
from localcloud.linode.entities.instance import Disk
from localcloud.linode.instance_disks import check_password
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.operations.instances import instance_of
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

FILESYSTEMS = ("ext4", "ext3", "raw", "swap", "initrd")
NO_ROOM = "Linode does not have enough unallocated storage to create this Disk"


def _disk(call: Call) -> Disk:
    disk = call.account.disks.need(call.id("diskId"))
    if disk.linode_id != instance_of(call).id:
        raise not_found()
    return disk


def _shown(disk: Disk) -> Object:
    fields: dict[str, Json] = asdict(disk)
    return {name: value for name, value in fields.items() if name != "linode_id"}


def _list(call: Call) -> Json:
    linode_id = instance_of(call).id
    return [_shown(each) for each in call.account.disks.where(lambda disk: disk.linode_id == linode_id)]


def _check_room(call: Call, size: int, but_for: int = 0) -> None:
    instance = instance_of(call)
    others = call.account.disks.where(lambda disk: disk.linode_id == instance.id and disk.id != but_for)
    if sum(each.size for each in others) + size > TYPES[instance.type].disk:
        raise invalid(NO_ROOM, "size")


def _create(call: Call) -> Json:
    instance, body, now = instance_of(call), call.body, call.account.now()
    if "image" in body:
        body.choice("image", IMAGES, "")
        check_password(body)
    size, number = body.needed_integer("size"), call.account.new_id()
    _check_room(call, size)
    disk = Disk(
        id=number,
        linode_id=instance.id,
        label=body.text("label", f"disk{number}"),
        size=size,
        filesystem=body.choice("filesystem", FILESYSTEMS, "ext4"),
        status="not ready",
        created=now,
        updated=now,
        disk_encryption=instance.disk_encryption,
    )
    call.account.disks.put(disk.id, disk)
    _start(call, "disk_create", disk.id, lambda now: replace(now, status="ready"))
    return _shown(disk)


def _start(call: Call, action: str, disk_id: int, finished: Callable[[Disk], Disk]) -> None:
    """Start a job. ``finished`` makes of the disk what it is afterwards; one whose creation fails goes."""
    account, instance = call.account, instance_of(call)

    def done() -> None:
        if disk_id in account.disks:
            account.disks.put(disk_id, finished(account.disks.need(disk_id)))

    def failed() -> None:
        if action == "disk_create" and disk_id in account.disks:
            account.disks.remove(disk_id)

    seconds, entity = call.jobs.delays.job_seconds, as_entity(instance)
    call.jobs.start(
        Job(action=action, region=instance.region, entity=entity, seconds=seconds, done=done, failed=failed)
    )


def _update(call: Call) -> Json:
    disk = _disk(call)
    changed = replace(disk, label=call.body.text("label", disk.label), updated=call.account.now())
    return _shown(call.account.disks.put(disk.id, changed))


def _resize(call: Call) -> Json:
    disk, size = _disk(call), call.body.needed_integer("size")
    if instance_of(call).status != "offline":
        raise invalid("The Linode must be powered off")
    _check_room(call, size, but_for=disk.id)
    _start(call, "disk_resize", disk.id, lambda now: replace(now, size=size, updated=call.account.now()))
    return EMPTY


def _delete(call: Call) -> Json:
    disk = _disk(call)
    if instance_of(call).status != "offline":
        raise invalid("The Linode must be powered off")
    call.account.disks.remove(disk.id)
    return EMPTY


ALL, ONE = "/linode/instances/{linodeId}/disks", "/linode/instances/{linodeId}/disks/{diskId}"
ROUTES = (
    collection("get-linode-disks", ALL, "linodes:read_only", _list, "label size"),
    change("post-add-linode-disk", f"POST {ALL}", "linodes", _create),
    view("get-linode-disk", ONE, "linodes:read_only", lambda call: _shown(_disk(call))),
    change("put-disk", f"PUT {ONE}", "linodes", _update),
    change("delete-disk", f"DELETE {ONE}", "linodes", _delete),
    change("post-resize-disk", f"POST {ONE}/resize", "linodes", _resize),
)
