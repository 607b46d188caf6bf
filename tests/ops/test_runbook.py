"""Runbooks are found and filled without a cloud, and hold nothing that a shell, a verb or a reader would trip over.

What their commands do is seen in tests/cloud/test_runbooks.py.
"""

import itertools
import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from evaluation import ROOT, Evaluation
from ops.__main__ import app
from ops.deployed import deployed_of
from ops.runbook import SHELL_BLOCK, filled, names
from ops.stack_outputs import Source, StackOutputs
from tests.engine.workplace import MISSING, engine
from tests.ops.conftest import Ground
from tests.runbook_steps import CODE_SPAN, named_elsewhere, steps

NAMES = names()
SECTIONS = ("**Safe:**", "**Not safe:**|**Never**", "**Way out:**", "**Tell:**")
LONGEST_LINES = 85
PLACEHOLDERS = {"INCIDENT", "EPOCH", "SITE", "NODE"}  # what only the page tells, or a command before
TOLD_BY = ("failover", "lambdas", "infra", "ops", "docs", "runbooks")


@pytest.fixture
def saved(tmp_path: Path, prod: Evaluation) -> Path:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps(prod.outputs))
    return path


def runbook(saved: Path, *arguments: str) -> Any:
    ended = CliRunner().invoke(app, ["runbook", "-s", "prod", "--outputs", str(saved), "--json", *arguments])
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def texts(prod: Evaluation) -> Mapping[str, str]:
    outputs = cast("Mapping[str, Any]", prod.outputs["lifeboat"])
    deployed = deployed_of(StackOutputs(lifeboat=outputs, source=Source.STACK_FILE))
    return {name: filled(name, deployed) for name in NAMES}


def test_without_a_name_they_are_listed_and_nothing_is_asked_for(tmp_path: Path) -> None:
    listed = runbook(tmp_path / "absent.json")["runbooks"]
    assert [one["name"] for one in listed] == list(NAMES)
    assert all(one["title"] for one in listed)
    shown = CliRunner().invoke(app, ["runbook", "-s", "prod"]).stdout.splitlines()
    assert [line.split()[0] for line in shown] == list(NAMES)


def test_an_unknown_one_is_refused_with_those_that_there_are(saved: Path) -> None:
    told = CliRunner().invoke(app, ["runbook", "-s", "prod", "lost-keys"])
    assert told.exit_code == 1
    assert "region-lost" in told.stderr


def test_a_runbook_names_what_is_deployed_and_comes_from_the_offline_copy_as_well(ground: Ground) -> None:
    assert ground.lifeboat("outputs", "--save").exit_code == 0
    ground.front.gateway.world.darken("us-east-1", "reset")
    table = ground.outputs["controlTable"]
    source = ("--control-table", table, "--control-region", "us-west-2")
    told = CliRunner().invoke(app, ["runbook", "-s", "prod", "state-backend-lost", *source])
    assert told.exit_code == 0, told.output
    assert f"--control-table {table}" in told.stdout


def test_its_document_lists_the_commands_each_on_one_line(saved: Path) -> None:
    listed = runbook(saved, "region-lost")["commands"]
    assert listed[0] == "lifeboat status -s prod"
    assert not any("\n" in command or "\\" in command for command in listed)


def of_old_outputs(prod: Evaluation, **other: str) -> str:
    """Fill in the runbook about the state with outputs of a release that told nothing of it."""
    told = cast("Mapping[str, Any]", prod.outputs["lifeboat"])
    old = {name: value for name, value in told.items() if name != "pipeline"} | other
    return filled("state-backend-lost", deployed_of(StackOutputs(lifeboat=old, source=Source.COPY)))


def test_outputs_of_an_older_release_are_filled_up_from_the_stack_file(prod: Evaluation) -> None:
    replica = cast("Mapping[str, Any]", prod.outputs["lifeboat"])["pipeline"]["state"]["replicaUrl"]
    assert f"'{replica}'" in of_old_outputs(prod)
    assert "REPLICA_BUCKET" in of_old_outputs(prod, stack="elsewhere")


@pytest.mark.parametrize("name", NAMES)
def test_who_is_paged_finds_what_is_safe_how_to_get_out_and_whom_to_tell(texts: Mapping[str, str], name: str) -> None:
    text = texts[name]
    assert re.search(r"^\*\*(You were told|When:)\*\*", text, re.MULTILINE)
    assert [section for section in SECTIONS if not any(one in text for one in section.split("|"))] == []
    assert len(text.splitlines()) <= LONGEST_LINES


@pytest.mark.parametrize("name", NAMES)
def test_a_shell_takes_every_block(texts: Mapping[str, str], name: str) -> None:
    script = "\n".join(SHELL_BLOCK.findall(texts[name]))
    subprocess.run(["bash", "-n"], input=script, text=True, check=True, timeout=10)


@pytest.mark.parametrize("name", NAMES)
def test_only_what_the_page_tells_is_left_to_fill_in(texts: Mapping[str, str], name: str) -> None:
    words = [word for step in steps(texts[name]) for word in shlex.split(step.command)]
    assert {word for word in words if re.fullmatch(r"[A-Z]{3,}", word)} <= PLACEHOLDERS
    assert "{{" not in texts[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_command_in_the_running_text_is_another_runbook_and_that_is_there(
    texts: Mapping[str, str], name: str
) -> None:
    for command in named_elsewhere(texts[name]):
        assert command.startswith("lifeboat runbook "), f"{command!r} belongs into a block, where it is tried"
        assert CliRunner().invoke(app, [*shlex.split(command)[1:], "--json", "--help"]).exit_code == 0
        assert shlex.split(command)[2] in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_option_in_the_running_text_is_one_of_ours_or_of_pulumis(texts: Mapping[str, str], name: str) -> None:
    spans = CODE_SPAN.findall(SHELL_BLOCK.sub("", texts[name]))
    options = {word for span in spans for word in span.split() if word.startswith("--")}
    helps = [
        CliRunner().invoke(app, [verb, "--help"]).output for verb in ("status", "failover", "rollout", "break-glass")
    ]
    assert [one for one in options - {"--refresh", "--exclude"} if not any(one in told for told in helps)] == []


def test_every_runbook_that_a_page_an_error_or_a_document_names_is_there() -> None:
    files = [path for folder in TOLD_BY for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md")]
    told = {name for path in files for name in re.findall(r"lifeboat runbook ([a-z][a-z-]+)", path.read_text())}
    assert told <= set(NAMES)
    assert told >= {"region-lost", "failover-stuck", "failback", "both-regions-down", "control-majority-lost"}


def test_the_engine_knows_the_options_of_its_commands(texts: Mapping[str, str]) -> None:
    pulumi = engine()
    if pulumi is None:
        pytest.skip(MISSING)
    commands = [shlex.split(step.command) for text in texts.values() for step in steps(text)]
    for words in (words for words in map(_without_variables, commands) if words[0] == "pulumi"):
        told = subprocess.run(
            [pulumi, words[1], "--help"], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        assert [word for word in words[2:] if word.startswith("-") and word not in told] == []


def _without_variables(words: list[str]) -> list[str]:
    return list(itertools.dropwhile(lambda word: "=" in word, words))
