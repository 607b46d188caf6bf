"""docs/cli.md tells of every verb, and of no other."""

import functools
import re

import pytest
import typer.main
from typer.testing import CliRunner

from evaluation import ROOT
from ops.__main__ import app

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
GROUPS = [name for name, one in COMMANDS.items() if hasattr(one, "commands")]
TOLD = sorted(set(re.findall(rf"lifeboat ((?:(?:{'|'.join(GROUPS)}) )?[a-z-]+) -s", PAGE)))


@pytest.mark.parametrize("verb", [name for name in COMMANDS if name not in GROUPS])
def test_every_verb_has_a_line_with_an_example(verb: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `") and f"`{verb}`" in line.split("|")[1])
    assert "lifeboat " in row.split("|")[3]


@pytest.mark.parametrize("verb", [f"{group} {verb}" for group in GROUPS for verb in COMMANDS[group].commands])
def test_every_verb_of_a_group_has_a_line(verb: str) -> None:
    assert any(line.startswith("| `") and f"`{verb}`" in line.split("|")[1] for line in PAGE.splitlines())


@pytest.mark.parametrize("verb", TOLD)
def test_every_command_that_the_page_shows_is_there(verb: str) -> None:
    assert help_of(verb)


@pytest.mark.parametrize("option", sorted(set(re.findall(r"--[a-z][a-z-]+", PAGE)) - {"--help"}))
def test_every_option_that_the_page_names_is_there(option: str) -> None:
    assert any(option in help_of(name) for name in (*COMMANDS, *TOLD))


@functools.cache
def help_of(verb: str) -> str:
    ended = CliRunner().invoke(app, [*verb.split(), "--help"])
    assert ended.exit_code == 0
    return ended.output
