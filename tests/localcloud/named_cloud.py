"""A name deployed into the embedded cloud, with switches to write and a clock for the checkers."""

import os
from collections.abc import Mapping
from typing import Any

import pulumi

from evaluation import evaluate
from failover.sites import Site
from failover.switch import Switch, key_of
from infra.site_addresses import SiteAddresses
from localcloud.create import Resources
from localcloud.front import Front
from localcloud.health_checks import Health, HealthChecks
from localcloud.health_status import HealthStatus
from localcloud.name_answers import NameAnswers
from stacks.providers import build_providers
from stacks.settings import Settings
from stacks.traffic import build_traffic, build_zone
from tests.localcloud.conftest import ClientOf

# An account of its own: the other tests of the process deploy prod, too, and S3 has a bucket once.
STACK, ACCOUNT = "prod", "444455556666"
REGIONS = ("us-east-1", "us-east-2", "us-west-2")
PRIMARY, SECONDARY = ("192.0.2.1", "2001:db8::1"), ("198.51.100.1", "2001:db8::2")
ADDRESSES: Mapping[str, SiteAddresses] = {
    "primary": SiteAddresses(ipv4=PRIMARY[0], ipv6=PRIMARY[1]),
    "secondary": SiteAddresses(ipv4=SECONDARY[0], ipv6=SECONDARY[1]),
}


def bucket_of(region: str) -> str:
    """Return the bucket of a region's switch."""
    return f"lifeboat-{STACK}-switch-{ACCOUNT}-{region}"


def declare() -> None:
    """Declare the name and what moves it, with addresses that are made up."""
    settings = Settings.load(pulumi.get_stack(), os.environ["PULUMI_CONFIG"])
    providers = build_providers(settings)
    pulumi.export("traffic", build_traffic(settings, providers, build_zone(settings, providers), ADDRESSES))


class NamedCloud:
    """One deployment, of a domain of its own; ``now`` is what the checkers go by."""

    def __init__(self, front: Front, client: ClientOf, domain: str) -> None:
        self.front, self.client = front, client
        self.now = 0.0
        self.name = f"shop.{domain}"
        traffic = {"name": self.name, "zone": domain, "certificates": {"issuer": "internal"}}
        config = {"traffic": traffic, "accountId": ACCOUNT}
        evaluate(STACK, config=config, program=declare, create=Resources(front.endpoint).create)
        self.checks = HealthChecks(front.gateway, lambda: self.now, time_scale=1.0)
        self.answers = NameAnswers(front.gateway, self.checks, lambda _most: 0.0)
        HealthStatus(front.gateway, self.checks)

    def look(self, seconds: float = 10.0) -> None:
        """Let time pass until every checker has looked once more."""
        self.now += seconds
        self.checks.tick()

    def write(self, active: Site, *regions: str) -> None:
        """Write the switch in some regions, or in all."""
        body = Switch(tier="app", epoch=7, active=active).body().encode()
        for region in regions or REGIONS:
            self.s3(region).put_object(Bucket=bucket_of(region), Key=key_of("app"), Body=body)

    def s3(self, region: str) -> Any:
        """Return a client of one region's S3."""
        return self.client("s3", region)

    def leads_to(self, kind: str = "A", near: str = "", site: str = "") -> str:
        """Return the address that the name, or a site's own, is answered with."""
        found = self.answers.answer(f"{site}.{self.name}" if site else self.name, kind, near)
        assert found is not None
        [address] = found.values
        return address

    def children(self) -> list[Health]:
        """Return the checks that read a switch of this deployment; moto is one for all tests of a process."""
        return [one for one in self.checks.all() if one.endpoint.startswith(bucket_of(""))]

    def parent(self) -> str:
        """Return the id of the check that counts them."""
        ids = {one.id for one in self.children()}
        stored = self.client("route53").list_health_checks()["HealthChecks"]
        [parent] = [one["Id"] for one in stored if set(one["HealthCheckConfig"].get("ChildHealthChecks", ())) == ids]
        return str(parent)
