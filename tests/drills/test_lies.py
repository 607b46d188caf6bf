from pathlib import Path

import pytest

from drills.actions import UnknownFault, put_everything_right
from drills.lies import REASON, Liar, let_one_observer_lie, lie_stands
from drills.running import under_way
from drills.sight import NeverHappened
from failover.orders import OrderKind
from tests.drills.staged import staged


def test_a_lie_takes_the_vote_from_the_honest_run_and_keeps_it(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    liar = Liar(drill=stage.drill, region="us-east-2")
    liar.lie()
    liar.lie()
    assert [(generation, after) for _, generation, after in stage.operator.cast_votes] == [(8, 7), (8, 8)]


def test_a_lie_takes_the_vote_back_from_a_run_that_came_later(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    liar = Liar(drill=stage.drill, region="us-east-2")
    liar.lie()
    stage.operator.cast_votes.append(({}, 12, 8))
    liar.lie()
    assert stage.operator.cast_votes[-1][1:] == (13, 12)


def test_a_lie_names_the_epoch_and_site_and_claims_everybodys_counter(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    Liar(drill=stage.drill, region="us-east-2").lie()
    ((opinion, _, _),) = stage.operator.cast_votes
    assert (opinion["site"], opinion["epoch"], opinion["verdict"], opinion["standby"]) == (
        "primary",
        1,
        "unhealthy",
        "healthy",
    )
    ((region, order),) = stage.operator.sent
    assert (region, order.kind, set(order.seen_counters)) == (
        "us-east-2",
        OrderKind.WAKE,
        {"us-east-1", "us-east-2", "us-west-2"},
    )


def test_who_says_that_the_standby_is_well_lies_only_because_it_is_not(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        let_one_observer_lie("says-healthy")
        assert {fault.region for fault in stage.faults.standing} == {"us-west-2"}
        assert stage.regions.done == [("darken", "us-east-1", "blackhole")]
        put_everything_right()


def test_putting_right_ends_the_lies_and_starts_an_honest_run(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        let_one_observer_lie("says-unhealthy")
        put_everything_right()
        put_everything_right()
    told = len(stage.operator.cast_votes)
    assert told >= 1
    assert stage.operator.set_off == ["us-east-2"]


def test_a_lie_that_is_not_what_the_control_table_holds_proves_nothing(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.votes("us-east-2", reason="answered in time")
    with under_way(stage.drill):
        with pytest.raises(NeverHappened, match="us-east-2 has voted a lie"):
            lie_stands(0.01)
        stage.votes("us-east-2", reason=REASON, verdict="unhealthy")
        assert lie_stands(0.01)


def test_a_lie_that_nobody_tells_is_refused(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill), pytest.raises(UnknownFault, match="says-healthy"):
        let_one_observer_lie("says-nothing")
