from collections.abc import Callable
from pathlib import Path

import pytest

from drills import probes
from drills.events import Fact
from drills.probes import Moved
from drills.running import under_way
from drills.sight import NeverHappened
from tests.drills.staged import Staged, staged


def passes(stage: Staged, probe: Callable[[float], bool]) -> bool:
    with under_way(stage.drill):
        try:
            return probe(0.01)
        except NeverHappened:
            return False


def test_observers_are_healthy_when_all_of_them_say_so_of_both_sites_and_know_the_lag(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.votes()
    assert passes(stage, probes.observers_healthy)


@pytest.mark.parametrize(
    "facts",
    [
        {"verdict": "unhealthy"},
        {"standby": "unknown"},
        {"epoch": 0},
        {"site": "secondary"},
        {"silent": True},
        {"lag_unknown": True},
    ],
)
def test_one_observer_that_does_not_say_so_is_enough_to_wait(tmp_path: Path, facts: dict[str, str]) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.votes()
    stage.votes("us-east-2", **facts)
    assert not passes(stage, probes.observers_healthy)


@pytest.mark.parametrize(("facts", "alone"), [({"verdict": "unhealthy"}, True), ({"silent": True}, True), ({}, False)])
def test_one_observer_dissents_when_it_alone_does_not_vote_healthy(
    tmp_path: Path, facts: dict[str, Fact], alone: bool
) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.votes()
    stage.votes("us-east-2", **facts)
    assert passes(stage, probes.one_observer_dissents) is alone


def test_clients_write_when_both_sites_do_and_none_failed(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.well()
    assert passes(stage, probes.clients_write)


def test_clients_do_not_write_when_one_site_is_still_or_one_write_failed(tmp_path: Path) -> None:
    still, failing = staged(tmp_path / "still"), staged(tmp_path / "failing")
    still.writes("primary", 5)
    failing.well()
    failing.writes("secondary", 1, acknowledged=False)
    assert not passes(still, probes.clients_write)
    assert not passes(failing, probes.clients_write)


def test_old_writes_say_nothing_about_now(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.well()
    stage.clock.sleep(10)
    assert not passes(stage, probes.clients_write)


@pytest.mark.parametrize(
    ("facts", "serves"),
    [
        ({"epoch": 2, "active": "secondary"}, True),
        ({"epoch": 2, "active": "secondary", "step": "verify"}, False),
        ({"epoch": 2, "active": "secondary", "phase": "moving"}, False),
        ({"epoch": 2, "active": "primary"}, False),
        ({"epoch": 1, "active": "secondary"}, False),
    ],
)
def test_a_site_serves_when_it_is_published_and_its_plan_is_over(
    tmp_path: Path, facts: dict[str, str], serves: bool
) -> None:
    stage = staged(tmp_path)
    stage.row(**facts)
    assert passes(stage, lambda seconds: probes.site_serves("secondary", 2, seconds)) is serves


def test_the_standby_has_caught_up_when_little_waits_and_a_quorum_sees_both_sites_well(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row(epoch=2, active="secondary")
    stage.votes("us-east-2", "us-west-2", site="secondary", epoch=2)
    stage.lag(1.0)
    assert passes(stage, probes.caught_up)


def test_the_standby_has_not_caught_up_while_a_change_waits_for_long(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row(epoch=2, active="secondary")
    stage.votes("us-east-2", "us-west-2", site="secondary", epoch=2)
    stage.lag(9.0)
    assert not passes(stage, probes.caught_up)


def test_the_standby_has_not_caught_up_while_no_quorum_knows_how_far_it_is_behind(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row(epoch=2, active="secondary")
    stage.votes("us-east-2", "us-west-2", site="secondary", epoch=2)
    stage.votes("us-west-2", site="secondary", epoch=2, lag_unknown=True)
    stage.lag(1.0)
    assert not passes(stage, probes.caught_up)


def test_a_tier_that_stays_as_it_is_stays_put(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    assert passes(stage, probes.stays_put)


@pytest.mark.parametrize("facts", [{"epoch": 2}, {"active": "secondary"}, {"phase": "preparing"}])
def test_any_change_of_the_tier_is_a_move_where_none_may_be(tmp_path: Path, facts: dict[str, Fact]) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.while_waiting_for("any change", lambda: stage.row(**facts))
    with under_way(stage.drill), pytest.raises(Moved, match="epoch"):
        probes.stays_put(0.01)


@pytest.mark.parametrize(("facts", "rests"), [({}, True), ({"step": "verify"}, False), ({"phase": "moving"}, False)])
def test_the_tier_is_at_rest_when_no_plan_is_under_way(tmp_path: Path, facts: dict[str, Fact], rests: bool) -> None:
    stage = staged(tmp_path)
    stage.row(**facts)
    assert passes(stage, probes.at_rest) is rests


def test_a_plan_stops_the_writes_when_the_tier_is_moving(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row(phase="preparing")
    assert not passes(stage, probes.stopped_by_a_plan)
    stage.row(phase="moving")
    assert passes(stage, probes.stopped_by_a_plan)


def test_people_must_be_told_in_the_words_that_the_fault_calls_for(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.page("observer us-east-2 cannot vote")
    assert not passes(stage, lambda seconds: probes.people_told("throttled", seconds))
    stage.page("observer us-east-2 cannot probe")
    assert passes(stage, lambda seconds: probes.people_told("throttled", seconds))


def test_what_people_were_told_before_the_fault_is_not_about_it(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.page("observer us-east-2 cannot probe")
    stage.drill.tell_fault("tables", "the tables throttle")
    assert not passes(stage, lambda seconds: probes.people_told("throttled", seconds))


def test_of_a_fault_that_nobody_needs_to_know_of_nobody_is_told(tmp_path: Path) -> None:
    assert passes(staged(tmp_path), lambda seconds: probes.people_told("cut-from-primary", seconds))


def test_what_never_happened_says_what_was_seen_instead(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.votes("us-east-2", verdict="unknown")
    with (
        under_way(stage.drill),
        pytest.raises(NeverHappened, match="epoch 1, primary steady; votes: us-east-2 unknown"),
    ):
        probes.site_serves("secondary", 2, 0.01)
