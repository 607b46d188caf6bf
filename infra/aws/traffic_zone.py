"""The Route 53 zone that the stack's names are in."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class TrafficZoneArgs:
    """``zone`` is the domain; whoever registered it, or holds the zone above, must delegate it to the name servers."""

    zone: str
    protect_data: bool


class TrafficZone(pulumi.ComponentResource):
    """A public hosted zone. A new one has new name servers, so losing it takes the name from the world for days."""

    id: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]

    def __init__(self, name: str, args: TrafficZoneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:TrafficZone", name, {}, opts)
        zone = aws.route53.Zone(
            f"{name}-zone",
            name=args.zone,
            force_destroy=not args.protect_data,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )
        self.id = zone.id
        self.name_servers = zone.name_servers
        self.register_outputs({"id": self.id, "name_servers": self.name_servers})
