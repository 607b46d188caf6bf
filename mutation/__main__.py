"""`python -m mutation`: tries every mutant; exit 1 if too many live, or one that nobody has explained."""

import sys
import tomllib
from pathlib import Path

from mutation.mutants import KILLED, Survivor, change_of, explained_of
from mutation.mutmut import difference, statuses, try_every_mutant
from mutation.score import outcome_of, told

EXPLAINED = Path(__file__).parent / "explained.toml"


def main() -> int:
    """Run, and print what it amounts to."""
    try_every_mutant()
    found = statuses()
    survivors = [
        Survivor(change=change_of(name, difference(name)), status=status)
        for name, status in found.items()
        if status not in KILLED
    ]
    outcome = outcome_of(found, survivors, explained_of(tomllib.loads(EXPLAINED.read_text())))
    print(*told(outcome), sep="\n")
    return 0 if outcome.holds else 1


if __name__ == "__main__":
    sys.exit(main())
