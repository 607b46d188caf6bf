"""The traffic's settings: all of it or nothing, and each wrong value in one line."""

import copy
from collections.abc import Mapping

import pytest

from stacks.settings import Settings
from stacks.traffic_settings import TrafficSettings, Weights
from tests.stacks.changing import assert_refused, changed, pulumi_config, refusal
from tests.stacks.named import TRAFFIC
from tests.stacks.test_app_settings import APP

LINODE = {"traffic.provider": "linode"}
WEIGHTED = {"traffic.routing": "weighted", "traffic.bothSitesAnswer": True}
# What is changed, the key that the line names, what else it says.
WRONG: list[tuple[Mapping[str, object], str, list[str]]] = [
    ({"traffic.ttlSeconds": 0}, "traffic.ttlSeconds", ["is 0;", "10-60"]),
    ({"traffic.ttlSeconds": 61}, "traffic.ttlSeconds", ["is 61;", "10-60"]),
    ({"traffic.ttlSeconds": 12.5}, "traffic.ttlSeconds", ["12.5", "whole number"]),
    ({**LINODE, "traffic.ttlSeconds": 60}, "traffic.ttlSeconds", ["is 60;", "linode", "must be 30"]),
    ({"traffic.name": "shop.example.org"}, "traffic.name", ["'shop.example.org'", "inside", "example.com"]),
    ({"traffic.name": "shopexample.com"}, "traffic.name", ["'shopexample.com'", "inside"]),
    ({"traffic.zone": "shop.example.com.au"}, "traffic.name", ["inside", "shop.example.com.au"]),
    ({"traffic.zone": "com"}, "traffic.zone", ["'com'", "shop.example.com"]),
    ({"traffic.name": "shop.example.com."}, "traffic.name", ["'shop.example.com.'"]),
    ({"traffic.name": "Shop.example.com"}, "traffic.name", ["'Shop.example.com'"]),
    ({"traffic.name": "*.example.com"}, "traffic.name", ["'*.example.com'"]),
    ({"traffic.name": "-shop.example.com"}, "traffic.name", ["'-shop.example.com'"]),
    ({"traffic.name": "a." * 110 + "example.com"}, "traffic.name", ["at most 227"]),
    ({"traffic.name": "primary.example.com"}, "traffic.name", ["'primary.example.com'", "stable name", "primary site"]),
    ({"traffic.name": "secondary.example.com"}, "traffic.name", ["secondary site of example.com"]),
    ({"traffic.provider": "bind"}, "traffic.provider", ["'bind'", "route53, linode"]),
    ({"traffic.provider": ["route53", "route53"]}, "traffic.provider", ["['route53', 'route53']", "a text"]),
    ({"traffic.zoneId": "example.com"}, "traffic.zoneId", ["'example.com'", "Z0123456789"]),
    ({**LINODE, "traffic.zoneId": "Z1"}, "traffic.zoneId", ["'Z1'", "only route53"]),
    ({"traffic.routing": "round-robin"}, "traffic.routing", ["failover, weighted, latency"]),
    ({"traffic.routing": "weighted"}, "traffic.routing", ["both sites at once", "bothSitesAnswer"]),
    ({"traffic.routing": "latency"}, "traffic.routing", ["both sites at once", "bothSitesAnswer"]),
    ({**LINODE, **WEIGHTED}, "traffic.routing", ["'weighted'", "provider linode"]),
    ({"traffic.weights": {"primary": 1}}, "traffic.weights", ["only routing weighted"]),
    ({**WEIGHTED, "traffic.weights": {"primary": 0, "secondary": 0}}, "traffic.weights", ["more than 0"]),
    ({**WEIGHTED, "traffic.weights": {"primary": 256}}, "traffic.weights.primary", ["256", "0-255"]),
    ({"app": {}}, "traffic.name", ["lifeboat:app is not set"]),
]


def traffic_of(changes: Mapping[str, object]) -> TrafficSettings:
    whole = {"app": copy.deepcopy(APP), "traffic": dict(TRAFFIC), **changes}
    traffic = Settings.load("prod", pulumi_config(changed(whole))).traffic
    assert traffic is not None
    return traffic


@pytest.mark.parametrize(("changes", "key", "said"), WRONG)
def test_a_wrong_setting_of_the_name_is_told_in_one_line(
    changes: Mapping[str, object], key: str, said: list[str]
) -> None:
    assert_refused({"app": copy.deepcopy(APP), "traffic": dict(TRAFFIC), **changes}, key, said)


def test_a_misspelt_key_is_no_setting() -> None:
    line = refusal({"app": copy.deepcopy(APP), "traffic": {**TRAFFIC, "ttlSecond": 30}})
    assert "lifeboat:traffic.ttlSecond is not a setting; did you mean 'ttlSeconds'?" in line


def test_without_the_section_no_name_is_declared() -> None:
    assert Settings.load("prod", pulumi_config(changed({}))).traffic is None


def test_a_name_is_route_53s_and_leads_to_one_site_unless_told_otherwise() -> None:
    traffic = traffic_of({})
    assert (traffic.provider, traffic.routing, traffic.ttl_seconds, traffic.weights) == (
        "route53",
        "failover",
        30,
        None,
    )
    assert traffic.site_name("secondary") == "secondary.shop.example.com"


def test_a_zone_itself_may_be_the_name() -> None:
    assert traffic_of({"traffic.name": "example.com"}).name == "example.com"


def test_weights_are_even_unless_told_otherwise() -> None:
    assert traffic_of(WEIGHTED).weights == Weights(primary=100, secondary=100)
    assert traffic_of({**WEIGHTED, "traffic.weights": {"secondary": 0}}).weights == Weights(primary=100, secondary=0)
