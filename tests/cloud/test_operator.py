"""A person with `lifeboat`, the stack's saved outputs and plain credentials."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from failover.tier import Phase
from ops.__main__ import app
from tests.cloud.stage import Stage
from tests.waiting import eventually

MOVED_SECONDS = 60.0
TOO_BUSY = ("let it catch up", "no quorum sees", "lost: ")  # for a tenth of the timings: owners get half a second
AFTER = ["verify", "follow", "notify"]


@pytest.fixture
def outputs(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The saved outputs; the environment is that of a person near the control plane's home."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.cloud.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator.us-east-2.person.0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps(dict(stage.outputs)))
    return path


def lifeboat(verb: str, outputs: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [verb, "-s", "local", "--outputs", str(outputs), *arguments])


def test_status_and_journal_tell_where_the_tier_stands_and_why(stage: Stage, outputs: Path) -> None:
    assert lifeboat("journal", outputs).exit_code == 1
    eventually(lambda: _switched_over(stage, outputs), MOVED_SECONDS, "a switchover by one owner")
    told = json.loads(lifeboat("status", outputs, "--json").stdout)
    steps = [entry["step"] for entry in json.loads(lifeboat("journal", outputs, "--json").stdout)["entries"]]
    assert (told["row"]["active"], {vote["observer"] for vote in told["votes"]}) == (
        "secondary",
        set(stage.control_regions),
    )
    assert steps == ["check target", "announce", "prepare", "mark moving", "drain", "publish", *AFTER, "answer"]
    assert "secondary is active" in lifeboat("status", outputs).output


def test_a_dry_run_tells_the_decision_and_moves_nothing(stage: Stage, outputs: Path) -> None:
    before = stage.row()
    told = lifeboat("failover", outputs, "--dry-run")
    assert (told.exit_code, stage.row().epoch) == (0, before.epoch)
    assert "start: failover to secondary" in told.output


@pytest.mark.parametrize(
    ("verb", "arguments", "why"),
    [
        ("failback", ("--reason", "x", "--yes"), "primary is active already"),
        ("abort", ("--reason", "x", "--yes"), "nothing to abort"),
        ("failover", ("--yes",), "say why with --reason"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    stage: Stage, outputs: Path, verb: str, arguments: tuple[str, ...], why: str
) -> None:
    before = stage.row()
    told = lifeboat(verb, outputs, *arguments)
    assert (told.exit_code, stage.row().epoch) == (1, before.epoch)
    assert why in told.stderr + told.stdout


def test_disarming_and_arming_change_only_that(stage: Stage, outputs: Path) -> None:
    assert "disarmed until" in lifeboat("disarm", outputs, "--for", "4h").output
    assert (stage.row().armed, stage.row().phase) == (False, Phase.STEADY)
    assert "armed" in lifeboat("arm", outputs).output
    assert (stage.row().armed, stage.row().armed_until) == (True, None)


def test_a_lost_region_does_not_stop_a_person(stage: Stage, outputs: Path) -> None:
    stage.cloud.regions.darken(stage.primary, "reset")
    told = lifeboat("disarm", outputs)
    assert told.exit_code == 0, told.output
    assert not stage.row().armed


def test_a_person_fails_over_from_a_region_that_hangs(stage: Stage, outputs: Path) -> None:
    before = stage.row()
    lifeboat("disarm", outputs, "--reason", "by hand today")
    stage.cloud.regions.darken(stage.primary, "blackhole")
    told = lifeboat("failover", outputs, "--reason", "INC-42", "--yes", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["outcome"] == "done"
    assert (stage.row().active, stage.row().epoch) == ("secondary", before.epoch + 1)
    assert "secondary is active" in lifeboat("status", outputs).stdout


def _switched_over(stage: Stage, outputs: Path) -> bool:
    """Say whether it moved by the one order; a machine that was too busy for it is asked again, from the beginning."""
    result = lifeboat("switchover", outputs, "--reason", "patching", "--yes")
    moved = result.exit_code == 0 and "secondary is active" in result.output
    assert moved or any(why in result.output for why in TOO_BUSY), result.output
    if not moved:
        stage.set()
    return moved
