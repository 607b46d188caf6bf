"""One drill from an empty cloud to its evidence: load, watcher and experiment side by side, then the accounting."""

import logging
import random
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaoslib.experiment import run_experiment
from chaoslib.types import Journal

from drills.accounting import Contents, Evidence, Figures, account
from drills.events import Event, EventLog, injected_at, ordered_at, read_events
from drills.experiment import Experiment
from drills.ground import Ground, prepared
from drills.load_process import LoadProcess
from drills.load_spec import LoadSpec
from drills.losers import Writes
from drills.person import Person
from drills.recorder import Operation, read_operations
from drills.running import TIER, Drill, under_way
from drills.sight import NeverHappened, Sight
from drills.stack import Stack
from drills.tail import Tail
from drills.timeline import Timeline
from drills.watcher import Watcher
from failover.clock import SystemClock

ALWAYS_ROLL_BACK = {"runtime": {"rollbacks": {"strategy": "always"}}}
REST_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a drill leaves. ``figures`` are None if nothing was done; ``trouble`` says why it cannot have passed anyway.

    ``interrupted``: by a person or a signal, not by what it found.
    """

    stack: Stack
    load: LoadSpec
    events: tuple[Event, ...]
    operations: tuple[Operation, ...]
    figures: Figures | None
    interrupted: bool
    trouble: tuple[str, ...]

    @property
    def zero(self) -> float:
        """Return t0 or, of a planned move, when it was ordered; where neither came, the beginning."""
        done = (injected_at(self.events), ordered_at(self.events), self.events[0].at)
        return next(at for at in done if at is not None)


def take(experiment: Experiment, *, seed: int, folder: Path, timeline: Timeline) -> Taken:
    """Run one drill in a fresh embedded cloud. Whatever happens, faults are lifted and nothing is left running."""
    _clear(folder)
    events, sight = EventLog(folder / "events.jsonl", time.monotonic), Sight(time.monotonic)
    for listener in (sight.take, timeline.show):
        events.listen(listener)
    with prepared(events, seed, experiment.mode) as ground, Watcher(ground.looks(events), events):
        load = _load(experiment, ground, folder, seed)
        with LoadProcess(load, ground.cloud.endpoint) as process, Tail(load.log, sight.count, timeline.count):
            drill = _drill(Person(ground, folder), events, sight, process, seed)
            journal = _carried_out(experiment, drill, folder)
        trouble = [*_trouble(journal), *_unrest(events, sight, ground)]
        ended, listed = ground.contents(), ground.listed_losers()
    events.close()
    return _taken(load, ground, drill.interrupted, (ended, listed), folder, trouble)


def _load(experiment: Experiment, ground: Ground, folder: Path, seed: int) -> LoadSpec:
    return LoadSpec(
        tier=ground.stack.tier,
        table=ground.table,
        log=folder / "load.jsonl",
        seed=seed,
        **experiment.load,
    )


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _drill(operator: Person, events: EventLog, sight: Sight, load: LoadProcess, seed: int) -> Drill:
    ground = operator.ground
    return Drill(
        regions=ground.cloud.regions,
        faults=ground.cloud.faults,
        operator=operator,
        sites=ground.stack.tier.sites,
        control_regions=ground.stack.tier.control_regions,
        tables=ground.stack.probed_tables,
        protocol=ground.stack.tier.protocol,
        events=events,
        sight=sight,
        chance=random.Random(seed),  # noqa: S311 - the fault's moment must be repeatable
        clock=SystemClock(),
        stop_load=load.stop,
    )


def _carried_out(experiment: Experiment, drill: Drill, folder: Path) -> Journal:
    with under_way(drill), _quiet(folder / "chaostoolkit.log"):
        return run_experiment(experiment.declared, settings=ALWAYS_ROLL_BACK)


@contextmanager
def _quiet(path: Path) -> Iterator[None]:
    """Send Chaos Toolkit's own words to a file: the timeline tells the same story."""
    logger, handler = logging.getLogger("chaostoolkit"), logging.FileHandler(path)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


def _trouble(journal: Journal) -> Iterator[str]:
    if journal["status"] != "completed":
        yield f"the experiment was {journal['status']}"
    states = journal["steady_states"]
    if not all(states[when] and states[when]["steady_state_met"] for when in ("before", "after")):
        yield "the steady state was not met before and after"
    for run in [*journal["run"], *journal["rollbacks"]]:
        if run.get("status") != "succeeded":
            yield f"{run['activity']['name']}: {str(run.get('exception', ['interrupted'])[-1]).strip()}"


def _unrest(events: EventLog, sight: Sight, ground: Ground) -> Iterator[str]:
    """Wait until replication rests, so that both tables say the last word, and the lists what they replaced."""
    try:
        with events.stage("let replication rest"):
            sight.wait_until(lambda: sight.waiting() == 0, "every change is delivered", REST_SECONDS)
            sight.wait_until(lambda: ground.unaudited() == 0, "every overwrite is looked at", REST_SECONDS)
    except NeverHappened as error:
        yield str(error)


def _taken(
    load: LoadSpec,
    ground: Ground,
    interrupted: bool,
    ended: tuple[Mapping[str, Contents], Writes | None],
    folder: Path,
    trouble: list[str],
) -> Taken:
    events, operations = read_events(folder / "events.jsonl"), read_operations(load.log)
    protocol = load.tier.protocol
    evidence = Evidence(
        operations=operations,
        events=events,
        contents=ended[0],
        listed_losers=ended[1],
        overruled=ended[1] or frozenset() if ground.stack.mode == "mrec" and load.stale_appends else frozenset(),
        sites=load.tier.sites,
        t0=injected_at(events),
        failback_ordered_at=ordered_at(events, "failback"),
        quorum=protocol.quorum(TIER),
        max_lag=protocol.max_lag,
    )
    done = evidence.t0 is not None or ordered_at(events) is not None
    return Taken(
        stack=ground.stack,
        load=load,
        events=events,
        operations=operations,
        figures=account(evidence) if done else None,
        interrupted=interrupted,
        trouble=tuple(trouble),
    )
