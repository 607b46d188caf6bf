"""A drill whose ground is made of lists: what was done to it can be read, and what is seen is what was told."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drills.events import EventLog, Fact
from drills.recorder import Operation
from drills.running import Drill
from drills.sight import Sight
from failover.orders import Order
from failover.protocol import Protocol
from failover.sites import Site, Sites
from localcloud.faults import Fault
from localcloud.request import Cut

OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")


@dataclass
class StillClock:
    """Time passes only by sleeping."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


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
class Staged:
    """A drill and the lists behind it."""

    drill: Drill
    regions: ListedRegions
    faults: ListedFaults
    clock: StillClock
    orders: list[Order]
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

    def writes(self, site: Site, count: int, *, acknowledged: bool = True) -> None:
        """Let the load write just now."""
        for number in range(count):
            self.drill.sight.count(write(site, number, at=self.clock.now, acknowledged=acknowledged))

    def well(self) -> None:
        """Let everything be as before a fault."""
        self.row()
        self.votes()
        for site in ("primary", "secondary"):
            self.writes(site, 4)


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
    clock, regions, faults = StillClock(), ListedRegions(), ListedFaults()
    sight, orders, stops = Sight(clock.monotonic), list[Order](), list[float]()
    events = EventLog(folder / "events.jsonl", clock.monotonic)
    events.listen(sight.take)

    def give(order: Order) -> Mapping[str, object]:
        orders.append(order)
        return {"outcome": "done", "reason": "primary is active"}

    drill = Drill(
        regions=regions,
        faults=faults,
        sites=Sites(primary="us-east-1", secondary="us-west-2"),
        protocol=Protocol(),
        events=events,
        sight=sight,
        chance=random.Random(seed),  # noqa: S311 - repeatable
        clock=clock,
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        give=give,
        stop_load=lambda: stops.append(time.monotonic()),
    )
    return Staged(drill=drill, regions=regions, faults=faults, clock=clock, orders=orders, load_stops=stops)
