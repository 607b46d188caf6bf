import dataclasses
import json
from pathlib import Path

import pytest

from drills import experiment, verdict
from drills.accounting import Evidence, Figures, account
from drills.drill import Taken
from drills.load_spec import LoadSpec, LoadTable
from drills.stack import Stack
from drills.verdict import Verdict
from failover.data_tier import DataTierArgs
from failover.protocol import Protocol
from failover.sites import Sites
from tests.drills import recorded

SITES = Sites(primary="us-east-1", secondary="us-west-2")
ORDERED_AT = recorded.ZERO + 28


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    return left_behind(tmp_path)


def left_behind(folder: Path) -> Taken:
    """Give what the recorded drill would have left: every acknowledged write is still there."""
    tier = DataTierArgs(sites=SITES, control_table="control", control_regions=recorded.OBSERVERS, protocol=Protocol())
    load = LoadSpec(tier=tier, table=LoadTable(name="orders", partition="id"), log=folder / "load.jsonl")
    events, operations = tuple(recorded.events()), tuple(recorded.operations())
    return Taken(
        stack=Stack(
            name="local", tier=tier, mode="mrec", application_tables={}, canary_table="canary", orchestrators={}
        ),
        load=load,
        events=events,
        operations=operations,
        figures=_figures(),
        interrupted=False,
        trouble=(),
    )


def _figures() -> Figures:
    operations = tuple(recorded.operations())
    kept = {one.key: (one.value,) for one in operations if one.acknowledged}
    evidence = Evidence(
        operations=operations,
        events=tuple(recorded.events()),
        contents=dict.fromkeys(recorded.SITES.values(), kept),
        sites=SITES,
        t0=recorded.ZERO,
        failback_ordered_at=ORDERED_AT,
        quorum=2,
        max_lag=5,
    )
    return account(evidence)


def reached(taken: Taken) -> Verdict:
    return verdict.reach(experiment.load("data-region-outage"), taken, seed=7, wall_seconds=70)


def test_a_drill_passes_when_every_limit_held_and_nothing_else_went_wrong(taken: Taken) -> None:
    assert reached(taken).failures() == []
    assert reached(taken).passed


def test_one_broken_limit_fails_the_drill_and_is_told(taken: Taken) -> None:
    figures = dataclasses.replace(_figures(), overlapping_writers_seconds=0.2)
    broken = reached(dataclasses.replace(taken, figures=figures))
    assert not broken.passed
    assert broken.failures() == ["overlapping_writers_seconds is 0.2, expected at most 0"]


def test_trouble_fails_the_drill_whatever_the_figures(taken: Taken) -> None:
    assert not reached(dataclasses.replace(taken, trouble=("the experiment was interrupted",))).passed


def test_a_drill_without_a_fault_fails_and_is_still_published(taken: Taken, tmp_path: Path) -> None:
    setting_up = tuple(event for event in taken.events if event.source == "drill")[:1]
    empty = reached(dataclasses.replace(taken, figures=None, events=setting_up, operations=()))
    verdict.publish(empty, tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    assert (result["passed"], result["rto_seconds"]) == (False, None)
    assert "Failed" in (tmp_path / "report.html").read_text()


def test_a_planned_move_is_told_from_its_order_on(taken: Taken, tmp_path: Path) -> None:
    events = tuple(event for event in taken.events if event.source not in ("fault", "vote"))
    planned = dataclasses.replace(taken, events=events)
    assert planned.zero == ORDERED_AT
    verdict.publish(reached(planned), tmp_path)
    html = (tmp_path / "report.html").read_text()
    assert "failback ordered" in html
    assert "t0: the fault" not in html


def test_the_result_names_settings_versions_and_every_step_with_its_outcome(taken: Taken, tmp_path: Path) -> None:
    verdict.publish(reached(taken), tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["environment"] == "embedded"
    assert result["settings"]["fault"] == "blackhole"
    assert result["settings"]["protocol.fall"] == 3
    assert {"lifeboat", "python", "moto", "pulumi"} <= set(result["versions"])
    assert [step["name"] for step in result["steps"]][:3] == ["check target", "mark moving", "wait client view"]
    assert {step["outcome"] for step in result["steps"]} == {"done"}
    assert "answer" not in {step["name"] for step in result["steps"]}


def test_a_step_that_was_first_seen_at_its_end_took_what_its_owner_wrote(taken: Taken, tmp_path: Path) -> None:
    times = {"started_at": "2026-01-01T00:00:00.500+00:00", "finished_at": "2026-01-01T00:00:00.900+00:00"}
    done = {"owner": "us-west-2", "outcome": "done"}
    timed = recorded.event(11.9, "step", id="p/1", step="check target", **done, **times)
    untimed = recorded.event(11.9, "step", id="p/2", step="mark moving", **done)
    verdict.publish(reached(dataclasses.replace(taken, events=(*taken.events, timed, untimed))), tmp_path)
    steps = json.loads((tmp_path / "result.json").read_text())["steps"]
    assert [(one["started"], one["seconds"]) for one in steps][-2:] == [(11.5, 0.4), (11.9, None)]


def test_the_picture_marks_the_moments_that_the_figures_are_made_of(taken: Taken, tmp_path: Path) -> None:
    verdict.publish(reached(taken), tmp_path)
    html = (tmp_path / "report.html").read_text()
    for name in (
        "t0: the fault",
        "quorum 10.5 s",
        "epoch 2",
        "epoch 3",
        "fault mended",
        "failback ordered",
        "verified",
    ):
        assert name in html
