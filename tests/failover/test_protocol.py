"""Numbers that would make the protocol unsafe are refused by name."""

import json
import re
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.protocol import TIMES, Protocol, ProtocolError
from tests.failover.three_observers import OBSERVERS

SAFE = Protocol()


def test_every_time_has_a_range_and_is_scaled() -> None:
    numbers = {field.name for field in fields(Protocol) if isinstance(getattr(SAFE, field.name), float)}

    assert set(TIMES) == numbers - {"time_scale"}


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("value", [0, -1, 3601, float("nan"), float("inf")])
def test_a_time_out_of_range_is_refused(name: str, value: float) -> None:
    changed: dict[str, Any] = {name: value}
    with pytest.raises(ProtocolError) as refused:
        replace(SAFE, **changed)
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fall": 0}, "fall"),
        ({"rise": 11}, "rise"),
        ({"time_scale": 0}, "time_scale"),
        ({"time_scale": 1.1}, "time_scale"),
        ({"probe_deadline": 3.0}, "probe_deadline"),
        ({"probe_interval": 4.5}, "probe_interval"),
        ({"generation_overlap": 75.0}, "generation_overlap"),
        ({"moving_poll": 0.35}, "moving_poll"),
        ({"preparing_view": 4.0}, "preparing_view"),
        ({"client_poll": 2.0}, "client_poll"),
        ({"heartbeat": 3.0}, "heartbeat"),
        ({"heartbeat": 2.25}, "heartbeat"),
        ({"owner_lease": 2.0, "heartbeat": 0.9, "probe_interval": 4.4}, "heartbeat"),
        ({"order_every": 5.0}, "order_every"),
        ({"order_every": 2.0, "mend_within": 6.0}, "probe_interval"),
        ({"plan_total": 18.0}, "plan_total"),
        ({"electorates": {"data": ("a", "b")}}, "electorates.data"),
        ({"electorates": {"data": ("a", "b", "c", "d")}}, "electorates.data"),
        ({"electorates": {"data": ("a",)}}, "electorates.data"),
        ({"electorates": {"data": ("a", "a", "b")}}, "electorates.data"),
    ],
    ids=str,
)
def test_a_broken_rule_names_the_number(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        replace(SAFE, **changes)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cooldown": 0.0}, "cooldown is 0.0; it must be within 0-3600 s"),
        ({"fall": 0}, "fall is 0; it must be within 1-10"),
        ({"time_scale": 2}, "time_scale is 2; it must be within 0.01-1"),
        ({"client_poll": 2.0}, "client_poll is 2.0; it must stay under 2 s, set by client_view"),
        (
            {"heartbeat": 2.25},
            "heartbeat is 2.25; it must stay under 2.25 s, half of owner_lease once probe_interval / 2 is off",
        ),
        ({"plan_total": 18.0}, "plan_total is 18.0; it must be over 18 s, 4 times a client's wait"),
        (
            {"electorates": {"data": ("a",)}},
            "electorates.data is ('a',); an electorate is odd and has at least 3 observers",
        ),
        ({"electorates": {"data": ("a", "a", "b")}}, "electorates.data is ('a', 'a', 'b'); no observer votes twice"),
    ],
    ids=str,
)
def test_a_refusal_says_what_was_found_and_what_the_rule_is(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        replace(SAFE, **changes)
    assert str(refused.value) == sentence
    assert sentence.endswith(refused.value.rule)
    assert f"{refused.value.field} is {refused.value.value!r}; " in sentence


@pytest.mark.parametrize(
    "changes",
    [
        *({"fall": 1}, {"fall": 10}, {"rise": 1}, {"rise": 10}, {"time_scale": 0.01}, {"cooldown": 3600.0}),
        *({"probe_deadline": 2.9}, {"probe_interval": 3.5, "heartbeat": 2.1}, {"generation_overlap": 74.0}),
        *({"moving_poll": 0.34}, {"preparing_view": 3.9}, {"client_poll": 1.9}, {"order_every": 4.9}),
        *({"probe_interval": 2.9, "mend_within": 6.1}, {"heartbeat": 2.24}, {"plan_total": 18.1}),
    ],
    ids=str,
)
def test_a_number_that_keeps_its_rules_by_a_little_is_taken(changes: dict[str, Any]) -> None:
    replace(SAFE, **changes)


def test_what_is_scaled_is_not_scaled_again() -> None:
    scaled = replace(SAFE, time_scale=0.1).scaled()

    assert scaled.client_view == pytest.approx(0.4)
    assert scaled.scaled() == scaled


def test_the_protocol_survives_the_lambdas_environment() -> None:
    assert Protocol.from_json(SAFE.to_json()) == SAFE


def test_what_the_lambdas_environment_holds_is_short_and_differs_only_where_a_number_does() -> None:
    text = SAFE.to_json()

    assert list(json.loads(text)) == sorted(json.loads(text))
    assert not re.search(r"\s", text)


def test_unless_told_otherwise_an_observer_in_each_control_region_of_the_us_set_votes() -> None:
    assert Protocol().electorates == {"data": OBSERVERS}


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"electorates": {}, "colour": 1}', '{"electorates": 3}'])
def test_what_is_no_protocol_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        Protocol.from_json(text)


@given(st.floats(0.01, 1))
def test_scaling_keeps_every_rule(scale: float) -> None:
    scaled = replace(SAFE, time_scale=scale).scaled()

    assert scaled.client_wait() == pytest.approx(SAFE.client_wait() * scale)
    assert scaled.client_wait() > scaled.client_view
    assert scaled.prepared_wait() > scaled.preparing_view


def test_observers_give_a_standing_owner_two_heartbeats() -> None:
    assert SAFE.observed_lease() == 4.5
    assert SAFE.observed_lease() > 2 * SAFE.heartbeat


@given(st.floats(0.01, 1), st.floats(6.1, 60), st.floats(0.5, 3))
def test_a_value_outside_is_seen_and_its_order_sent_in_time_at_any_scale(
    scale: float, mend_within: float, order_every: float
) -> None:
    scaled = replace(SAFE, mend_within=mend_within, order_every=order_every, time_scale=scale).scaled()

    turns = scaled.turns_between_looks()
    assert turns >= 1
    assert turns * scaled.probe_interval + scaled.order_every <= scaled.mend_within + 1e-9


@pytest.mark.parametrize(("size", "quorum"), [(3, 2), (5, 3), (7, 4)])
def test_a_quorum_is_a_majority_of_the_configured(size: int, quorum: int) -> None:
    protocol = replace(SAFE, electorates={"data": tuple(str(name) for name in range(size))})

    assert protocol.quorum("data") == quorum
