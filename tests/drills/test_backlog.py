"""How a backlog is made, when it is called gone, and what must have come of it."""

from pathlib import Path

import pytest

from drills.actions import UnknownFault, put_everything_right
from drills.backlog import (
    FEW,
    NoBacklog,
    StillBehind,
    all_arrived,
    caught_up_with_all,
    let_target_recover,
    narrow_replicators,
    pace_replicators,
    pile_up,
    throttle_target,
    throttle_target_in_part,
)
from drills.bulk import write_id
from drills.catching_up import measured
from drills.events import injected_at, read_events
from drills.running import under_way
from drills.stream_order import Arrival
from tests.drills.staged import Staged, staged


@pytest.fixture
def stage(tmp_path: Path) -> Staged:
    return staged(tmp_path)


def figures(folder: Path) -> dict[str, float]:
    return measured(read_events(folder / "events.jsonl"))


def test_the_target_is_throttled_where_replication_leads_to_and_nowhere_else(stage: Staged) -> None:
    with under_way(stage.drill):
        throttle_target("target-throttled")
    (fault,) = stage.faults.standing
    assert (fault.effect, fault.region, fault.service, fault.table) == ("throttle", "us-west-2", "dynamodb", "orders")
    assert fault.rate == 1


def test_a_target_that_takes_a_part_throttles_no_more_than_its_share(stage: Staged) -> None:
    with under_way(stage.drill):
        throttle_target("target-throttled")
        throttle_target_in_part(0.9)
    assert [fault.rate for fault in stage.faults.standing] == [0.9]


def test_each_fault_of_the_target_is_told_to_begin_and_to_end(stage: Staged, tmp_path: Path) -> None:
    with under_way(stage.drill):
        throttle_target("target-throttled")
        throttle_target_in_part(0.9)
        let_target_recover()
    told = [event.text("state") for event in read_events(tmp_path / "events.jsonl") if event.source == "fault"]
    assert told == ["begun", "ended", "begun", "ended"]


def test_calls_of_replicators_alone_are_paced_before_the_fault_and_until_all_is_put_right(
    stage: Staged, tmp_path: Path
) -> None:
    with under_way(stage.drill):
        pace_replicators(0.6)
        throttle_target("target-throttled")
        let_target_recover()
        (paced,) = stage.faults.standing
        put_everything_right()
    assert (paced.effect, paced.caller_kind, paced.table, paced.latency_ms) == ("latency", "lambda", "orders", 600)
    assert stage.faults.standing == []
    begun = [event for event in read_events(tmp_path / "events.jsonl") if event.text("state") == "begun"]
    assert injected_at(tuple(begun)) == begun[1].at


def test_a_target_is_not_throttled_by_another_name(stage: Staged) -> None:
    with under_way(stage.drill), pytest.raises(UnknownFault, match="target-throttled"):
        throttle_target("throttled")


def test_lanes_are_narrowed_as_told(stage: Staged) -> None:
    with under_way(stage.drill):
        narrow_replicators(1)
    assert stage.operator.carriers.lanes == [1]


def test_what_piles_up_is_written_at_the_primary_in_the_epoch_that_is_and_counted(
    stage: Staged, tmp_path: Path
) -> None:
    stage.operator.carriers.backlogs = [103]
    with under_way(stage.drill):
        pile_up(100)
    assert stage.operator.stored.written == [("primary", "100 at once", "epoch 1")]
    assert figures(tmp_path) == {"records_behind": 103}


def test_a_backlog_that_did_not_become_as_large_is_none(stage: Staged) -> None:
    stage.operator.carriers.backlogs = [99]
    with under_way(stage.drill), pytest.raises(NoBacklog, match="99 records wait, fewer than 100"):
        pile_up(100)


def test_a_backlog_is_gone_when_a_few_records_are_left_and_the_largest_size_until_then_is_told(
    stage: Staged, tmp_path: Path
) -> None:
    stage.operator.carriers.backlogs = [900, FEW + 1, FEW, 0]
    stage.operator.carriers.sizes_mb = [60, 90, 70]
    with under_way(stage.drill):
        assert caught_up_with_all(within_seconds=60)
    assert figures(tmp_path) == {"records_left": FEW, "replicator_memory_mb": 90}


def test_a_backlog_that_stays_is_told_with_its_size(stage: Staged) -> None:
    stage.operator.carriers.backlogs = [900]
    with under_way(stage.drill), pytest.raises(StillBehind, match="900 records still wait after 60 s"):
        caught_up_with_all(within_seconds=60)


def arrival(key: str, version: str, number: int) -> Arrival:
    return key, version, (write_id(key, number),)


ALL = [arrival("bulk/0", "1", 9), arrival("bulk/1", "2", 10), arrival("bulk/0", "3", 10)]


def test_all_has_arrived_when_the_secondary_took_the_last_write_of_every_item(stage: Staged, tmp_path: Path) -> None:
    stage.operator.stored.arrived = ALL
    with under_way(stage.drill):
        assert all_arrived(20)
    assert figures(tmp_path) == {"records_out_of_order": 0}


def test_what_the_secondary_took_after_a_later_one_is_counted(stage: Staged, tmp_path: Path) -> None:
    stage.operator.stored.arrived = [*ALL, arrival("another", "6", 2), arrival("another", "5", 1)]
    with under_way(stage.drill):
        assert all_arrived(20)
    assert figures(tmp_path) == {"records_out_of_order": 1}


@pytest.mark.parametrize("missing", [1, 2])
def test_an_item_whose_last_write_the_secondary_did_not_take_is_told(stage: Staged, missing: int) -> None:
    stage.operator.stored.arrived = [one for place, one in enumerate(ALL) if place != missing]
    with under_way(stage.drill), pytest.raises(StillBehind, match="the secondary lacks the last write of 1 items"):
        all_arrived(20)
