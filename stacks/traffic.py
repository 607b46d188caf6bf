"""How people reach the application tier: the switches, the health check that reads them, and the names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from failover.sites import SITES, Site
from infra.aws.inbox_table import InboxTable
from infra.aws.strong_table import StrongTableArgs
from infra.aws.switch_bucket import SwitchBucket, SwitchBucketArgs
from infra.aws.switch_checks import SwitchChecks, SwitchChecksArgs
from infra.aws.topology import SWITCH_KEY
from infra.aws.traffic_names import TrafficNames, TrafficNamesArgs
from infra.aws.traffic_zone import TrafficZone, TrafficZoneArgs
from infra.site_addresses import SiteAddresses
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of
from stacks.traffic_settings import TrafficSettings

TrafficOutputs = dict[str, object]
"""What whoever flips or watches traffic must know; empty where no name is declared."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A Route 53 zone, declared here or not; ``name_servers`` are known of one that is."""

    id: pulumi.Input[str]
    name_servers: pulumi.Input[Sequence[str]]


def build_zone(settings: Settings, providers: Providers) -> Zone | None:
    """Declare the zone, unless it exists; without Route 53 as the name's authority there is none.

    It is Route 53's, which is one for all regions; the home region's provider declares it, and all that is in it.
    """
    traffic, home = settings.traffic, topology_of(settings).home_region
    if traffic is None or traffic.provider != "route53":
        return None
    if traffic.zone_id:
        return Zone(id=traffic.zone_id, name_servers=[])
    args = TrafficZoneArgs(zone=traffic.zone, protect_data=settings.protect_data)
    zone = TrafficZone(f"traffic-aws-{home}", args, within(providers.aws[home]))
    return Zone(id=zone.id, name_servers=zone.name_servers)


def build_inbox(settings: Settings, providers: Providers) -> None:
    """Declare the inbox of the application, which both of its sites write."""
    if settings.app is None:
        return
    topology, home = topology_of(settings), topology_of(settings).home_region
    args = StrongTableArgs(
        table_name=topology.inbox_table,
        replica_aws_regions=tuple(region for region in settings.control.regions if region != home),
        protect_data=settings.protect_data,
    )
    InboxTable(f"inbox-aws-{home}", args, within(providers.aws[home]))


def build_traffic(
    settings: Settings, providers: Providers, zone: Zone | None, addresses: Mapping[str, SiteAddresses]
) -> TrafficOutputs:
    """Declare the names with what moves them; at Linode the moving record is run time's, and nothing is declared."""
    traffic = settings.traffic
    if traffic is None:
        return {}
    if zone is not None:
        for aws_region in settings.control.regions:
            _switch(aws_region, settings, providers)
        _names(settings, traffic, zone, addresses, providers)
    return _outputs(settings, traffic, zone)


def _switch(aws_region: str, settings: Settings, providers: Providers) -> None:
    args = SwitchBucketArgs(topology=topology_of(settings), aws_region=aws_region, protect_data=settings.protect_data)
    SwitchBucket(f"switch-aws-{aws_region}", args, within(providers.aws[aws_region]))


def _names(
    settings: Settings,
    traffic: TrafficSettings,
    zone: Zone,
    addresses: Mapping[str, SiteAddresses],
    providers: Providers,
) -> None:
    topology = topology_of(settings)
    home = topology.home_region
    here = within(providers.aws[home])
    check = SwitchChecks(f"switch-check-aws-{home}", SwitchChecksArgs(topology=topology), here)
    args = TrafficNamesArgs(
        zone_id=zone.id,
        name=traffic.name,
        routing=traffic.routing,
        ttl_seconds=traffic.ttl_seconds,
        check_id=check.id,
        addresses=addresses,
        weights=_weights(traffic),
        # A site is taken to be near the data region of its role, which its requests go to.
        nearest_regions={"primary": topology.primary_region, "secondary": topology.secondary_region},
    )
    TrafficNames(f"traffic-names-aws-{home}", args, here)


def _weights(traffic: TrafficSettings) -> Mapping[Site, int]:
    weights = traffic.weights
    return {"primary": weights.primary, "secondary": weights.secondary} if weights else {}


def _outputs(settings: Settings, traffic: TrafficSettings, zone: Zone | None) -> TrafficOutputs:
    topology = topology_of(settings)
    switches = {region: topology.switch_bucket(region) for region in settings.control.regions}
    return {
        "provider": traffic.provider,
        "name": traffic.name,
        "siteNames": {site: traffic.site_name(site) for site in SITES},
        "routing": traffic.routing,
        "ttlSeconds": traffic.ttl_seconds,
        "zone": traffic.zone,
        "zoneId": zone.id if zone else "",
        "nameServers": zone.name_servers if zone else [],
        "switchBuckets": switches if zone else {},
        "switchKey": SWITCH_KEY if zone else "",
    }
