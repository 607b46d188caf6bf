"""Creating a Linode.

https://techdocs.akamai.com/linode-api/reference/post-linode-instance
"""

from dataclasses import replace
from uuid import uuid4

from localcloud.linode.account import Account
from localcloud.linode.addressing import allocate
from localcloud.linode.body import Body
from localcloud.linode.catalogue import IMAGES, REGIONS, TYPES
from localcloud.linode.entities.instance import ConfigProfile, Instance
from localcloud.linode.guarded import guard_by
from localcloud.linode.instance_disks import check_password, make_disks, user_data_of
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import Json
from localcloud.linode.labels import label_of
from localcloud.linode.legacy_interfaces import read_all
from localcloud.linode.linode_interfaces import add_interface
from localcloud.linode.operations.instances import remove_disks, shown_instance
from localcloud.linode.operations.power import set_status, start_boot
from localcloud.linode.placement import check_room
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change
from localcloud.linode.shown import as_entity

GENERATIONS = ("legacy_config", "linode")
SWAP_MB = 512
PUBLIC = Body({"public": {}})
"""The interface that an instance of the newer generation has if none is asked for."""


def _create(call: Call) -> Json:
    account, body = call.account, call.body
    account.check_quota("instances", len(account.instances))
    instance = _read(account, body)
    account.instances.put(instance.id, instance)
    _give_addresses(account, body, instance)
    config = _furnish(account, body, instance)
    _guard(account, body, instance)
    _provision(call, instance, config if body.flag("booted", True) else None)
    return shown_instance(account, account.instances.need(instance.id))


def _read(account: Account, body: Body) -> Instance:
    """Read what is wanted of an instance.

    Raises:
        Refused: a value that the service does not take.
    """
    number, now = account.new_id(), account.now()
    image = body.text("image") or None
    if image is not None:
        check_password(body)
    return Instance(
        id=number,
        label=label_of(body, f"linode{number}", (each.label for each in account.instances)),
        region=body.choice("region", REGIONS, body.needed("region")),
        type=body.choice("type", TYPES, body.needed("type")),
        image=body.choice("image", IMAGES, "") if image else None,
        status="provisioning",
        created=now,
        updated=now,
        host_uuid=uuid4().hex,
        interface_generation=body.choice("interface_generation", GENERATIONS, "legacy_config"),
        tags=body.texts("tags"),
        group=body.text("group"),
        backups_enabled=body.flag("backups_enabled"),
        network_helper=body.flag("network_helper", True),
        disk_encryption=body.choice("disk_encryption", ("enabled", "disabled"), "enabled"),
        maintenance_policy=body.text("maintenance_policy", "linode/migrate"),
        placement_group_id=_group(account, body),
        user_data=user_data_of(body, image),
    )


def _group(account: Account, body: Body) -> int | None:
    wanted = body.part("placement_group").optional_integer("id")
    if wanted is None:
        return None
    group = account.placement_groups.get(wanted)
    if group is None:
        raise invalid("The placement group does not exist", "placement_group.id")
    check_room(account, group, body.needed("region"))
    return group.id


def _give_addresses(account: Account, body: Body, instance: Instance) -> None:
    """Give a public address, new or reserved before, and a private one if wanted."""
    wanted = body.texts("ipv4")
    for text in wanted:
        address = account.addresses.get(text)
        if address is None or not address.is_free_in(instance.region):
            raise invalid(f"{text} is not a free reserved address of {instance.region}", "ipv4")
        account.addresses.put(text, replace(address, linode_id=instance.id))
    if not wanted and _has_public(body, instance):
        allocate(account, instance.region, public=True, linode_id=instance.id)
    if body.flag("private_ip"):
        allocate(account, instance.region, public=False, linode_id=instance.id)


def _has_public(body: Body, instance: Instance) -> bool:
    """Say whether an instance gets a public address: of the newer generation only for an interface that shows it."""
    if instance.interface_generation == "legacy_config":
        return True
    return any("public" in each or _is_translated(each) for each in body.parts("interfaces") or (PUBLIC,))


def _is_translated(body: Body) -> bool:
    return any("nat_1_1_address" in each for each in body.part("vpc").part("ipv4").parts("addresses"))


def _furnish(account: Account, body: Body, instance: Instance) -> ConfigProfile | None:
    """Give an instance interfaces and, from its image, disks; without an image there is nothing to boot."""
    legacy = instance.interface_generation == "legacy_config"
    interfaces = read_all(account, instance, body.parts("interfaces")) if legacy else ()
    if not legacy:
        _add_interfaces(account, body, instance)
    if instance.image is None:
        return None
    swap = body.integer("swap_size", SWAP_MB)
    return make_disks(account, instance, IMAGES[instance.image], swap, interfaces)


def _add_interfaces(account: Account, body: Body, instance: Instance) -> None:
    for each in body.parts("interfaces") or (PUBLIC,):
        add_interface(account, instance, each)


def _guard(account: Account, body: Body, instance: Instance) -> None:
    if "firewall_id" in body:
        if instance.interface_generation != "legacy_config":
            raise invalid("Give firewalls to the interfaces instead", "firewall_id")
        guard_by(account, body, instance.id, "linode")


def _provision(call: Call, instance: Instance, config: ConfigProfile | None) -> None:
    """Have it provisioned, then booted if there is a profile to boot; what fails to be provisioned has no disks."""
    call.jobs.start(
        Job(
            action="linode_create",
            region=instance.region,
            entity=as_entity(instance),
            seconds=call.jobs.delays.provision_seconds,
            done=lambda: _provisioned(call, instance.id, config),
            failed=lambda: _not_provisioned(call.account, instance.id),
        )
    )


def _provisioned(call: Call, linode_id: int, config: ConfigProfile | None) -> None:
    set_status(call.account, linode_id, "offline")
    if config is not None and linode_id in call.account.instances:
        start_boot(call, linode_id, config, "linode_boot", "booting")


def _not_provisioned(account: Account, linode_id: int) -> None:
    set_status(account, linode_id, "offline")
    remove_disks(account, linode_id)


ROUTES = (change("post-linode-instance", "POST /linode/instances", "linodes", _create),)
