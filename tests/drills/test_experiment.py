import copy
import dataclasses
import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chaoslib.experiment import ensure_experiment_is_valid, run_experiment

from drills import actions, experiment
from drills.accounting import Figures
from drills.drill import ALWAYS_ROLL_BACK
from drills.events import read_events
from drills.experiment import UnknownExperiment
from drills.report import PARTICULAR
from drills.running import under_way
from evaluation import ROOT
from tests.drills.staged import Staged, staged

NAMES = experiment.names()
VARIANTS = [(name, fault) for name in NAMES for fault in experiment.faults(name)]


def hurried(name: str) -> dict[str, Any]:
    """Give an experiment that waits for nothing longer than a moment."""
    declared = copy.deepcopy(experiment.load(name).declared)
    for activity in [*declared["method"], *declared["steady-state-hypothesis"]["probes"]]:
        arguments = activity["provider"].get("arguments", {})
        arguments |= dict.fromkeys({"within_seconds", "for_seconds"} & set(arguments), 0.05)
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


@pytest.mark.parametrize(("name", "fault"), VARIANTS)
def test_chaos_toolkit_finds_the_experiment_valid(name: str, fault: str) -> None:
    ensure_experiment_is_valid(experiment.load(name, fault).declared)


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_ends_by_putting_everything_right_and_stopping_its_load(name: str) -> None:
    rollbacks = [one["provider"]["func"] for one in experiment.load(name).declared["rollbacks"]]
    assert rollbacks == ["put_everything_right", "stop_load"]


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_waits_for_its_own_fault_to_be_mended_before_the_steady_state_is_looked_for(name: str) -> None:
    done = [one["provider"]["func"] for one in experiment.load(name).declared["method"]]
    breaking = [func for func in done if func.startswith(("lose", "throttle", "silence", "isolate", "let_one"))]
    assert not breaking or done.index("put_everything_right") > done.index(breaking[-1])


@pytest.mark.parametrize("name", NAMES)
def test_the_page_about_drills_tells_of_every_experiment_and_fault(name: str) -> None:
    told = (ROOT / "docs" / "drills.md").read_text(encoding="utf-8")
    assert f"`{name}`" in told
    assert [fault for fault in experiment.faults(name) if f"`{fault}`" not in told] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_is_of_a_figure_that_is_measured(name: str) -> None:
    limited = {one.figure for fault in experiment.faults(name) for one in experiment.load(name, fault).thresholds}
    assert limited <= {field.name for field in dataclasses.fields(Figures)} | set(PARTICULAR)


@pytest.mark.parametrize(("name", "fault"), VARIANTS)
def test_somebody_can_make_the_fault(tmp_path: Path, name: str, fault: str) -> None:
    """A fault's name that no action knows would stop the drill before anything is broken."""
    stage = staged(tmp_path)
    stage.row()
    method = experiment.load(name, fault).declared["method"]
    given = [one["provider"] for one in method if one["type"] == "action" and _takes_fault(one)]
    with under_way(stage.drill):
        for one in given:
            arguments = {k: fault if v == "${fault}" else v for k, v in one["arguments"].items()}
            getattr(importlib.import_module(one["module"]), one["func"])(**arguments)
        actions.put_everything_right()
    assert bool(given) <= any(event.source == "fault" for event in read_events(tmp_path / "events.jsonl"))


def _takes_fault(stage: dict[str, Any]) -> bool:
    return "${fault}" in stage["provider"].get("arguments", {}).values()


def test_an_experiment_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnknownExperiment, match="data-region-outage"):
        experiment.load("data-region-outrage")


def test_a_fault_that_an_experiment_does_not_list_is_refused_with_those_that_it_does() -> None:
    with pytest.raises(UnknownExperiment, match="blackhole, refused"):
        experiment.load("data-region-outage", "throttled")


@pytest.mark.parametrize(("name", "fault"), VARIANTS)
def test_the_laws_of_writing_have_limits_whatever_the_fault(name: str, fault: str) -> None:
    limits = {one.figure: one for one in experiment.load(name, fault).thresholds}
    assert limits["overlapping_writers_seconds"].at_most == 0
    assert limits["max_writers_per_epoch"].at_most == 1
    assert limits["writes_lost"].at_most == 0


@pytest.mark.parametrize(("name", "fault"), VARIANTS)
def test_how_often_the_tier_may_move_is_limited_whatever_the_fault(name: str, fault: str) -> None:
    (moves,) = (one for one in experiment.load(name, fault).thresholds if one.figure == "moves")
    assert moves.at_most is not None


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
    assert stage.operator.orders == []
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
