"""`make bench`: one drill again and again, each in a fresh cloud with the fault at another moment.

`python -m drills.bench --experiment NAME --fault NAME --runs 5` repeats another one than the default.
Writes ``out/bench/result.json``, of another experiment or fault in a folder of its name there: ``{figure: {value, unit,
beside}}`` with the median as the value and beside it the smallest, the largest, the limit and how many drills were
measured. Exit code 0 only if every drill passed.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from drills import experiment as experiments
from drills.experiment import Experiment
from drills.report import FIGURES, figure_text
from drills.run import DEFAULT, run
from drills.thresholds import Figure, Threshold
from drills.verdict import Verdict, figures_by_name

OUT = Path("out/bench")
RUNS = 10
FIRST_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One figure over all drills; ``missing`` is in how many of them it was not measured."""

    figure: str
    least: float
    middle: float
    most: float
    measured: int
    missing: int
    limit: str


def spreads(measured: Sequence[Mapping[str, Figure]], limits: Sequence[Threshold]) -> Iterator[Spread]:
    """Return each figure's spread, in the report's order; one that no drill measured is left out."""
    words = {limit.figure: limit.words() for limit in limits}
    for figure in FIGURES:
        values = [value for drill in measured if (value := drill.get(figure)) is not None]
        if values:
            yield Spread(
                figure=figure,
                least=min(values),
                middle=median(values),
                most=max(values),
                measured=len(values),
                missing=len(measured) - len(values),
                limit=words.get(figure, ""),
            )


def result(found: Sequence[Spread], passed: int, runs: int) -> dict[str, dict[str, object]]:
    """Return what `result.json` holds."""
    drills: dict[str, object] = {"value": passed, "unit": "drills", "beside": {"of": runs, "environment": "embedded"}}
    return {"passed": drills, **{spread.figure: _entry(spread) for spread in found}}


def _entry(spread: Spread) -> dict[str, object]:
    beside = {
        "min": round(spread.least, 3),
        "max": round(spread.most, 3),
        "runs": spread.measured,
        "not_measured": spread.missing,
        "limit": spread.limit or None,
    }
    return {"value": round(spread.middle, 3), "unit": FIGURES[spread.figure].unit or "count", "beside": beside}


def table(found: Sequence[Spread], runs: int) -> Table:
    """Return the table for the terminal."""
    drawn = Table("figure", title=f"{runs} drills, embedded")
    for heading in ("min", "median", "max", "limit"):
        drawn.add_column(heading, justify="left" if heading == "limit" else "right")
    for spread in found:
        values = (spread.least, spread.middle, spread.most)
        drawn.add_row(FIGURES[spread.figure].name, *(figure_text(value) for value in values), spread.limit)
    return drawn


def measure(chosen: Experiment, seeds: Iterable[int], folder: Path, console: Console) -> list[Verdict]:
    """Run the drills one after the other, until one is interrupted; each keeps its own report."""
    reached = list[Verdict]()
    for seed in seeds:
        reached.append(run(chosen, seed, folder / f"seed-{seed}", console))
        if reached[-1].taken.interrupted:
            break
    return reached


def folder_of(chosen: Experiment) -> Path:
    """Return where the result goes: every experiment but the default, and every fault but its first, has its own."""
    if chosen.fault != experiments.faults(chosen.name)[0]:
        return OUT / f"{chosen.name}-{chosen.fault}"
    return OUT if chosen.name == DEFAULT else OUT / chosen.name


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drills.bench", description=__doc__)
    parser.add_argument("--experiment", default=DEFAULT, choices=experiments.names(), metavar="NAME")
    parser.add_argument("--fault", metavar="NAME", help="another of its faults than the first")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="each drill takes the next one")
    return parser.parse_args()


def main() -> int:
    """Run, tell and return the exit code."""
    asked, console = _asked(), Console()
    chosen = experiments.load(asked.experiment, asked.fault)
    folder, seeds = folder_of(chosen), range(asked.first_seed, asked.first_seed + asked.runs)
    reached = measure(chosen, seeds, folder, console)
    found = list(spreads([figures_by_name(one.taken.figures) for one in reached], chosen.thresholds))
    passed = sum(one.passed for one in reached)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "result.json"
    path.write_text(json.dumps(result(found, passed, asked.runs), indent=2) + "\n", encoding="utf-8")
    console.print(table(found, asked.runs), f"{passed} of {asked.runs} passed; {path}")
    return 0 if passed == asked.runs else 1


if __name__ == "__main__":
    sys.exit(main())
