"""The simulation notices what each sentence of the protocol keeps out."""

import itertools
import warnings

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.runs import run

SEEDS = 2000
AT_A_TIME = 5
SOON = 50


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.plant(monkeypatch)

    tried, why = _search(bug.found_at)

    assert why.startswith(tuple(f"law {law}" for law in bug.laws))
    if tried > SOON:
        warnings.warn(f"{bug.name}: seed {bug.found_at} no longer finds it", stacklevel=1)


def _search(first: int) -> tuple[int, str]:
    """Try the seeds from the recorded one on, and then those before it."""
    order = itertools.chain(range(first, SEEDS + 1), range(1, first))
    for tried, seed in enumerate(order, start=1):
        found = run(range(seed, seed + 1))
        if found.broken:
            return tried, found.broken[seed]
    pytest.fail(f"none of {SEEDS} seeds found it")
