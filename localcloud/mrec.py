"""Replication of eventually consistent global tables (MREC).

Each write is local at first. Its change is taken from the table's stream and travels to each other replica over a link
of the table's own, in order and after a lag: AWS promises no order between tables, so none may be relied on here. There
the last writer wins, by time of write and then by region, deletions included. A link stands still while either end or
the way between them is lost, and then delivers in order.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from localcloud.global_tables import GlobalTable, GlobalTables
from localcloud.latency import Latency
from localcloud.moto_tables import Change, MotoTables
from localcloud.regions import World

log = logging.getLogger(__name__)
Version = tuple[int, str]
"""When an item was written (nanoseconds, never twice the same) and where."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A change on its way, due at its target at ``due`` (monotonic seconds) at the earliest."""

    change: Change
    version: Version
    due: float


class Lag:
    """The lag of one link in seconds: drawn anew once the former one has passed.

    Drawn for each change it would be the worst of all draws under load, since no change overtakes another.
    """

    def __init__(self, draw: Callable[[], float], clock: Callable[[], float] = time.monotonic) -> None:
        self._draw = draw
        self._clock = clock
        self._seconds, self._until = 0.0, 0.0

    def due(self) -> float:
        """Give when a change that is written now arrives."""
        now = self._clock()
        if now >= self._until:
            self._seconds = self._draw()
            self._until = now + self._seconds
        return now + self._seconds


class Link:
    """One table's way between two regions: first in, first out, on a thread of its own."""

    def __init__(
        self, target: str, lag: Lag, passable: Callable[[], bool], deliver: Callable[[str, Written], None]
    ) -> None:
        self._target = target
        self._lag = lag
        self._passable = passable
        self._deliver = deliver
        self._changed = threading.Condition()
        self._waiting: deque[Written] = deque()
        self._open = True
        threading.Thread(target=self._run, name=f"replication to {target}", daemon=True).start()

    def send(self, change: Change, version: Version) -> None:
        """Put a change on its way; it does not overtake the one ahead of it, even if it is due before."""
        with self._changed:
            self._waiting.append(Written(change=change, version=version, due=self._lag.due()))
            self._changed.notify()

    def wake(self) -> None:
        """Look again whether the way is passable."""
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Deliver nothing more."""
        with self._changed:
            self._open = False
            self._changed.notify()

    def __len__(self) -> int:
        return len(self._waiting)

    def oldest_seconds(self) -> float:
        """Give for how long the change that is next to be delivered has waited since it was written; 0 without any."""
        with self._changed:
            return (time.time_ns() - self._waiting[0].version[0]) / 1e9 if self._waiting else 0.0

    def _run(self) -> None:
        while (written := self._next()) is not None:
            self._deliver(self._target, written)
            with self._changed:
                self._waiting.popleft()

    def _next(self) -> Written | None:
        """Wait for the first change to be due and the way to be passable; None once closed."""
        with self._changed:
            while self._open:
                if not self._waiting or not self._passable():
                    self._changed.wait()
                elif (early := self._waiting[0].due - time.monotonic()) > 0:
                    self._changed.wait(early)
                else:
                    return self._waiting[0]
        return None


class Replication:
    """Carries the changes of MREC tables to their other replicas. ``lock`` is the gateway's for DynamoDB."""

    def __init__(
        self,
        tables: MotoTables,
        known: GlobalTables,
        world: World,
        latency: Latency,
        lock: Callable[[], AbstractContextManager[bool]],
    ) -> None:
        self._tables = tables
        self._known = known
        self._world = world
        self._latency = latency
        self._lock = lock
        self._links: dict[tuple[str, str, str], Link] = {}
        self._versions: dict[tuple[str, str, str], Version] = {}
        self._latencies: dict[tuple[str, str, str], float] = {}
        self._last = 0
        world.watch(self._wake)

    def capture(self, region: str, name: str, since: int) -> None:
        """Send on what a table's stream in a region had after its ``since`` first changes; the lock is held."""
        table = self._known.find(region, name)
        if table is not None and not table.strong:
            for change in self._tables.changes(region, name, since):
                self._send(region, table, change)

    def backlog(self) -> dict[str, int]:
        """Give how many changes of all tables wait, by ``from->to``."""
        waiting: dict[str, int] = {}
        for (source, target, _), link in list(self._links.items()):
            way = f"{source}->{target}"
            waiting[way] = waiting.get(way, 0) + len(link)
        return waiting

    def lags(self) -> dict[str, float]:
        """Give for how many seconds the oldest change of any table has waited, by ``from->to``."""
        oldest: dict[str, float] = {}
        for (source, target, _), link in list(self._links.items()):
            way = f"{source}->{target}"
            oldest[way] = max(oldest.get(way, 0.0), link.oldest_seconds())
        return oldest

    def take_latencies(self) -> dict[tuple[str, str, str], float]:
        """Give the longest that a change took since it was last asked, in seconds, by source, target and table."""
        with self._lock():
            taken, self._latencies = self._latencies, {}
        return taken

    def close(self) -> None:
        """Stop all links."""
        for link in list(self._links.values()):
            link.close()

    def _send(self, region: str, table: GlobalTable, change: Change) -> None:
        version = self._now(region)
        self._versions[region, change.table, change.item] = version
        for target in table.replicas:
            if target != region:
                self._link(region, target, change.table).send(change, version)

    def _now(self, region: str) -> Version:
        self._last = max(self._last + 1, time.time_ns())
        return self._last, region

    def _link(self, source: str, target: str, table: str) -> Link:
        if (source, target, table) not in self._links:
            lag = Lag(lambda: self._latency.draw(self._latency.profile.mrec_lag_seconds))
            way = partial(self._world.reachable, source, target)
            self._links[source, target, table] = Link(target, lag, way, self._deliver)
        return self._links[source, target, table]

    def _deliver(self, region: str, written: Written) -> None:
        """Apply a change unless the item was written later here; nothing is sent on, so no change goes in circles."""
        change = written.change
        place = (region, change.table, change.item)
        with self._lock():
            self._note_latency(region, written)
            if self._known.find(region, change.table) and written.version > self._versions.get(place, (0, "")):
                self._versions[place] = written.version
                self._tables.apply(region, change)

    def _note_latency(self, region: str, written: Written) -> None:
        at, source = written.version
        way = (source, region, written.change.table)
        self._latencies[way] = max(self._latencies.get(way, 0.0), (time.time_ns() - at) / 1e9)

    def _wake(self) -> None:
        for link in list(self._links.values()):
            link.wake()
