"""Production with a name that leads to two sites, of which no more is declared than what has their addresses."""

import functools
import json
import os
from collections.abc import Mapping

import pulumi
import pulumi_linode as linode

from evaluation import Evaluation, evaluate
from failover.sites import SITES, Site
from infra.site_addresses import SiteAddresses
from stacks.control import build_control
from stacks.data import build_data
from stacks.providers import build_providers
from stacks.settings import Settings
from stacks.traffic import build_inbox, build_traffic, build_zone

TRAFFIC: Mapping[str, object] = {"name": "shop.example.com", "zone": "example.com"}


def named(*, preview: bool = False, sites_with_ipv6: int = 2, **changes: object) -> Evaluation:
    """Evaluate production with settings of the name changed, the same ones once."""
    return _named(json.dumps({**TRAFFIC, **changes}, sort_keys=True), preview, sites_with_ipv6)


@functools.cache
def _named(traffic: str, preview: bool, sites_with_ipv6: int) -> Evaluation:
    program = functools.partial(_program, sites_with_ipv6)
    return evaluate("prod", config={"traffic": json.loads(traffic)}, preview=preview, program=program)


def _program(sites_with_ipv6: int) -> None:
    """Declare both tiers' control plane, the data and the name as the whole program does."""
    settings = Settings.load(pulumi.get_stack(), os.environ["PULUMI_CONFIG"])
    providers = build_providers(settings)
    zone = build_zone(settings, providers)
    build_control(settings, providers, zone.id if zone else "")
    build_data(settings, providers)
    build_inbox(settings, providers)
    pulumi.export("traffic", build_traffic(settings, providers, zone, _addresses(settings, sites_with_ipv6)))


def _addresses(settings: Settings, sites_with_ipv6: int) -> Mapping[Site, SiteAddresses]:
    assert settings.app is not None
    here = pulumi.ResourceOptions(provider=linode.Provider("linode"))
    found: dict[Site, SiteAddresses] = {}
    for number, site in enumerate(SITES.values()):
        region = settings.app.sites[site]
        balancer = linode.NodeBalancer(f"ingress-linode-{region}", region=region, opts=here)
        found[site] = SiteAddresses(ipv4=balancer.ipv4, ipv6=balancer.ipv6 if number < sites_with_ipv6 else None)
    return found
