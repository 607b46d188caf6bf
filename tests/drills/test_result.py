"""`result.json` has the contract's keys, and beside them only what one experiment measures and others do not."""

import dataclasses
import json
from pathlib import Path

from drills.accounting import Figures
from drills.result import Result, Step

KEYS = [
    *("experiment", "tier", "environment", "machines", "passed", "detection_seconds", "decision_seconds"),
    *("rto_seconds", "failback_seconds", "unavailable_seconds", "writes_acknowledged", "writes_lost"),
    *("writes_listed_as_diverged", "max_writers_per_epoch", "max_writers_per_term"),
    *("stale_epoch_writes_acknowledged", "overlapping_writers_seconds", "steps", "settings", "versions"),
]
FIGURES = Figures(
    detection_seconds=9.87654,
    decision_seconds=0.4,
    rto_seconds=None,
    failback_seconds=8.0,
    unavailable_seconds=0.0,
    writes_acknowledged=1200,
    writes_lost=0,
    writes_listed_as_diverged=3,
    max_writers_per_epoch=1,
    max_writers_per_term=None,
    stale_epoch_writes_acknowledged=7,
    overlapping_writers_seconds=0.0,
    keys_that_differ=0,
    moves=2,
    plan_owners=1,
    pages=1,
    planned_stop_seconds=1.9,
    planned_stop_beyond_lag_seconds=0.9,
    listed=(),
)


def result(figures: Figures | None) -> Result:
    return Result(
        experiment="data-region-outage",
        tier="data",
        environment="embedded",
        machines=None,
        passed=figures is not None,
        figures=figures,
        steps=(Step(name="publish", started=14.12345, seconds=0.1, outcome="done"),),
        settings={"client_view": 4.0},
        versions={"boto3": "1.44.5"},
    )


def test_the_file_has_the_keys_of_the_contract_in_its_order(tmp_path: Path) -> None:
    result(FIGURES).write(tmp_path / "out" / "result.json")
    assert list(json.loads((tmp_path / "out" / "result.json").read_text())) == KEYS


def test_what_one_experiment_measures_stands_beside_the_contract_s_keys() -> None:
    figures = dataclasses.replace(FIGURES, measured={"catch_up_seconds": 61.23456, "records_behind": 50_000})
    written = json.loads(result(figures).to_json())
    assert list(written) == [*KEYS, "measured"]
    assert written["measured"] == {"catch_up_seconds": 61.235, "records_behind": 50_000}


def test_seconds_are_in_milliseconds_and_what_was_not_measured_is_null() -> None:
    written = json.loads(result(FIGURES).to_json())
    assert (written["detection_seconds"], written["rto_seconds"]) == (9.877, None)
    assert written["steps"] == [{"name": "publish", "started": 14.123, "seconds": 0.1, "outcome": "done"}]


def test_a_drill_that_broke_off_still_has_every_key() -> None:
    written = json.loads(result(None).to_json())
    assert list(written) == KEYS
    assert written["writes_lost"] is None
