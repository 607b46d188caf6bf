"""What a document names is there: files, verbs with their options, make's targets, other documents."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from evaluation import ROOT
from ops.__main__ import app

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "runbooks").glob("*.md"))]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SPAN = re.compile(r"`([^`\n]+)`")
ROOTED = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir())
MADE = ("out/", ".local/", ".venv/")  # by commands that the page tells of
PATTERN = re.compile(r"[*{}<>]|[A-Z]{4}")  # Pulumi.STACK.yaml, runbooks/*.md
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named(page: Path) -> Iterator[str]:
    """Return the paths of the clone that a page names in running text, each once."""
    for span in dict.fromkeys(SPAN.findall(page.read_text(encoding="utf-8"))):
        inside = span.startswith(ROOTED) or re.fullmatch(r"[\w.]+\.(py|yaml|md)", span)
        if inside and " " not in span and not span.startswith(MADE):
            yield span


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    missing = [path for path in named(page) if not PATTERN.search(path) and not _is_there(path)]
    assert missing == []


def _is_there(path: str) -> bool:
    within = (f"*/{path}", f"tests/*/{path}")
    return (ROOT / path).exists() or ("/" not in path and any(any(ROOT.glob(place)) for place in within))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_that_a_page_leads_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_verb_that_a_page_names_is_there(page: Path) -> None:
    """In code, `lifeboat` is followed by a verb; in a page as people get it, by the stack and a colon."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join([*SPAN.findall(text), *re.findall(r"```sh\n(.*?)```", text, re.DOTALL)])
    told = set(re.findall(r"(?<![\w/.-])lifeboat ([a-z-]+)(?!:)\b", code))
    assert told <= set(COMMANDS), page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_that_a_page_tells_to_make_is_there(page: Path) -> None:
    told = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert told <= TARGETS


def test_the_way_of_a_vote_names_every_step_of_the_domain() -> None:
    told = set(named(ROOT / "docs" / "architecture.md"))
    steps = ("canary", "observation", "ballot", "votes", "due", "waking", "decision", "tier", "plan_runner", "journal")
    assert {f"failover/{step}.py" for step in steps} <= told
