from pathlib import Path

import pytest

from drills import glass
from drills.actions import UnknownFault
from drills.events import ordered_at, read_events
from drills.orders import OrderRefused, TooEasy
from drills.probes import Wrote, nobody_writes
from drills.running import Said, under_way
from drills.sight import NeverHappened
from tests.drills.staged import Staged, staged

NO_MAJORITY = Said(code=1, output="refused: no control region answers, so nothing can be decided")
UNDER_WAY = Said(code=1, output="refused: a plan is under way")


@pytest.fixture
def stage(tmp_path: Path) -> Staged:
    """The primary serves in epoch 7."""
    stage = staged(tmp_path)
    stage.row(epoch=7)
    return stage


def test_the_majority_is_lost_with_the_primary_and_the_region_that_hosts_no_data(stage: Staged) -> None:
    with under_way(stage.drill):
        glass.lose_the_majority("two-control-regions")
        assert [done[:2] for done in stage.regions.done] == [("darken", "us-east-1"), ("darken", "us-east-2")]
        with pytest.raises(UnknownFault, match="two-control-regions"):
            glass.lose_the_majority("meteor")


def test_the_glass_is_broken_with_what_the_pages_told(tmp_path: Path, stage: Staged) -> None:
    with under_way(stage.drill):
        glass.break_the_glass()
    (command,) = stage.operator.commands
    assert command[:5] == ("break-glass", "--last-epoch", "7", "--last-active", "primary")
    assert command[5:7] == ("--old-site-is-off", "us-east-1")
    assert ordered_at(read_events(tmp_path / "events.jsonl"), "break-glass") is not None


def test_a_glass_that_does_not_break_ends_the_drill(stage: Staged) -> None:
    stage.operator.answers = [Said(code=1, output="refused: us-east-1 answers")]
    with under_way(stage.drill), pytest.raises(OrderRefused, match="us-east-1 answers"):
        glass.break_the_glass()


@pytest.mark.parametrize("answer", [Said(code=0, output="done"), Said(code=1, output="refused: say why")])
def test_a_failover_that_is_not_refused_for_want_of_a_majority_proves_nothing(stage: Staged, answer: Said) -> None:
    stage.operator.answers = [NO_MAJORITY, answer]
    with under_way(stage.drill):
        assert "no control region answers" in glass.order_a_failover_in_vain()
        with pytest.raises(TooEasy):
            glass.order_a_failover_in_vain()


def test_only_the_region_that_hosts_no_data_is_brought_back(stage: Staged) -> None:
    with under_way(stage.drill):
        glass.lose_the_majority("two-control-regions")
        glass.bring_the_majority_back()
    assert stage.regions.done[-1] == ("restore", "us-east-2")
    assert stage.operator.set_off == ["us-east-2"]
    assert set(stage.drill.begun) == {"us-east-1"}


def test_a_merge_is_tried_until_it_is_taken(stage: Staged) -> None:
    stage.operator.answers = [NO_MAJORITY, UNDER_WAY]
    with under_way(stage.drill):
        glass.merge_the_record(60)
    assert [command[:2] for command in stage.operator.commands] == [("break-glass", "--merge")] * 3


def test_a_merge_that_is_never_taken_ends_the_drill(stage: Staged) -> None:
    stage.operator.answers = [UNDER_WAY] * 9
    with under_way(stage.drill), pytest.raises(OrderRefused, match="under way"):
        glass.merge_the_record(3)


def test_nobody_writes_only_where_clients_of_both_sites_try_in_vain(stage: Staged) -> None:
    with under_way(stage.drill):
        stage.writes("primary", 1, acknowledged=False)
        with pytest.raises(NeverHappened):
            nobody_writes(0.01, 0.01)  # those of the secondary do not even try
        stage.writes("secondary", 1, acknowledged=False)
        assert nobody_writes(0.01, 0.01)
        stage.writes("secondary", 1)
        with pytest.raises(NeverHappened):
            nobody_writes(0.01, 0.01)


def test_a_write_after_they_tried_in_vain_is_told(stage: Staged) -> None:
    for site in ("primary", "secondary"):
        stage.writes(site, 1, acknowledged=False)
    stage.while_waiting_for("a write", lambda: stage.writes("primary", 1))
    with under_way(stage.drill), pytest.raises(Wrote):
        nobody_writes(0.01, 0.01)
