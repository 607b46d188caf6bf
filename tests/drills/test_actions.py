from pathlib import Path

import pytest

from drills import actions
from drills.actions import UnknownFault
from drills.events import injected_at, read_events
from drills.running import NoDrill, under_way
from failover.protocol import Protocol
from failover.region_calls import PATIENT
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
    with under_way(stage.drill), pytest.raises(UnknownFault, match="control-planes-out, slow"):
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


def test_most_calls_to_a_slow_region_outlast_observers_and_clients(tmp_path: Path) -> None:
    (slow,) = lost(tmp_path, "slow").faults.standing
    numbers = Protocol()
    assert (slow.region, slow.service, slow.rate) == ("us-east-1", None, 0.6)
    assert slow.latency_ms - slow.jitter_ms > 1000 * max(numbers.probe_deadline, sum(PATIENT))


@pytest.mark.parametrize(("fault", "down", "up"), [("down-4-of-10", 4, 6), ("down-13-of-20", 13, 7)])
def test_a_flapping_region_is_lost_for_its_time_in_every_period(tmp_path: Path, fault: str, down: int, up: int) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        actions.let_region_flap(fault, for_seconds=60)
    times = 60 // (down + up)
    assert stage.clock.slept[1:] == [down, up] * times
    assert stage.regions.done == [("darken", "us-east-1", "blackhole"), ("restore", "us-east-1")] * times
    ids = {one.text("id") for one in read_events(tmp_path / "events.jsonl")}
    assert len(ids) == times


def test_a_lost_control_region_comes_before_the_fault_that_is_timed(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        actions.lose_control_region()
        assert stage.regions.done == [("darken", "us-east-2", "blackhole")]
        assert injected_at(read_events(tmp_path / "events.jsonl")) is None
        actions.lose_region("blackhole")
    assert injected_at(read_events(tmp_path / "events.jsonl")) == stage.clock.now


def test_outside_a_drill_an_action_says_how_to_start_one() -> None:
    with pytest.raises(NoDrill, match=r"drills\.run"):
        actions.put_everything_right()
