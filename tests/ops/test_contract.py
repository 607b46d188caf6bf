"""What all verbs have in common: help with examples, one JSON document, one line and a next step, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from evaluation import ROOT
from ops.__main__ import app
from tests.ops.conftest import Ground

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
GROUPS = {name: one.commands for name, one in COMMANDS.items() if hasattr(one, "commands")}
VERBS = sorted(COMMANDS.keys() - GROUPS) + [f"{name} {verb}" for name, verbs in GROUPS.items() for verb in verbs]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples_and_takes_stack_and_json(verb: str) -> None:
    told = CliRunner().invoke(app, [*verb.split(), "--help"])
    assert told.exit_code == 0
    assert f"lifeboat {verb} -s " in told.output
    assert "--stack" in told.output
    assert "--json" in told.output


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_a_stack_is_a_usage_error(verb: str) -> None:
    assert CliRunner().invoke(app, verb.split()).exit_code == 2


@pytest.mark.parametrize("verb", ["arm", "disarm", "failover", "switchover", "failback", "abort"])
def test_verbs_that_change_a_tier_take_its_name_a_dry_run_and_a_reason(verb: str) -> None:
    told = CliRunner().invoke(app, [verb, "--help"]).output
    assert all(option in told for option in ("--tier", "--dry-run", "--yes", "--reason"))


def test_an_error_is_one_line_with_the_next_step_and_one_document_for_programs(bare_ground: Ground) -> None:
    told = bare_ground.lifeboat("status")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.count("\n") == 1
    assert told.stderr.endswith("; next: lifeboat arm -s prod\n")
    document = bare_ground.document("status", code=1)
    assert document["next_step"] == "lifeboat arm -s prod"
    assert document["exit_code"] == 1
    assert "no row for tier" in document["error"]


def test_a_move_is_refused_without_a_reason_and_without_anybody_to_ask(ground: Ground) -> None:
    unexplained = ground.lifeboat("failover", "--yes")
    unconfirmed = ground.lifeboat("failover", "--reason", "INC-42")
    assert (unexplained.exit_code, unconfirmed.exit_code) == (1, 1)
    assert "say why with --reason" in unexplained.stderr
    assert "no terminal to ask at; next: give --yes" in unconfirmed.stderr
    assert ground.row().epoch == 1


def test_a_dry_run_tells_a_program_what_would_be_decided(ground: Ground) -> None:
    told = ground.document("failover", "--dry-run")
    assert (told["decision"]["action"], told["decision"]["target"]) == ("start", "secondary")
    refused = ground.document("failback", "--dry-run", code=1)
    assert refused["decision"]["code"] == "target"
    assert ground.row().epoch == 1


def test_a_move_that_no_orchestrator_can_take_does_nothing_and_says_so(ground: Ground) -> None:
    told = ground.document("failover", "--yes", "--reason", "INC-42", code=1)
    assert told["next_step"] == "lifeboat doctor -s prod"
    assert ground.row().epoch == 1


def test_a_program_gets_the_document_from_the_installed_command(ground: Ground) -> None:
    ended = _run("status", "-s", "prod", "--outputs", str(ground.saved), "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["row"]["active"] == "primary"


def test_the_installed_command_ends_with_the_refusals_code(ground: Ground, tmp_path: Path) -> None:
    ended = _run("failback", "-s", "prod", "--outputs", str(ground.saved), "--reason", "x", "--yes")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "primary is active already" in ended.stderr
    assert _run("failback", "-s", "prod", "--outputs", str(tmp_path / "absent.json")).returncode == 1
    assert _run("failback", "--no-such-option").returncode == 2


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ops", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=60
    )
