"""Markers in a lane: they go on last, never before what was written before them, and prove that it has arrived."""

import os
import random
from collections.abc import Iterable
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.replication.markers import Markers, marked, marker_in
from failover.replication.stamps import Stamp
from tests.failover.model_table import refusal
from tests.failover.replication.records import HERE, THERE, item, record, stamp
from tests.failover.replication.test_histories import FATES
from tests.failover.replication.test_lane import THROTTLED, TOO_LARGE, World, only, written
from tests.failover.replication.two_sites import TwoSites, marker_table

MARKERS = Markers(id="one", places="one", numbers=range(8))
many = settings(max_examples=int(os.environ.get("LIFEBOAT_EXAMPLES", "50")), deadline=None)


def marker(world: World, key: str, number: int, of: int = 0) -> dict[str, Any]:
    """Write a marker at home; return its record."""
    world.source.items[key] = {"id": {"S": key}, "expires": {"N": "9"}, **marked(MARKERS, of, HERE)}
    return record(None, world.source.items[key], number)


def laps(world: World) -> dict[str, int]:
    found = {key: marker_in(one) for key, one in world.source.items.items()}
    return {key: one.lap for key, one in found.items() if one}


def test_markers_go_on_once_all_else_of_the_batch_is_there_and_one_for_all() -> None:
    world = World()
    report = world.carry(marker(world, "m", 1), written("a", 2), marker(world, "n", 3, of=1), written("b", 4))

    assert report.failed == []
    assert world.target.items.keys() == {"a", "b"}
    assert laps(world) == {"m": 2, "n": 1}


def test_no_marker_counts_as_carried_nor_goes_to_the_other_site() -> None:
    world = World()
    begun = marker(world, "m", 1)
    report = world.carry(begun, record(world.source.items["m"], None, 2))

    assert (report.failed, report.counts, report.newest_at) == ([], {}, None)
    assert world.target.items == {}
    assert world.kept.losers == {}
    assert laps(world) == {"m": 2}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_record_that_must_come_again_takes_the_markers_of_its_batch_along(order: tuple[int, int]) -> None:
    world = World(only("a", refusal("AccessDeniedException", "PutItem")))
    report = world.carry(
        *sorted([written("a", order[0]), marker(world, "m", order[1])], key=lambda one: int(sequence(one)))
    )

    assert sorted(report.failed) == ["1", "2"]
    assert laps(world) == {"m": 1}


def sequence(told: dict[str, Any]) -> str:
    return str(told["dynamodb"]["SequenceNumber"])


def test_a_record_that_is_buried_holds_no_marker_back() -> None:
    world = World(only("a", TOO_LARGE))
    assert world.carry(written("a", 1), marker(world, "m", 2)).failed == []
    assert laps(world) == {"m": 2}


@pytest.mark.parametrize(
    "refused", [refusal("AccessDeniedException", "PutItem"), ParamValidationError(report="no such type")]
)
def test_markers_that_the_table_never_takes_hold_up_no_lane(refused: Exception) -> None:
    world = World()
    world.source.put_item = raising(refused)  # type: ignore[method-assign]
    report = world.carry(written("a", 1), marker(world, "m", 2))

    assert report.failed == []
    assert world.target.items.keys() == {"a"}


def test_markers_come_again_if_their_table_throttles_until_the_time_is_over() -> None:
    world = World()
    world.source.put_item = raising(THROTTLED)  # type: ignore[method-assign]
    assert world.carry(written("a", 1), marker(world, "m", 2), marker(world, "n", 3)).failed == ["2"]


def raising(error: Exception) -> Any:
    def call(**_asked: object) -> Any:
        raise error

    return call


def test_a_record_that_comes_again_sets_no_marker_back_nor_one_of_a_later_proof() -> None:
    world = World()
    begun = marker(world, "m", 1)
    world.carry(begun)
    again = record(begun["dynamodb"]["NewImage"], world.source.items["m"], 2)
    world.carry(again)
    world.carry(begun, again)
    assert laps(world) == {"m": 3}

    later = {**world.source.items["m"], **marked(Markers(id="two", places="one", numbers=(0,)), 0, HERE)}
    world.source.items["m"] = later
    world.carry(begun, again)
    assert world.source.items["m"] == later


def test_the_other_sites_markers_are_left_alone() -> None:
    world = World()
    theirs = {"id": {"S": "m"}, "expires": {"N": "9"}, **marked(MARKERS, 0, THERE)}
    world.source.items["m"] = theirs
    assert world.carry(record(None, theirs, 1)).failed == []
    assert (world.source.records, world.target.items) == ([], {})


batches = st.lists(st.sampled_from("abcdm"), min_size=1, max_size=12)


@many
@given(keys=batches, failing=st.sets(st.sampled_from("abcd")))
def test_no_marker_goes_on_before_a_record_of_its_batch(keys: list[str], failing: set[str]) -> None:
    world = World(lambda key, _value: refusal("AccessDeniedException", "PutItem") if key in failing else None)
    told = [
        marker(world, f"m{number}", number) if key == "m" else written(key, number)
        for number, key in enumerate(keys, 1)
    ]
    report = world.carry(*told)

    carried = {key: Stamp.of(one) for key, one in world.target.items.items()}
    newest = {key: stamp(number) for number, key in enumerate(keys, 1) if key != "m"}
    assert set(laps(world).values()) <= {1} or carried == newest
    if "m" in keys and set(keys) & failing:
        assert str(keys.index("m") + 1) in report.failed


@many
@given(dice=st.randoms(use_true_random=True))
def test_once_all_markers_are_through_all_that_was_acknowledged_before_them_has_arrived(dice: random.Random) -> None:
    """Whatever fails, dies or comes again meanwhile, and whether it was written through the client or around it."""
    world = TwoSites(dice, FATES)
    write_a_few(world, dice, range(12))
    for _ in range(dice.randrange(4)):
        world.replicate("primary", dice.randrange(1, 9))
    table = marker_table(world.tables["primary"], "primary")
    table.begin(MARKERS, 10**9)
    before = dict(world.tables["primary"].items)
    for _ in range(400):
        if not table.look(MARKERS, 0.0).waiting:
            break
        world.replicate("primary", dice.randrange(1, 9), again=dice.choice((0, 0, 2)))
    else:
        raise AssertionError("the markers never come through")
    assert_there(world, before)


def write_a_few(world: TwoSites, dice: random.Random, numbers: Iterable[int]) -> None:
    for _ in numbers:
        key = dice.choice("abc")
        if dice.random() < 0.5:
            world.write(key, dice.choice(("put", "update", "delete")), site="primary", epoch=1)
        else:
            world.write_around(key, "primary", dice.choice(("put", "update", "delete")))


def assert_there(world: TwoSites, before: dict[str, Any]) -> None:
    values = {key: one.get("value") for key, one in before.items() if not marker_in(one)}
    there = world.tables["secondary"].items
    assert {key: there.get(key, {}).get("value") for key in values} == values
    assert all(
        not marker_in(one) for one in [*there.values(), *(lost.item or item() for lost in world.kept.losers.values())]
    )
