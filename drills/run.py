"""Runs drills: `python -m drills.run [EXPERIMENT] [--fault NAME] [--seed N]`, `--all` for every one with every fault.

Exit code 0: all passed; 1: one did not; 2: it was asked for something that does not exist; 130: interrupted.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from drills import experiment as experiments
from drills import verdict
from drills.drill import take
from drills.experiment import Experiment, UnknownExperiment
from drills.load_spec import Mode
from drills.report import figure_text, name_of
from drills.timeline import Timeline
from drills.verdict import Verdict, figures_by_name

OUT = Path("out/drills")
DEFAULT = "data-region-outage"
NOT_SHOWN = "max_writers_per_term"


def run(experiment: Experiment, seed: int, folder: Path, console: Console) -> Verdict:
    """Run one drill, write its result and report into the folder, and tell how it went."""
    console.print(f"[bold]{escape(experiment.title)}[/] (fault {experiment.fault}, seed {seed})", highlight=False)
    started = time.monotonic()
    with Timeline(console, time.monotonic) as timeline:
        taken = take(experiment, seed=seed, folder=folder, timeline=timeline)
    reached = verdict.reach(experiment, taken, seed=seed, wall_seconds=time.monotonic() - started)
    verdict.publish(reached, folder)
    tell(reached, folder, console)
    return reached


def tell(reached: Verdict, folder: Path, console: Console) -> None:
    """Print the figures beside their limits, every reason not to pass, and where the report is."""
    if reached.taken.figures:
        console.print(_figures(reached))
    for failure in reached.failures():
        console.print(f"[bold red]{escape(failure)}[/]", highlight=False, soft_wrap=True)
    word = "[bold green]passed[/]" if reached.passed else "[bold red]FAILED[/]"
    console.print(f"{word} in {reached.wall_seconds:.0f} s, environment embedded", highlight=False)
    for name in ("report.html", "result.json"):
        console.print(f"  {folder / name}", highlight=False, soft_wrap=True)


def _figures(reached: Verdict) -> Table:
    judged = {one.threshold.figure: one for one in reached.judgements}
    table = Table("figure", "value", "limit", "")
    for figure, value in figures_by_name(reached.taken.figures).items():
        if figure != NOT_SHOWN:
            limit = judged[figure].threshold.words() if figure in judged else ""
            mark = "" if figure not in judged else "ok" if judged[figure].held else "BROKEN"
            named = name_of(figure)
            table.add_row(named.name, f"{figure_text(value)} {named.unit}".strip(), limit, mark)
    return table


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drills.run", description=__doc__)
    parser.add_argument("experiment", nargs="?", default=DEFAULT)
    parser.add_argument("--fault", help="another of the faults that the experiment lists than its first")
    parser.add_argument("--seed", type=int, help="repeats the fault's moment and the load; drawn and told by default")
    parser.add_argument("--mode", choices=get_args(Mode), help="how the tables are replicated; as in the stack's file")
    parser.add_argument("--all", action="store_true", help="every experiment with every fault")
    return parser.parse_args()


def _wanted(asked: argparse.Namespace) -> Iterator[tuple[Experiment, Path]]:
    """Pick the drills; each has a folder of its own."""
    if not asked.all:
        yield experiments.load(asked.experiment, asked.fault, asked.mode), OUT / asked.experiment
        return
    for name in experiments.names():
        for number, fault in enumerate(experiments.faults(name)):
            yield experiments.load(name, fault, asked.mode), OUT / (f"{name}-{fault}" if number else name)


def main() -> int:
    """Read the command line, run what it asks for and return the exit code."""
    console, asked = Console(), _asked()
    try:
        wanted = list(_wanted(asked))
    except UnknownExperiment as error:
        console.print(str(error), style="bold red", highlight=False)
        return 2
    seed = secrets.randbelow(10_000) if asked.seed is None else asked.seed
    try:
        reached = [_uninterrupted(run(experiment, seed, folder, console)) for experiment, folder in wanted]
    except KeyboardInterrupt:
        console.print("interrupted; the embedded cloud and its faults are gone", style="bold red")
        return 130
    if len(reached) > 1:
        console.print(summary(reached))
    return 0 if all(one.passed for one in reached) else 1


def summary(reached: Sequence[Verdict]) -> Table:
    """Return one line for each drill: what was tried, whether it passed, how long it took, and why not."""
    passed = sum(one.passed for one in reached)
    table = Table("experiment", "fault", "", "seconds", "why not", title=f"{passed} of {len(reached)} drills passed")
    for one in reached:
        word = "[green]passed[/]" if one.passed else "[bold red]FAILED[/]"
        why = escape("; ".join(one.failures()))
        table.add_row(one.experiment.name, one.experiment.fault, word, f"{one.wall_seconds:.0f}", why)
    return table


def _uninterrupted(reached: Verdict) -> Verdict:
    """Chaos Toolkit keeps an interruption to itself; whoever runs several drills must stop."""
    if reached.taken.interrupted:
        raise KeyboardInterrupt
    return reached


if __name__ == "__main__":
    sys.exit(main())
