"""The name that people use, and one for each site, in a Route 53 zone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.site_addresses import SiteAddresses

Site = Literal["primary", "secondary"]
Routing = Literal["failover", "weighted", "latency"]
Family = Literal["A", "AAAA"]
SITES: tuple[Site, Site] = ("primary", "secondary")


@dataclass(frozen=True, kw_only=True)
class TrafficNamesArgs:
    """``check_id`` is healthy while the primary site is not left. In routing ``latency`` a site is where its region is.

    ``weights`` and ``nearest_regions`` are by site.
    """

    zone_id: pulumi.Input[str]
    name: str
    routing: Routing
    ttl_seconds: int
    check_id: pulumi.Input[str]
    addresses: Mapping[str, SiteAddresses]
    weights: Mapping[Site, int]
    nearest_regions: Mapping[Site, str]


class TrafficNames(pulumi.ComponentResource):
    """``name`` leads to the sites by the routing; `primary.NAME` and `secondary.NAME` lead to one each, for ever.

    The primary's record has the switch as its only check, the secondary's has none: Route 53 answers it whenever the
    primary's is unhealthy. So the name follows what run time wrote, and no record is edited (law 2).
    """

    def __init__(self, name: str, args: TrafficNamesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:TrafficNames", name, {}, opts)
        for family, values in _moving(args.addresses):
            for site in SITES:
                self._routed(f"{name}-{site}-{family.lower()}", family, site, values[site], args)
        for site in SITES:
            for family, value in _addresses(args.addresses[site]):
                self._stable(f"{name}-only-{site}-{family.lower()}", family, site, value, args)
        self.register_outputs({})

    def _routed(
        self, name: str, family: Family, site: Site, address: pulumi.Input[str], args: TrafficNamesArgs
    ) -> aws.route53.Record:
        policy = _policy(site, args)
        return aws.route53.Record(
            name,
            zone_id=args.zone_id,
            name=args.name,
            type=family,
            ttl=args.ttl_seconds,
            records=[address],
            set_identifier=site,
            health_check_id=args.check_id if site == "primary" else None,
            failover_routing_policies=policy.failover,
            weighted_routing_policies=policy.weighted,
            latency_routing_policies=policy.latency,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _stable(
        self, name: str, family: Family, site: Site, address: pulumi.Input[str], args: TrafficNamesArgs
    ) -> aws.route53.Record:
        return aws.route53.Record(
            name,
            zone_id=args.zone_id,
            name=f"{site}.{args.name}",
            type=family,
            ttl=args.ttl_seconds,
            records=[address],
            opts=pulumi.ResourceOptions(parent=self),
        )


@dataclass(frozen=True, kw_only=True)
class _Policy:
    """One of the three."""

    failover: list[aws.route53.RecordFailoverRoutingPolicyArgs] | None = None
    weighted: list[aws.route53.RecordWeightedRoutingPolicyArgs] | None = None
    latency: list[aws.route53.RecordLatencyRoutingPolicyArgs] | None = None


def _policy(site: Site, args: TrafficNamesArgs) -> _Policy:
    if args.routing == "weighted":
        return _Policy(weighted=[aws.route53.RecordWeightedRoutingPolicyArgs(weight=args.weights[site])])
    if args.routing == "latency":
        return _Policy(latency=[aws.route53.RecordLatencyRoutingPolicyArgs(region=args.nearest_regions[site])])
    return _Policy(failover=[aws.route53.RecordFailoverRoutingPolicyArgs(type=site.upper())])


def _addresses(site: SiteAddresses) -> Iterator[tuple[Family, pulumi.Input[str]]]:
    yield "A", site.ipv4
    if site.ipv6 is not None:
        yield "AAAA", site.ipv6


def _moving(addresses: Mapping[str, SiteAddresses]) -> Iterator[tuple[Family, Mapping[Site, pulumi.Input[str]]]]:
    """Yield the families that both sites have: with one site's alone, people of that family would never be moved."""
    by_site = {site: dict(_addresses(addresses[site])) for site in SITES}
    for family in by_site["primary"]:
        if family in by_site["secondary"]:
            yield family, {site: by_site[site][family] for site in SITES}
