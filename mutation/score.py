"""What a run amounts to: the score of each module, survivors that nobody has explained, explanations of nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mutation.mutants import KILLED, Change, Survivor, module_of

LEAST: Final = 0.85


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One run; counts are by module."""

    mutants: Mapping[str, int]
    killed: Mapping[str, int]
    unexplained: tuple[Survivor, ...]
    stale: tuple[Change, ...]

    @property
    def score(self) -> float:
        """The share of all mutants that a test noticed; an explained one counts as not noticed."""
        return sum(self.killed.values()) / sum(self.mutants.values())

    @property
    def holds(self) -> bool:
        """Whether enough died, and the rest is explained by what is still true."""
        return self.score >= LEAST and not self.unexplained and not self.stale


def outcome_of(statuses: Mapping[str, str], survivors: Iterable[Survivor], explained: Mapping[Change, str]) -> Outcome:
    """Add up a run."""
    lived = list(survivors)
    changes = {one.change for one in lived}
    return Outcome(
        mutants=Counter(module_of(name) for name in statuses),
        killed=Counter(module_of(name) for name, status in statuses.items() if status in KILLED),
        unexplained=tuple(one for one in lived if one.change not in explained),
        stale=tuple(change for change in explained if change not in changes),
    )


def told(outcome: Outcome) -> Iterator[str]:
    """Say it line by line."""
    for module, mutants in sorted(outcome.mutants.items()):
        yield _row(module, outcome.killed[module], mutants)
    yield _row("all", sum(outcome.killed.values()), sum(outcome.mutants.values()))
    for one in outcome.unexplained:
        yield f"{one.status}, unexplained: {one.change}"
    for change in outcome.stale:
        yield f"explained, but no survivor: {change}"
    if outcome.score < LEAST:
        yield f"under {LEAST:.0%}"


def _row(name: str, killed: int, mutants: int) -> str:
    return f"{name:<26} {killed:>5} of {mutants:>5} {killed / mutants:>8.1%}"
