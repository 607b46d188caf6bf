"""Each number of the protocol has limits, alone and beside the others."""

from collections.abc import Mapping
from dataclasses import fields

import pytest

from failover.protocol import Protocol
from failover.region_calls import HURRIED
from stacks.protocol_ranges import RANGES, SHORTEST_ATTEMPT_SECONDS
from stacks.protocol_settings import camel_case, camel_cased
from stacks.settings import Settings
from tests.stacks.changing import assert_refused, changed, pulumi_config, refusal

# What is changed, the key that the line names, what else it says: the value, and what is allowed.
WRONG = [
    ({"protocol": {"cooldown": 5}}, "protocol.cooldown", ["5", "60-3600", "age of an order"]),
    ({"protocol": {"clientMargin": 0.001}}, "protocol.clientMargin", ["0.001", "0.1-5", "transit"]),
    ({"protocol": {"maxLag": 3600}}, "protocol.maxLag", ["3600", "1-60", "maxLag may be missing"]),
    ({"protocol": {"fall": 1}}, "protocol.fall", ["1", "2-10"]),
    ({"protocol": {"preparingView": 0.45}}, "protocol.preparingView", ["0.45", "shortest attempt"]),
    ({"protocol": {"preparingView": 0.6}}, "protocol.preparingView", ["0.65", "movingPoll"]),
    ({"protocol": {"clientView": 1}}, "protocol.clientPoll", ["clientView"]),
    ({"protocol": {"heartbeat": 3}}, "protocol.heartbeat", ["3", "ownerLease"]),
    ({"protocol": {"ownerLease": 4}}, "protocol.heartbeat", ["ownerLease"]),
    ({"protocol": {"probeInterval": 4.4}}, "protocol.heartbeat", ["1.9 s", "ownerLease", "probeInterval"]),
    ({"protocol": {"fall": 2.5}}, "protocol.fall", ["2.5", "whole number"]),
    ({"protocol": {"timeScale": 0.5}}, "protocol.timeScale", ["0.5", "1 in AWS", "lifeboat:endpoints.url"]),
    ({"protocol": {"observerLife": 130}}, "protocol.observerLife", ["130", "140 s", "generationOverlap"]),
    ({"protocol": {"generationOverlap": 30}}, "protocol.observerLife", ["150.0", "158 s", "generationOverlap"]),
    ({"protocol": {"timeScale": 2}}, "protocol.timeScale", ["2", "0.01-1"]),
    ({"protocol": {"planTotal": 900}}, "protocol.planTotal", ["900", "860"]),
    ({"protocol": {"electorates": {"data": ["us-east-1", "us-east-2"]}}}, "protocol.electorates.data", ["odd"]),
    (
        {"protocol": {"electorates": {"data": ["us-east-1", "us-east-2", "eu-west-1"]}}},
        "protocol.electorates.data",
        ["eu-west-1", "control region"],
    ),
]


@pytest.mark.parametrize(("change", "key", "says"), WRONG)
def test_a_wrong_number_is_refused_with_key_value_and_next_step(
    change: Mapping[str, object], key: str, says: list[str]
) -> None:
    assert_refused(change, key, says)


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("beyond", ["low", "high"])
def test_each_number_of_the_protocol_has_limits_and_says_why(name: str, beyond: str) -> None:
    limits = RANGES[name]
    value = limits.low * 0.99 - 0.01 if beyond == "low" else limits.high * 1.01
    line = refusal({"protocol": {camel_case(name): value}})
    assert f"lifeboat:protocol.{camel_case(name)} is {value!r}; it must be" in line
    assert camel_cased(limits.why) in line


def test_every_number_has_limits() -> None:
    assert set(RANGES) == {field.name for field in fields(Protocol)} - {"electorates"}


def test_the_shortest_attempt_is_the_one_that_clients_make() -> None:
    assert pytest.approx(sum(HURRIED)) == SHORTEST_ATTEMPT_SECONDS


def test_the_tenth_scale_protocol_of_the_embedded_cloud_is_right() -> None:
    numbers = {"timeScale": 0.1, "probeDeadline": 2.9, "maxLag": 15}
    config = changed({"protocol": numbers, "endpoints": {"url": "http://127.0.0.1:4566"}})
    scaled = Settings.load("local", pulumi_config(config)).protocol.scaled()
    assert (scaled.probe_deadline, scaled.cooldown) == pytest.approx((0.29, 60))
