"""How things of several families are shown in each other."""

from dataclasses import asdict
from typing import TypeAlias

from localcloud.linode.entities.database import Database
from localcloud.linode.entities.domain import Domain
from localcloud.linode.entities.event import Entity
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import Firewall, PlacementGroup, Vpc
from localcloud.linode.entities.nodebalancer import NodeBalancer
from localcloud.linode.entities.storage import Volume
from localcloud.linode.json_values import Json

Thing: TypeAlias = Instance | Domain | NodeBalancer | Volume | Firewall | Vpc | PlacementGroup | Database


def as_entity(thing: Thing) -> Entity:
    """Say which thing an event or a device is about."""
    kind, path = KINDS[type(thing)]
    label = thing.domain if isinstance(thing, Domain) else thing.label
    if isinstance(thing, Database):
        path = path.format(engine=thing.engine)
    return Entity(id=thing.id, label=label, type=kind, url=f"/v4/{path}/{thing.id}")


KINDS: dict[type, tuple[str, str]] = {
    Instance: ("linode", "linode/instances"),
    Domain: ("domain", "domains"),
    NodeBalancer: ("nodebalancer", "nodebalancers"),
    Volume: ("volume", "volumes"),
    Firewall: ("firewall", "networking/firewalls"),
    Vpc: ("vpc", "vpcs"),
    PlacementGroup: ("placement_group", "placement/groups"),
    Database: ("database", "databases/{engine}/instances"),
}


def shown(entity: Entity | None) -> Json:
    """Show what something is about."""
    return None if entity is None else asdict(entity)
