"""Many schedules, on as many processes as asked for; and the story of one."""

import contextlib
import gc
import logging
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.simulation.laws import LawBroken
from tests.simulation.schedule import Schedule

SEEDS_AT_A_TIME = 250


@dataclass(frozen=True)
class Found:
    """What became of some seeds: which broke which law, and how many schedules saw what."""

    broken: dict[int, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    schedules: int = 0


def run(seeds: range) -> Found:
    """Run each seed's schedule."""
    broken: dict[int, str] = {}
    seen: Counter[str] = Counter()
    with _quiet():
        for seed in seeds:
            schedule = Schedule(seed)
            try:
                schedule.run()
            except LawBroken as error:
                broken[seed] = str(error)
            seen.update(set(schedule.laws.seen))
    return Found(broken, seen, len(seeds))


def run_many(seeds: range, processes: int) -> Iterator[Found]:
    """Run them side by side; each process lives for some seeds only, so that nothing has to be collected."""
    parts = [seeds[at : at + SEEDS_AT_A_TIME] for at in range(0, len(seeds), SEEDS_AT_A_TIME)]
    gc.collect()
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(processes, gc.disable, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(run, parts)


def story(seed: int) -> list[str]:
    """Tell what happens in one schedule, line by line; the same lines for the same seed and code."""
    lines: list[str] = []
    schedule = Schedule(seed, lambda at, text: lines.append(f"{at:9.3f}  {text}"))
    lines.append(f"{0:9.3f}  {schedule.scenario}")
    try:
        with _quiet():
            schedule.run()
    except LawBroken as error:
        lines.append(f"{schedule.hub.now:9.3f}  BROKEN: {error}")
    return lines


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the shipped code's log out of the way: it takes time, and the story has its facts."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
