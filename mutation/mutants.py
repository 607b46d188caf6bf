"""A mutant as people read it: the function that it changes, what stood there and what stands there instead."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

KILLED = ("killed", "timeout")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a mutant changes; numbers that mutmut gives move with each edit, these words do not."""

    function: str
    was: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.function}\n    - {self.was}\n    + {self.becomes}"


@dataclass(frozen=True, kw_only=True)
class Survivor:
    """A mutant that no test noticed; ``status`` says if that was for want of a test that calls its function."""

    change: Change
    status: str


def module_of(mutant: str) -> str:
    """Return the module that a mutant is in: `failover.votes` for `failover.votes.x_tally__mutmut_3`."""
    return mutant.rpartition(".")[0]


def change_of(mutant: str, difference: str) -> Change:
    """Read a mutant from its unified diff."""
    mangled = re.sub(r"__mutmut_\d+$", "", mutant.rpartition(".")[2])
    function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    body = [line for line in difference.splitlines() if not line.startswith(("---", "+++"))]
    return Change(
        function=f"{module_of(mutant)}.{function}",
        was=_joined(line[1:] for line in body if line.startswith("-")),
        becomes=_joined(line[1:] for line in body if line.startswith("+")),
    )


def explained_of(document: Mapping[str, Any]) -> Mapping[Change, str]:
    """Read the explanations of mutants that no test can or need notice.

    Raises:
        KeyError: an entry without function, line, mutant or reason.
    """
    return {
        Change(function=one["function"], was=one["was"], becomes=one["becomes"]): one["why"]
        for one in document.get("mutant", [])
    }


def _joined(lines: Iterable[str]) -> str:
    return " ".join(" ".join(lines).split())
