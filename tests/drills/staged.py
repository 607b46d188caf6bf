"""A drill whose ground is made of lists: what was done to it can be read, and what is seen is what was told."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drills.accounting import Contents
from drills.events import EventLog, Fact
from drills.orders import OrderRefused
from drills.recorder import Operation
from drills.running import Drill, Said
from drills.sight import Sight
from drills.stream_order import Arrival
from evaluation import Evaluation
from failover.control_table import Snapshot
from failover.orders import Order
from failover.protocol import Protocol
from failover.sites import Site, Sites
from failover.tier import Phase, TierRow, Value
from failover.votes import Verdict, Vote
from localcloud.faults import Fault
from localcloud.request import Cut
from tests.failover.clocks import HandClock

OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")
ROW = TierRow(
    tier="data",
    epoch=1,
    active="primary",
    phase=Phase.STEADY,
    owner_counter=0,
    armed=True,
    armed_until=None,
    changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    moved_at={},
    kind=None,
    target=None,
    plan_id=None,
    step=None,
    owner=None,
)


@dataclass
class ListedRegions:
    """Notes what is done to regions, then does what ``then`` says."""

    done: list[tuple[str, ...]] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    def darken(self, region: str, how: Cut = "blackhole") -> None:
        self.done.append(("darken", region, how))
        self.then()

    def isolate(self, region: str) -> None:
        self.done.append(("isolate", region))

    def restore(self, region: str | None = None) -> None:
        self.done.append(("restore", region or "all"))


@dataclass
class ListedFaults:
    """Notes the faults in force."""

    standing: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> str:
        self.standing.append(fault)
        return str(len(self.standing))

    def clear(self, fault_id: str | None = None) -> None:
        self.standing = [fault for fault in self.standing if fault_id not in (None, fault.id)]


@dataclass
class ListedBooth:
    """Notes what is voted, and in which generation after which."""

    cast_votes: list[tuple[Mapping[str, Value], int, int | None]]

    def cast(self, opinion: Mapping[str, Value], *, generation: int, after: int | None) -> None:
        self.cast_votes.append((opinion, generation, after))


@dataclass
class ListedTable:
    """Notes what is written, and tells of as many dead records and living keys as it is told to."""

    written: list[tuple[str, ...]] = field(default_factory=list)
    dead: int = 0
    living: list[str] = field(default_factory=list)
    arrived: list[Arrival] = field(default_factory=list)

    def write_around(self, site: Site, key: str, value: str) -> None:
        self.written.append((site, key, f"{len(value)} bytes"))

    def write_in_epoch(self, site: Site, verb: str, key: str, _value: str, epoch: int) -> None:
        self.written.append((site, verb, key, f"epoch {epoch}"))

    def there(self, keys: Sequence[str]) -> dict[Site, list[str]]:
        return {"primary": [key for key in keys if key in self.living], "secondary": []}

    def dead_records(self, _site: Site) -> int:
        return self.dead

    def pile_up(self, site: Site, count: int, epoch: int) -> None:
        self.written.append((site, f"{count} at once", f"epoch {epoch}"))

    def arrivals(self, _site: Site) -> Iterable[Arrival]:
        return self.arrived


@dataclass
class ListedReplicators:
    """Tells backlogs, sizes and alarm states from lists, the last of each again and again."""

    backlogs: list[int] = field(default_factory=lambda: [0])
    sizes_mb: list[int] = field(default_factory=lambda: [60])
    states: list[str] = field(default_factory=lambda: ["OK"])
    lanes: list[int] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def narrow(self, lanes: int) -> None:
        self.lanes.append(lanes)

    def waiting(self, _site: Site) -> int:
        return self.backlogs.pop(0) if len(self.backlogs) > 1 else self.backlogs[0]

    def memory_mb(self) -> int:
        return self.sizes_mb.pop(0) if len(self.sizes_mb) > 1 else self.sizes_mb[0]

    def alarm(self, site: Site, noun: str) -> str:
        self.asked.append((site, noun))
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


@dataclass
class ListedOperator:
    """Notes what a person does; every order is carried out unless ``refusals`` are left."""

    orders: list[Order] = field(default_factory=list)
    sent: list[tuple[str, Order]] = field(default_factory=list)
    set_off: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    cast_votes: list[tuple[Mapping[str, Value], int, int | None]] = field(default_factory=list)
    refusals: int = 0
    commands: list[tuple[str, ...]] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    stored: ListedTable = field(default_factory=ListedTable)
    carriers: ListedReplicators = field(default_factory=ListedReplicators)
    held: list[Mapping[str, Contents]] = field(default_factory=lambda: [{}])
    passed: list[float] = field(default_factory=list)
    folder: Path = Path()

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def give(self, order: Order) -> Mapping[str, object]:
        self.orders.append(order)
        if self.refusals >= len(self.orders):
            raise OrderRefused("it is behind")
        return {"outcome": "done", "reason": "primary is active"}

    def send(self, order: Order, region: str) -> None:
        self.sent.append((region, order))

    def snapshot(self) -> Snapshot:
        """Show votes of generation 7, or of the one that was cast last."""
        generation = self.cast_votes[-1][1] if self.cast_votes else 7
        return Snapshot(row=ROW, votes=tuple(_vote(observer, generation) for observer in OBSERVERS))

    def ballot(self, observer: str) -> ListedBooth:
        assert observer in OBSERVERS
        return ListedBooth(self.cast_votes)

    def set_off_observer(self, region: str) -> None:
        self.set_off.append(region)

    def kill(self, region: str) -> int:
        self.killed.append(region)
        return 2

    def evaluate(self) -> Evaluation:
        return self.evaluations.pop(0)

    def table(self) -> ListedTable:
        return self.stored

    def replicators(self) -> ListedReplicators:
        return self.carriers

    def contents(self) -> Mapping[str, Contents]:
        """Tell what was held one look after the other, the last for ever."""
        return self.held.pop(0) if len(self.held) > 1 else self.held[0]

    def let_pass(self, seconds: float) -> None:
        self.passed.append(seconds)

    def lifeboat(self, *arguments: str) -> Said:
        """Note the command; it is done, unless there is another answer to it."""
        self.commands.append(arguments)
        return self.answers.pop(0) if self.answers else Said(code=0, output="done")


@dataclass
class Staged:
    """A drill and the lists behind it."""

    drill: Drill
    regions: ListedRegions
    faults: ListedFaults
    clock: HandClock
    operator: ListedOperator
    load_stops: list[float]

    def row(self, **facts: Fact) -> None:
        """Let the watcher see a row."""
        self.drill.events.write("row", None, **{"epoch": 1, "active": "primary", "phase": "steady", **facts})

    def votes(self, *observers: str, **facts: Fact) -> None:
        """Let the watcher see votes; healthy about the primary in epoch 1 unless said otherwise."""
        said: dict[str, Fact] = {"site": "primary", "epoch": 1, "verdict": "healthy", "standby": "healthy"}
        for observer in observers or OBSERVERS:
            self.drill.events.write("vote", None, **{**said, "observer": observer, **facts})

    def lag(self, seconds: float) -> None:
        """Let replication to the primary be behind."""
        facts: dict[str, Fact] = {"from": "us-west-2", "to": "us-east-1", "waiting": 4, "seconds": seconds}
        self.drill.events.write("lag", None, **facts)

    def page(self, summary: str) -> None:
        """Let people be told."""
        self.drill.events.write("page", None, severity="critical", summary=summary)

    def writes(self, site: Site, count: int, *, acknowledged: bool = True) -> None:
        """Let the load write just now."""
        for number in range(count):
            self.drill.sight.count(write(site, number, at=self.clock.now, acknowledged=acknowledged))

    def while_waiting_for(self, this: str, happens: Callable[[], None]) -> None:
        """Let something happen when the drill has begun to wait for that, and not before."""
        wait_until = self.drill.sight.wait_until

        def waiting(holds: Callable[[], bool], what: str, within_seconds: float) -> None:
            if what == this:
                happens()
            wait_until(holds, what, within_seconds)

        self.drill.sight.wait_until = waiting  # type: ignore[method-assign]

    def well(self) -> None:
        """Let everything be as before a fault."""
        self.row()
        self.votes()
        for site in ("primary", "secondary"):
            self.writes(site, 4)


def _vote(observer: str, generation: int) -> Vote:
    return Vote(
        observer=observer,
        tier="data",
        site="primary",
        epoch=1,
        counter=40,
        generation=generation,
        verdict=Verdict.HEALTHY,
        misses=0,
        goods=9,
        reason="answered in time",
        standby=Verdict.HEALTHY,
    )


def write(site: Site, number: int, *, at: float, acknowledged: bool) -> Operation:
    return Operation(
        at=at,
        ended=at,
        client=f"{site}-1",
        site=site,
        op="insert",
        key=str(number),
        value=str(number),
        outcome="acknowledged" if acknowledged else "failed",
        region="us-east-1" if acknowledged else None,
        epoch=1,
    )


def staged(folder: Path, seed: int = 1) -> Staged:
    """Set the stage; nothing has been seen yet."""
    clock, regions, faults = HandClock(), ListedRegions(), ListedFaults()
    sight, operator, stops = Sight(clock.monotonic), ListedOperator(folder=folder), list[float]()
    events = EventLog(folder / "events.jsonl", clock.monotonic)
    events.listen(sight.take)

    drill = Drill(
        regions=regions,
        faults=faults,
        operator=operator,
        sites=Sites(primary="us-east-1", secondary="us-west-2"),
        control_regions=OBSERVERS,
        tables=("orders", "canary"),
        protocol=Protocol(),
        events=events,
        sight=sight,
        chance=random.Random(seed),  # noqa: S311 - repeatable
        clock=clock,
        stop_load=lambda: stops.append(time.monotonic()),
    )
    return Staged(drill=drill, regions=regions, faults=faults, clock=clock, operator=operator, load_stops=stops)
