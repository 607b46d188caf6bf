import copy
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chaoslib.experiment import ensure_experiment_is_valid, run_experiment

from drills import actions, experiment
from drills.drill import ALWAYS_ROLL_BACK
from drills.events import read_events
from drills.experiment import UnknownExperiment
from drills.running import under_way
from tests.drills.staged import Staged, staged

NAMES = experiment.names()


def hurried(name: str) -> dict[str, Any]:
    """Give an experiment that waits for nothing longer than a moment."""
    declared = copy.deepcopy(experiment.load(name).declared)
    for activity in [*declared["method"], *declared["steady-state-hypothesis"]["probes"]]:
        arguments = activity["provider"].get("arguments", {})
        if "within_seconds" in arguments:
            arguments["within_seconds"] = 0.05
    return dict(declared)


def carried_out(stage: Staged) -> dict[str, Any]:
    with under_way(stage.drill):
        return dict(run_experiment(hurried("data-region-outage"), settings=ALWAYS_ROLL_BACK))


def fail() -> None:
    raise OSError("the cloud does not answer")


def interrupt() -> None:
    raise KeyboardInterrupt


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("name", NAMES)
def test_chaos_toolkit_finds_the_experiment_valid(name: str) -> None:
    ensure_experiment_is_valid(experiment.load(name).declared)


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_ends_by_putting_everything_right_and_stopping_its_load(name: str) -> None:
    rollbacks = [one["provider"]["func"] for one in experiment.load(name).declared["rollbacks"]]
    assert rollbacks == ["put_everything_right", "stop_load"]


def test_an_experiment_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnknownExperiment, match="data-region-outage"):
        experiment.load("data-region-outrage")


@pytest.mark.parametrize("fault", actions.faults())
def test_the_laws_of_writing_have_limits_whatever_the_fault(fault: str) -> None:
    limits = {one.figure: one for one in experiment.load("data-region-outage", fault).thresholds}
    assert limits["overlapping_writers_seconds"].at_most == 0
    assert limits["max_writers_per_epoch"].at_most == 1
    assert limits["writes_lost"].at_most == 0


def test_clients_cut_off_with_the_primary_have_no_limit_to_recover_in() -> None:
    def limited(fault: str) -> bool:
        return "rto_seconds" in {one.figure for one in experiment.load("data-region-outage", fault).thresholds}

    assert limited("blackhole")
    assert not limited("observers-cut")


@pytest.mark.parametrize("ending", [fail, interrupt, terminate])
def test_whatever_ends_the_method_the_fault_is_mended_and_the_load_stopped(
    tmp_path: Path, ending: Callable[[], None]
) -> None:
    stage = staged(tmp_path)
    stage.well()
    stage.regions.then = ending
    journal = carried_out(stage)
    assert journal["status"] == "interrupted"
    assert stage.regions.done[-1] == ("restore", "all")
    assert stage.faults.standing == []
    assert len(stage.load_stops) == 1
    assert stage.drill.interrupted is (ending is not fail)


def test_no_failback_is_ordered_of_a_failover_that_never_came(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.well()
    journal = carried_out(stage)
    assert [run["activity"]["name"] for run in journal["run"]] == ["lose the primary region", "wait for the failover"]
    assert stage.orders == []
    assert [one.text("state") for one in read_events(tmp_path / "events.jsonl") if one.source == "fault"] == [
        "begun",
        "ended",
    ]


def test_nothing_is_broken_where_the_steady_state_is_not_met(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    journal = carried_out(stage)
    assert journal["run"] == []
    assert not any(done[0] == "darken" for done in stage.regions.done)
    assert len(stage.load_stops) == 1


def test_every_stage_is_recorded_with_how_it_ended(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.well()
    carried_out(stage)
    told = {
        one.text("name"): one.text("state") for one in read_events(tmp_path / "events.jsonl") if one.source == "drill"
    }
    assert told["lose the primary region"] == "succeeded"
    assert told["wait for the failover"] == "failed"
    assert told["put everything right"] == "succeeded"
