"""Markers: many enough for every lane, of keys that nobody has, and no items to anybody who reads or compares."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.replication.markers import CHANCE, Markers, after_lap, key_of, marked, marker_in, needed, through
from failover.replication.meetings import Act, Rules, act_on
from failover.replication.stamps import ATTRIBUTE, Item
from failover.replication.versioned_table import StampedReads
from failover.resync import differences
from failover.resync.differences import held_of
from failover.sites import Site
from tests.failover.replication.records import HERE, THERE, change, item, stamp

MARKERS = Markers(id="one", places="one", numbers=range(6))


def marker(number: int, markers: Markers = MARKERS, site: Site = HERE) -> dict[str, Any]:
    key = key_of(markers.places, number, {"id": "S"})
    return {**key, "expires": {"N": "9"}, **marked(markers, number, site)}


def lap_of(written: Item) -> tuple[str, int, int, set[int]]:
    found = marker_in(written)
    assert found
    return found.id, found.number, found.lap, set(found.of)


@given(shards=st.integers(1, 500), lanes=st.integers(1, 10))
def test_the_chance_of_a_lane_without_a_marker_is_under_one_in_a_million(shards: int, lanes: int) -> None:
    smallest = 1 / (shards * lanes) / (1 if shards == 1 else 2)
    missed = shards * lanes * math.exp(needed(shards, lanes) * math.log1p(-smallest)) if smallest < 1 else 0.0
    assert missed <= CHANCE


@pytest.mark.parametrize(("shards", "markers"), [(1, 162), (4, 1401), (100, 41447)])
def test_there_are_no_more_markers_than_that_takes(shards: int, markers: int) -> None:
    assert needed(shards, 10) == markers


def test_random_lanes_are_all_met() -> None:
    for seed in range(50):
        dice = random.Random(seed)  # noqa: S311 - no secret
        met = {dice.randrange(10) for _ in range(needed(1, 10))}
        assert len(met) == 10


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_keys_of_every_type_are_all_different_and_fit(kind: str) -> None:
    keys = [key_of("one", number, {"pk": kind, "sk": kind}) for number in range(500)]
    values = [key["pk"][kind] for key in keys] + [key_of("two", 0, {"pk": kind})["pk"][kind]]
    assert len(set(values)) == 501
    longest = max(len(str(value) if kind == "N" else value) for value in values)
    assert longest <= (38 if kind == "N" else 1024)
    assert all(key["sk"] == key["pk"] for key in keys)


def test_text_and_binary_keys_begin_with_the_reserved_name() -> None:
    key = key_of("one", 0, {"text": "S", "binary": "B"})
    assert key["text"]["S"].startswith("_lifeboat")
    assert key["binary"]["B"].startswith(b"_lifeboat")


def test_a_client_sees_no_marker_and_no_comparison_counts_one() -> None:
    rules = differences.Rules(key_names=("id",), ttl_attribute="expires")
    assert StampedReads().seen(marker(0)) is None
    assert held_of(marker(0), rules).digest is None


def test_an_expired_marker_is_nothing_to_tell_the_other_site() -> None:
    assert act_on(change(marker(0), None, expired=True), HERE, Rules(ttl_attribute="expires")) is Act.LEAVE


def test_after_the_first_lap_one_marker_goes_on_for_all_of_its_batch() -> None:
    ((written, *others),) = after_lap([marker(2), marker(4), marker(1)], HERE)
    assert lap_of(written) == ("one", 2, 2, {1, 2, 4})
    assert [lap_of(one) for one in others] == [("one", 4, 2, {1, 4}), ("one", 1, 2, {1})]
    assert {name: written[name] for name in ("id", "expires")} == {name: marker(2)[name] for name in ("id", "expires")}
    ((again,),) = after_lap([written], HERE)
    assert lap_of(again) == ("one", 2, 3, {1, 2, 4})
    assert [*after_lap([again], HERE)] == []


def test_markers_of_two_proofs_and_of_two_laps_go_on_each_for_itself() -> None:
    ((second, _),) = after_lap([marker(3), marker(5)], HERE)
    other = Markers(id="two", places="two", numbers=range(2))
    written = [*after_lap([second, marker(0), marker(1, other), marker(1)], HERE)]
    assert sorted(lap_of(first) for first, *_ in written) == [
        ("one", 0, 2, {0, 1}),
        ("one", 3, 3, {3, 5}),
        ("two", 1, 2, {1}),
    ]


def test_the_other_sites_markers_and_what_is_no_marker_go_nowhere() -> None:
    garbled = {**marker(0), ATTRIBUTE: {"M": {**marker(0)[ATTRIBUTE]["M"], "m": {"M": {"lap": {"N": "1"}}}}}}
    plain = [item(stamp(1)), item(None), item(stamp(2, deleted=True)), garbled]
    assert [*after_lap([marker(0, site=THERE), *plain], HERE)] == []
    assert [marker_in(one) for one in plain] == [None] * 4


def test_only_markers_of_this_very_proof_that_did_both_laps_count() -> None:
    ((second, _),) = after_lap([marker(0), marker(1)], HERE)
    ((third,),) = after_lap([second], HERE)
    stale = Markers(id="before", places="one", numbers=range(6))
    found = through([marker(2), second, third, item(stamp(1))], MARKERS)
    assert [(one.number, set(one.of)) for one in found] == [(0, {0, 1})]
    assert through([third], stale) == []
