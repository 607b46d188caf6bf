"""What firewalls guard: instances, their interfaces, NodeBalancers."""

from dataclasses import asdict

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.event import Entity
from localcloud.linode.entities.network import Device
from localcloud.linode.json_values import Object
from localcloud.linode.refusals import invalid
from localcloud.linode.shown import as_entity


def add_device(account: Account, firewall_id: int, entity_id: int, kind: str, field: str) -> Device:
    """Have a firewall guard something; the same one twice is one device.

    Raises:
        Refused: there is no such thing, or another firewall guards it (400).
    """
    if _entity(account, entity_id, kind) is None:
        raise invalid(f"There is no {kind} {entity_id}", field)
    for device in account.devices:
        if (device.entity_id, device.entity_type) == (entity_id, kind):
            if device.firewall_id == firewall_id:
                return device
            raise invalid(f"The {kind} {entity_id} is already assigned to another firewall", field)
    now = account.now()
    added = Device(
        id=account.new_id(), firewall_id=firewall_id, entity_id=entity_id, entity_type=kind, created=now, updated=now
    )
    return account.devices.put(added.id, added)


def guard_by(account: Account, body: Body, entity_id: int, kind: str) -> None:
    """Have the firewall that a body names guard something new.

    Raises:
        Refused: there is no such firewall (400).
    """
    firewall = account.firewalls.get(body.integer("firewall_id"))
    if firewall is None:
        raise invalid("The firewall does not exist", body.field("firewall_id"))
    add_device(account, firewall.id, entity_id, kind, body.field("firewall_id"))


def _entity(account: Account, entity_id: int, kind: str) -> Entity | None:
    thing = (account.instances if kind == "linode" else account.nodebalancers).get(entity_id)
    if kind != "linode_interface":
        return None if thing is None else as_entity(thing)
    interface = account.interfaces.get(entity_id)
    url = f"/v4/linode/instances/{interface.linode_id}/interfaces/{entity_id}" if interface else ""
    return Entity(id=entity_id, label="", type=kind, url=url) if interface else None


def shown_entity(account: Account, device: Device) -> Object:
    """Show what a device stands for; an interface with its instance."""
    entity = _entity(account, device.entity_id, device.entity_type)
    interface = account.interfaces.get(device.entity_id) if device.entity_type == "linode_interface" else None
    parent = account.instances.get(interface.linode_id) if interface else None
    above = {**asdict(as_entity(parent)), "parent_entity": None} if parent else None
    return {**(asdict(entity) if entity else {}), "parent_entity": above}


def guarded_by(account: Account, firewall_id: int) -> list[Object]:
    """Show everything that a firewall guards."""
    return [shown_entity(account, each) for each in account.devices.where(lambda one: one.firewall_id == firewall_id)]
