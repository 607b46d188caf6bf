from pathlib import Path

import pytest

from drills import control_faults
from drills.actions import UnknownFault, put_everything_right
from drills.running import under_way
from tests.drills.staged import staged


def test_a_cut_link_is_cut_in_both_directions_and_for_nobody_else(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        control_faults.isolate_one_observer("cut-from-primary")
    ways = {(fault.caller_kind, fault.caller_region, fault.region) for fault in stage.faults.standing}
    assert ways == {("lambda", "us-east-2", "us-east-1"), ("lambda", "us-east-1", "us-east-2")}
    assert stage.regions.done == []


def test_the_region_that_hosts_no_data_is_the_one_that_is_isolated(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        control_faults.isolate_one_observer("cut-from-all")
        assert stage.regions.done == [("isolate", "us-east-2")]
        with pytest.raises(UnknownFault, match="cut-from-primary"):
            control_faults.isolate_one_observer("meteor")


def test_the_region_of_the_plans_owner_is_lost_and_what_runs_there_is_killed(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row(epoch=2, active="secondary", phase="moving", step="wait", owner="us-east-2/abc")
    with under_way(stage.drill):
        control_faults.lose_the_owner()
        assert stage.regions.done == [("darken", "us-east-2", "blackhole")]
        assert (stage.operator.killed, stage.operator.set_off) == (["us-east-2"], [])
        put_everything_right()
    assert stage.operator.set_off == ["us-east-2"]


def test_without_a_plan_no_owner_is_lost(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    with under_way(stage.drill), pytest.raises(control_faults.NoOwner):
        control_faults.lose_the_owner()
    assert stage.regions.done == []
