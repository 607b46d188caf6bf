import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from drills import actions
from drills.actions import UnknownFault
from drills.events import injected_at, read_events
from drills.running import NoDrill, under_way
from failover.orders import OrderKind, from_message
from localcloud.faults import GLOBAL_CONTROL_PLANES
from tests.drills.staged import Staged, staged


def lost(folder: Path, fault: str, seed: int = 1) -> Staged:
    stage = staged(folder, seed)
    with under_way(stage.drill):
        actions.lose_region(fault)
    return stage


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        ("blackhole", ("darken", "us-east-1", "blackhole")),
        ("refused", ("darken", "us-east-1", "refuse")),
        ("reset", ("darken", "us-east-1", "reset")),
        ("control-planes-out", ("darken", "us-east-1", "blackhole")),
        ("observers-cut", ("isolate", "us-east-1")),
    ],
)
def test_each_fault_loses_the_primary_region_in_its_own_way(tmp_path: Path, fault: str, done: tuple[str, ...]) -> None:
    assert lost(tmp_path, fault).regions.done == [done]


def test_the_control_planes_are_gone_before_the_region_is(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.regions.then = lambda: standing.extend(fault.service or "" for fault in stage.faults.standing)
    standing: list[str] = []
    with under_way(stage.drill):
        actions.lose_region("control-planes-out")
    assert set(standing) == set(GLOBAL_CONTROL_PLANES)


def test_the_fault_comes_at_a_moment_of_the_probe_interval_that_the_seed_picks(tmp_path: Path) -> None:
    slept = [lost(tmp_path / str(run), "blackhole", seed).clock.slept for run, seed in enumerate((1, 1, 2))]
    assert slept[0] == slept[1] != slept[2]
    assert all(0 <= moment[0] <= 3 for moment in slept)


def test_t0_is_told_before_the_fault_and_not_before_its_moment(tmp_path: Path) -> None:
    stage = lost(tmp_path, "blackhole")
    assert injected_at(read_events(tmp_path / "events.jsonl")) == stage.clock.now


def test_a_fault_that_nobody_can_make_changes_nothing(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill), pytest.raises(UnknownFault, match="control-planes-out"):
        actions.lose_region("meteor")
    assert stage.regions.done == []


def test_putting_right_twice_tells_the_end_once(tmp_path: Path) -> None:
    stage = lost(tmp_path, "control-planes-out")
    with under_way(stage.drill):
        actions.put_everything_right()
        assert actions.put_everything_right() == "nothing was broken"
    ends = [one for one in read_events(tmp_path / "events.jsonl") if one.text("state") == "ended"]
    assert len(ends) == 1
    assert stage.faults.standing == []


def test_the_failback_is_ordered_for_the_epoch_that_is_seen(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row(epoch=7, active="secondary")
    with under_way(stage.drill):
        actions.order_failback()
    (order,) = stage.orders
    assert (order.kind, order.epoch, order.target) == (OrderKind.FAILBACK, 7, "primary")
    assert stage.drill.ordered_at == stage.clock.now


def test_the_orchestrator_can_read_the_order() -> None:
    order = actions.failback(2, UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC))
    assert from_message(json.loads(order.to_json())) == order


def test_outside_a_drill_an_action_says_how_to_start_one() -> None:
    with pytest.raises(NoDrill, match=r"drills\.run"):
        actions.put_everything_right()
