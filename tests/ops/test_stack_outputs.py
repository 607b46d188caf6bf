"""Where a verb learns what was deployed: a file, Pulumi, the copy in the control table, the stack file."""

import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evaluation import Evaluation
from ops.__main__ import app
from tests.ops.conftest import CONTROL_REGIONS, Ground, make_tables


@pytest.fixture
def no_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def lifeboat(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "-s", "prod"])


def from_copy(ground: Ground, region: str = "us-west-2") -> list[str]:
    return ["--control-table", ground.outputs["controlTable"], "--control-region", region]


@pytest.mark.parametrize("verb", ["status", "journal", "arm", "failover"])
def test_a_tier_that_the_stack_does_not_have_is_refused_with_those_it_has(ground: Ground, verb: str) -> None:
    told = ground.lifeboat(verb, "--tier", "app")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "refused: tier 'app' is not of this stack; it has data\n"


@pytest.mark.parametrize("text", ["{}", '{"lifeboat": {"schema": 2}}', '{"lifeboat": {"schema": 1}}', "not JSON", "[]"])
def test_outputs_of_another_kind_are_refused(tmp_path: Path, text: str) -> None:
    saved = tmp_path / "outputs.json"
    saved.write_text(text)
    told = lifeboat("status", "--outputs", str(saved))
    assert told.exit_code == 1
    assert told.stderr.startswith("refused: ")


def test_another_stacks_outputs_are_refused(ground: Ground) -> None:
    told = CliRunner().invoke(app, ["status", "-s", "staging", "--outputs", str(ground.saved)])
    assert told.exit_code == 1
    assert "of stack 'prod', not 'staging'" in told.stderr


def test_printed_outputs_are_a_file_that_verbs_read(ground: Ground, tmp_path: Path) -> None:
    printed = tmp_path / "printed.json"
    printed.write_text(ground.lifeboat("outputs", "--json").stdout)
    assert json.loads(printed.read_text())["lifeboat"] == dict(ground.outputs)
    assert lifeboat("status", "--outputs", str(printed)).exit_code == 0


def test_the_environment_can_name_the_file(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFEBOAT_OUTPUTS", str(ground.saved))
    assert "primary is active" in lifeboat("status").stdout


def test_a_saved_copy_is_enough_with_one_region_dark(ground: Ground) -> None:
    assert ground.document("outputs", "--save")["saved_through"] in CONTROL_REGIONS
    ground.front.gateway.world.darken("us-east-1", "reset")
    told = lifeboat("outputs", "--json", *from_copy(ground))
    assert json.loads(told.stdout)["lifeboat"] == dict(ground.outputs)
    assert lifeboat("status", *from_copy(ground)).exit_code == 0


def test_arming_saves_the_copy(bare_ground: Ground) -> None:
    assert lifeboat("outputs", *from_copy(bare_ground)).exit_code == 1
    assert bare_ground.lifeboat("arm").exit_code == 0
    assert lifeboat("outputs", *from_copy(bare_ground)).exit_code == 0


def test_only_what_was_deployed_is_saved(ground: Ground) -> None:
    ground.lifeboat("outputs", "--save")
    told = lifeboat("outputs", "--save", *from_copy(ground))
    assert told.exit_code == 1
    assert "those of the offline copy" in told.stderr


def test_a_region_that_is_dark_is_told_for_what_it_is(ground: Ground) -> None:
    ground.lifeboat("outputs", "--save")
    ground.front.gateway.world.darken("us-west-2", "reset")
    told = lifeboat("outputs", *from_copy(ground))
    assert told.exit_code == 1
    assert "no control region answers" in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--control-table", "x"),
        ("--control-region", "us-east-1"),
        ("--outputs", "x", "--control-table", "x", "--control-region", "us-east-1"),
    ],
)
def test_half_a_source_or_two_are_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert lifeboat("status", *arguments).exit_code == 2


def test_without_pulumi_the_stack_file_leads_to_the_copy_and_else_must_do(
    ground: Ground, prod: Evaluation, no_pulumi: None
) -> None:
    named = json.loads(json.dumps(prod.outputs["lifeboat"]))
    make_tables(ground.front, named)
    first = lifeboat("outputs", "--json")
    assert json.loads(first.stdout)["source"] == "stack file"
    assert "note: `pulumi` is not on PATH" in first.stderr
    deployed = {**named, "slackWebhookSecret": "of/what/was/deployed"}
    ground.saved.write_text(json.dumps({"lifeboat": deployed}))
    assert ground.lifeboat("outputs", "--save").exit_code == 0
    second = lifeboat("outputs", "--json")
    assert json.loads(second.stdout) == {"lifeboat": deployed, "source": "offline copy", "saved_through": None}
    assert "going by the copy that was saved at" in second.stderr


def test_pulumi_is_asked_first(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = ground.lifeboat("outputs", "--json").stdout
    (tmp_path / "told.json").write_text(told)
    program = tmp_path / "pulumi"
    program.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "stack output --json" ] && exec cat {tmp_path}/told.json\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert json.loads(lifeboat("outputs", "--json").stdout)["source"] == "pulumi"
