"""Rendering: facts in, the same bytes out, and nothing that a fact could smuggle into a file."""

from dataclasses import dataclass

import pytest

from nodes.rendering import UnsafeFact, render


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
