"""An instance's disks."""

from collections.abc import Callable
from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.catalogue import IMAGES, TYPES
from localcloud.linode.entities.event import Entity
from localcloud.linode.entities.instance import Disk
from localcloud.linode.instance_disks import check_password
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.locks import check_parts_unlocked
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
    account = call.account
    _start(
        call,
        "disk_create",
        disk,
        done=lambda: _become(account, disk.id, "ready"),
        failed=lambda: _vanish(account, disk.id),
    )
    return _shown(disk)


def _start(call: Call, action: str, disk: Disk, done: Callable[[], None], failed: Callable[[], None]) -> None:
    """Start a job on a disk, of which its instance's event tells."""
    instance = instance_of(call)
    url = f"{as_entity(instance).url}/disks/{disk.id}"
    call.jobs.start(
        Job(
            action=action,
            region=instance.region,
            entity=as_entity(instance),
            secondary=Entity(id=disk.id, label=disk.label, type="disk", url=url),
            seconds=call.jobs.delays.job_seconds,
            done=done,
            failed=failed,
        )
    )


def _become(account: Account, disk_id: int, status: str, size: int | None = None) -> None:
    """Move a disk on, if it is still there; its size stays unless one is given."""
    disk = account.disks.get(disk_id)
    if disk is not None:
        account.disks.put(disk_id, replace(disk, status=status, size=size or disk.size, updated=account.now()))


def _vanish(account: Account, disk_id: int) -> None:
    if disk_id in account.disks:
        account.disks.remove(disk_id)


def _update(call: Call) -> Json:
    disk = _disk(call)
    changed = replace(disk, label=call.body.text("label", disk.label), updated=call.account.now())
    return _shown(call.account.disks.put(disk.id, changed))


def _resize(call: Call) -> Json:
    disk, size = _disk(call), call.body.needed_integer("size")
    if instance_of(call).status != "offline":
        raise invalid("The Linode must be powered off")
    _check_room(call, size, but_for=disk.id)
    account = call.account
    _start(
        call,
        "disk_resize",
        disk,
        done=lambda: _become(account, disk.id, "ready", size),
        failed=lambda: _become(account, disk.id, "ready"),
    )
    return EMPTY


def _delete(call: Call) -> Json:
    disk = _disk(call)
    check_parts_unlocked(call.account, instance_of(call).id)
    if instance_of(call).status != "offline":
        raise invalid("The Linode must be powered off")
    account = call.account
    _start(
        call,
        "disk_delete",
        disk,
        done=lambda: _vanish(account, disk.id),
        failed=lambda: _become(account, disk.id, "ready"),
    )
    _become(account, disk.id, "deleting")
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
