"""Volumes.

https://techdocs.akamai.com/linode-api/reference/post-volume
"""

from collections.abc import Callable
from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.catalogue import REGIONS
from localcloud.linode.entities.storage import Volume
from localcloud.linode.events import note
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.labels import label_of
from localcloud.linode.locks import check_unlocked, locks_of
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

SMALLEST_GB, LARGEST_GB, DEFAULT_GB = 10, 16384, 20


def _shown(account: Account, volume: Volume) -> Object:
    instance = account.instances.get(volume.linode_id)
    return {
        **asdict(volume),
        "linode_label": instance.label if instance else None,
        "filesystem_path": f"/dev/disk/by-id/scsi-0Linode_Volume_{volume.label}",
        "hardware_type": "nvme",
        "io_ready": volume.linode_id is not None and volume.status == "active",
        "locks": locks_of(account, "volume", volume.id),
    }


def _volume(call: Call) -> Volume:
    return call.account.volumes.need(call.id("volumeId"))


def _create(call: Call) -> Json:
    account, body, now = call.account, call.body, call.account.now()
    account.check_quota("volumes", len(account.volumes))
    body.needed("label")
    linode_id = body.optional_integer("linode_id")
    volume = Volume(
        id=account.new_id(),
        label=label_of(body, "", (each.label for each in account.volumes), shortest=1, longest=32),
        region=_region(account, body, linode_id),
        size=body.integer("size", DEFAULT_GB, least=SMALLEST_GB, most=LARGEST_GB),
        created=now,
        updated=now,
        linode_id=linode_id,
        encryption=body.choice("encryption", ("enabled", "disabled"), "disabled"),
        tags=body.texts("tags"),
    )
    account.volumes.put(volume.id, volume)
    _start(call, "volume_create", volume, lambda now: replace(now, status="active"))
    return _shown(account, volume)


def _region(account: Account, body: Body, linode_id: int | None) -> str:
    """Read where a volume goes: to its instance's region, or to the one that is named."""
    instance = account.instances.get(linode_id)
    if linode_id is not None and instance is None:
        raise invalid("The Linode does not exist", "linode_id")
    if instance is not None:
        return instance.region
    return body.choice("region", REGIONS, body.needed("region"))


def _start(call: Call, action: str, volume: Volume, finished: Callable[[Volume], Volume]) -> None:
    """Start a job. ``finished`` makes of the volume what it is afterwards; one whose creation fails goes."""
    account = call.account

    def done() -> None:
        if volume.id in account.volumes:
            account.volumes.put(volume.id, finished(account.volumes.need(volume.id)))

    def failed() -> None:
        if action == "volume_create" and volume.id in account.volumes:
            account.volumes.remove(volume.id)

    seconds, entity = call.jobs.delays.job_seconds, as_entity(volume)
    call.jobs.start(Job(action=action, region=volume.region, entity=entity, seconds=seconds, done=done, failed=failed))


def _update(call: Call) -> Json:
    former, body = _volume(call), call.body
    taken = (each.label for each in call.account.volumes)
    changed = replace(
        former,
        label=label_of(body, former.label, taken, shortest=1, longest=32),
        tags=body.texts("tags", former.tags),
        updated=call.account.now(),
    )
    note(call.account, "volume_update", as_entity(changed))
    return _shown(call.account, call.account.volumes.put(former.id, changed))


def _attach(call: Call) -> Json:
    volume, account = _volume(call), call.account
    instance = account.instances.get(call.body.needed_integer("linode_id"))
    if instance is None or instance.region != volume.region:
        raise invalid(f"The Linode is not in {volume.region}", "linode_id")
    if volume.linode_id not in (None, instance.id):
        raise invalid("Volume is already attached to a Linode.", "linode_id")
    attached = replace(volume, linode_id=instance.id, updated=account.now())
    _start(call, "volume_attach", volume, lambda now: now)
    return _shown(account, account.volumes.put(volume.id, attached))


def _detach(call: Call) -> Json:
    volume = _volume(call)
    _start(call, "volume_detach", volume, lambda now: replace(now, linode_id=None, updated=call.account.now()))
    return EMPTY


def _resize(call: Call) -> Json:
    volume, size = _volume(call), call.body.needed_integer("size")
    if not volume.size < size <= LARGEST_GB:
        raise invalid(f"Volumes can only grow, up to {LARGEST_GB} GB", "size")
    _start(call, "volume_resize", volume, lambda now: replace(now, status="active"))
    resized = replace(volume, size=size, status="resizing", updated=call.account.now())
    return _shown(call.account, call.account.volumes.put(volume.id, resized))


def _clone(call: Call) -> Json:
    former, account = _volume(call), call.account
    call.body.needed("label")
    label = label_of(call.body, "", (each.label for each in account.volumes), shortest=1, longest=32)
    copied = replace(former, id=account.new_id(), label=label, linode_id=None, created=account.now())
    _start(call, "volume_clone", copied, lambda now: now)
    return _shown(account, account.volumes.put(copied.id, copied))


def _delete(call: Call) -> Json:
    volume = _volume(call)
    if volume.linode_id is not None:
        raise invalid("Volume is attached and must be detached before it can be deleted.")
    check_unlocked(call.account, "volume", volume.id)
    call.account.volumes.remove(volume.id)
    note(call.account, "volume_delete", as_entity(volume))
    return EMPTY


def _of_instance(call: Call) -> Json:
    instance = call.account.instances.need(call.id("linodeId"))
    return [_shown(call.account, each) for each in call.account.volumes if each.linode_id == instance.id]


ONE = "/volumes/{volumeId}"
ROUTES = (
    collection(
        "get-volumes",
        "/volumes",
        "volumes:read_only",
        lambda call: [_shown(call.account, each) for each in call.account.volumes],
        "label tags",
    ),
    change("post-volume", "POST /volumes", "volumes", _create),
    view("get-volume", ONE, "volumes:read_only", lambda call: _shown(call.account, _volume(call))),
    change("put-volume", f"PUT {ONE}", "volumes", _update),
    change("delete-volume", f"DELETE {ONE}", "volumes", _delete),
    change("post-attach-volume", f"POST {ONE}/attach", "volumes", _attach),
    change("post-detach-volume", f"POST {ONE}/detach", "volumes", _detach),
    change("post-resize-volume", f"POST {ONE}/resize", "volumes", _resize),
    change("post-clone-volume", f"POST {ONE}/clone", "volumes", _clone),
    collection(
        "get-linode-volumes", "/linode/instances/{linodeId}/volumes", "linodes:read_only", _of_instance, "label tags"
    ),
)
