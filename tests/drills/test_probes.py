from collections.abc import Callable
from pathlib import Path

import pytest

from drills import probes
from drills.running import under_way
from drills.sight import NeverHappened
from tests.drills.staged import Staged, staged


def passes(stage: Staged, probe: Callable[[float], bool]) -> bool:
    with under_way(stage.drill):
        try:
            return probe(0.01)
        except NeverHappened:
            return False


def test_observers_are_healthy_when_all_of_them_say_so_of_both_sites(tmp_path: Path) -> None:
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
    ],
)
def test_one_observer_that_does_not_say_so_is_enough_to_wait(tmp_path: Path, facts: dict[str, str]) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.votes()
    stage.votes("us-east-2", **facts)
    assert not passes(stage, probes.observers_healthy)


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


def test_what_never_happened_says_what_was_seen_instead(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    stage.votes("us-east-2", verdict="unknown")
    with (
        under_way(stage.drill),
        pytest.raises(NeverHappened, match="epoch 1, primary steady; votes: us-east-2 unknown"),
    ):
        probes.site_serves("secondary", 2, 0.01)
