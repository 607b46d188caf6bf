"""How things of several families are shown in each other."""

from dataclasses import asdict

from localcloud.linode.entities.domain import Domain
from localcloud.linode.entities.event import Entity
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import Firewall, PlacementGroup, Vpc
from localcloud.linode.entities.nodebalancer import NodeBalancer
from localcloud.linode.entities.storage import Volume
from localcloud.linode.json_values import Json


def as_entity(thing: Instance | Domain | NodeBalancer | Volume | Firewall | Vpc | PlacementGroup) -> Entity:
    """Say which thing an event or a device is about."""
    kind, path = KINDS[type(thing)]
    label = thing.domain if isinstance(thing, Domain) else thing.label
    return Entity(id=thing.id, label=label, type=kind, url=f"/v4/{path}/{thing.id}")


KINDS: dict[type, tuple[str, str]] = {
    Instance: ("linode", "linode/instances"),
    Domain: ("domain", "domains"),
    NodeBalancer: ("nodebalancer", "nodebalancers"),
    Volume: ("volume", "volumes"),
    Firewall: ("firewall", "networking/firewalls"),
    Vpc: ("vpc", "vpcs"),
    PlacementGroup: ("placement_group", "placement/groups"),
}


def shown(entity: Entity | None) -> Json:
    """Show what something is about."""
    return None if entity is None else asdict(entity)
