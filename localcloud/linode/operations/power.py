"""Booting, rebooting, shutting down, rebuilding and resizing an instance."""

from collections.abc import Callable
from dataclasses import replace

from localcloud.linode.account import Account
from localcloud.linode.catalogue import IMAGES, TYPES
from localcloud.linode.entities.instance import ConfigProfile, Instance, InstanceStatus
from localcloud.linode.instance_disks import check_password, make_disks, user_data_of
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.locks import check_unlocked
from localcloud.linode.operations.instances import instance_of, remove_disks, shown_instance
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change
from localcloud.linode.shown import as_entity


def set_status(account: Account, linode_id: int, status: InstanceStatus, config_id: int | None = None) -> None:
    """Move an instance on, if it is still there; ``config_id`` is the profile that it runs with."""
    instance = account.instances.get(linode_id)
    if instance is not None:
        account.instances.put(linode_id, replace(instance, status=status, booted_config_id=config_id))


def start_boot(call: Call, linode_id: int, config: ConfigProfile, action: str, status: InstanceStatus) -> None:
    """Bring an instance to ``running``; if that fails it is off."""
    account, seconds = call.account, call.jobs.delays.boot_seconds
    _start(
        call,
        account.instances.need(linode_id),
        action,
        seconds,
        done=lambda: set_status(account, linode_id, "running", config.id),
    )
    set_status(account, linode_id, status)


def _start(call: Call, instance: Instance, action: str, seconds: float, done: Callable[[], None]) -> None:
    account = call.account
    call.jobs.start(
        Job(
            action=action,
            region=instance.region,
            entity=as_entity(instance),
            seconds=seconds,
            done=done,
            failed=lambda: set_status(account, instance.id, "offline"),
        )
    )


def config_to_boot(account: Account, linode_id: int, wanted: int | None) -> ConfigProfile:
    """Give the profile that is wanted, or the instance's first.

    Raises:
        Refused: it has none such (400).
    """
    own = account.configs.where(lambda each: each.linode_id == linode_id and wanted in (None, each.id))
    if not own:
        raise invalid("The Linode has no such configuration profile to boot", "config_id")
    return own[0]


def _boot(call: Call) -> Json:
    instance = instance_of(call)
    call.jobs.check_idle(instance.id)
    if instance.status == "running":
        raise invalid(f"Linode {instance.id} already booted.")
    config = config_to_boot(call.account, instance.id, call.body.optional_integer("config_id"))
    start_boot(call, instance.id, config, "linode_boot", "booting")
    return EMPTY


def _reboot(call: Call) -> Json:
    instance = instance_of(call)
    config = config_to_boot(call.account, instance.id, call.body.optional_integer("config_id"))
    start_boot(call, instance.id, config, "linode_reboot", "rebooting")
    return EMPTY


def _shut_down(call: Call) -> Json:
    """Turn an instance off; one that is off stays so, and no event tells of it."""
    instance, account = instance_of(call), call.account
    if instance.status != "offline":
        seconds = call.jobs.delays.shutdown_seconds
        _start(call, instance, "linode_shutdown", seconds, done=lambda: set_status(account, instance.id, "offline"))
        set_status(account, instance.id, "shutting_down")
    return EMPTY


def _rebuild(call: Call) -> Json:
    """Replace all disks by those of an image, then boot unless told not to."""
    instance, account, body = instance_of(call), call.account, call.body
    call.jobs.check_idle(instance.id)
    check_unlocked(account, "linode", instance.id)
    image = IMAGES.get(body.needed("image"))
    if image is None:
        raise invalid("image is not valid", "image")
    check_password(body)
    rebuilt = replace(
        instance,
        image=image.id,
        status="rebuilding",
        user_data=user_data_of(body, image.id) or instance.user_data,
        updated=account.now(),
    )
    account.instances.put(instance.id, rebuilt)
    remove_disks(account, instance.id)
    config = make_disks(account, rebuilt, image, swap_mb=body.integer("swap_size", 512))
    boots = body.flag("booted", True)
    _start(call, rebuilt, "linode_rebuild", call.jobs.delays.provision_seconds, lambda: _rebuilt(call, config, boots))
    return shown_instance(account, rebuilt)


def _rebuilt(call: Call, config: ConfigProfile, boots: bool) -> None:
    set_status(call.account, config.linode_id, "offline")
    if boots and config.linode_id in call.account.instances:
        start_boot(call, config.linode_id, config, "linode_boot", "booting")


def _resize(call: Call) -> Json:
    instance, account = instance_of(call), call.account
    plan = TYPES.get(call.body.needed("type"))
    if plan is None:
        raise invalid("type is not valid", "type")
    used = sum(disk.size for disk in account.disks.where(lambda each: each.linode_id == instance.id))
    if used > plan.disk:
        raise invalid("Linode has allocated more disk than the new plan allows.", "type")
    ran = instance.status == "running"
    seconds = call.jobs.delays.provision_seconds
    _start(call, instance, "linode_resize", seconds, done=lambda: _resized(account, instance.id, plan.id, ran))
    set_status(account, instance.id, "resizing", instance.booted_config_id)
    return EMPTY


def _resized(account: Account, linode_id: int, plan: str, ran: bool) -> None:
    instance = account.instances.get(linode_id)
    if instance is not None:
        status: InstanceStatus = "running" if ran else "offline"
        account.instances.put(linode_id, replace(instance, type=plan, status=status))


def _reset_password(call: Call) -> Json:
    instance = instance_of(call)
    check_password(call.body)
    if instance.status != "offline":
        raise invalid("The Linode must be powered off")
    return EMPTY


ONE = "POST /linode/instances/{linodeId}"
ROUTES = (
    change("post-boot-linode-instance", f"{ONE}/boot", "linodes", _boot),
    change("post-reboot-linode-instance", f"{ONE}/reboot", "linodes", _reboot),
    change("post-shutdown-linode-instance", f"{ONE}/shutdown", "linodes", _shut_down),
    change("post-rebuild-linode-instance", f"{ONE}/rebuild", "linodes", _rebuild),
    change("post-resize-linode-instance", f"{ONE}/resize", "linodes", _resize),
    change("post-reset-linode-password", f"{ONE}/password", "linodes", _reset_password),
)
