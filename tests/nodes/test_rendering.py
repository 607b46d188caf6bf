"""Rendering: facts in, the same bytes out, and nothing that a fact could smuggle into a file."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nodes.rendering import TEXTS, UnsafeFact, render


@dataclass(frozen=True)
class Slots:
    """What `slots.j2` asks for."""

    name: str = "web"
    filled: tuple[str, ...] = ("10.0.0.1",)
    count: int = 3
    port: int = 8000
    options: str = "check"


@dataclass(frozen=True)
class WithoutPort:
    """The same, but for one fact."""

    name: str = "web"
    filled: tuple[str, ...] = ("10.0.0.1",)
    count: int = 3
    options: str = "check"


def test_the_same_facts_give_the_same_text() -> None:
    assert render("slots.j2", Slots()) == render("slots.j2", Slots())


def test_a_fact_that_is_not_told_stops_the_rendering() -> None:
    with pytest.raises(Exception, match="'port' is undefined"):
        render("slots.j2", WithoutPort())


@pytest.mark.parametrize(
    "text", ["web\n    server evil", "a#b", "a'b", 'a"b', "$(reboot)", "a;b", "a\\", "{a", "%h", "a\tb"]
)
def test_a_fact_says_no_more_than_its_own_value(text: str) -> None:
    with pytest.raises(UnsafeFact, match="may not stand"):
        render("slots.j2", Slots(options=text))


def imported(path: Path) -> Iterator[str]:
    """Return the packages that a module imports."""
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            yield from (name.name.partition(".")[0] for name in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield str(statement.module).partition(".")[0]


def test_a_machine_can_render_its_files_with_little_installed() -> None:
    modules = [TEXTS.parents[1] / "rendering.py", *TEXTS.parent.glob("*.py")]
    others = {name for path in modules for name in imported(path)} - set(sys.stdlib_module_names)
    assert others == {"jinja2", "nodes", "_typeshed"}


def test_every_text_is_rendered_by_some_module_or_included_by_some_text() -> None:
    sources = [*TEXTS.parent.glob("*.py"), *TEXTS.iterdir()]
    told = "".join(path.read_text(encoding="utf-8") for path in sources) + "".join(
        f"{name}.j2"
        for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf")  # by their own names
    )
    assert [path.name for path in TEXTS.iterdir() if path.name not in told] == []
