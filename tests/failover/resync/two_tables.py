"""A table of two sites, and what resynchronises it, in memory."""

import itertools
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from failover.replication.delivery import Delivery
from failover.replication.meetings import Rules
from failover.replication.source import Source
from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from failover.resync import differences
from failover.resync.backfill import Backfill
from failover.resync.checkpoint import Checkpoint
from failover.resync.rate import Bucket, Patience
from failover.resync.repair import Repair, outlook
from failover.resync.segments import Reader
from failover.resync.settler import Settler, Way
from failover.resync.spool import Spool
from failover.resync.tables import SiteTable
from failover.resync.verify import Result, Verify
from failover.sites import SITES, Site, other
from tests.failover.replication.two_sites import Kept
from tests.failover.resync.scanned_site import AT, ScannedSite
from tests.failover.wire import VirtualClock

TABLE = "orders"
RULES = Rules(ttl_attribute="expires")
LAG_SECONDS = 5.0


def stamp(clock: int, origin: Site = "primary", *, epoch: int = 1, **more: Any) -> Stamp:
    """Return a stamp by its clock, in microseconds."""
    return Stamp(version=Version(epoch, clock, origin), **more)


def item(name: str, value: Any = "1", held: Stamp | None = None, **more: Any) -> dict[str, Any]:
    """Return an item; without a stamp it was written around the client."""
    stamped = {ATTRIBUTE: held.attribute()} if held else {}
    return {"id": {"S": name}, "value": {"S": value}, **more, **stamped}


def tombstone(name: str, held: Stamp) -> dict[str, Any]:
    """Return what is left of a deleted item."""
    return {"id": {"S": name}, "expires": {"N": "9999999999"}, ATTRIBUTE: held.attribute()}


def four_threads() -> Executor:
    return ThreadPoolExecutor(4)


@dataclass
class TwoTables:
    """``folder`` holds checkpoints; ``epoch`` is the tier's, active at ``active``."""

    folder: Path
    rules: Rules = RULES
    epoch: int = 1
    active: Site = "primary"
    segments: int = 3
    clock: VirtualClock = field(default_factory=VirtualClock)
    kept: Kept = field(default_factory=Kept)
    sites: dict[Site, Any] = field(default_factory=lambda: {site: ScannedSite() for site in SITES.values()})
    seen: list[int] = field(default_factory=list)
    items_per_second: float | None = None
    writers: Callable[[], Executor] = four_threads

    def put(self, site: Site, *items: dict[str, Any]) -> None:
        """Put items past everything."""
        self.sites[site].items |= {one["id"]["S"]: one for one in items}

    def backfill(self, source: Site = "primary") -> dict[str, int]:
        """Copy one site's table to the other."""
        checkpoint = self.checkpoint(verb="backfill", source=source)
        try:
            with self.writers() as writers:
                return dict(self._backfill(checkpoint, source, writers).run(self.segments))
        finally:
            checkpoint.close()

    def _backfill(self, checkpoint: Checkpoint, source: Site, writers: Executor) -> Backfill:
        settler = self.settler(source)
        return Backfill(
            reader=self.reader(checkpoint, settler, consistent=True),
            settler=settler,
            key_names=("id",),
            writers=writers,
            watcher=self.seen.append,
        )

    def verify(self) -> tuple[Result, list[str]]:
        """Compare the tables; return the differences' lines, too."""
        checkpoint = self.checkpoint(verb="verify")
        try:
            spool = Spool(checkpoint)
            result = self._verify(checkpoint).run(spool, self.segments)
            return result, list(spool.lines())
        finally:
            checkpoint.close()

    def _verify(self, checkpoint: Checkpoint) -> Verify:
        return Verify(
            reader=self.reader(checkpoint, self.settler(), consistent=False),
            rules=self.compared,
            lag_seconds=LAG_SECONDS,
            clock=self.clock,
            watcher=self.seen.append,
        )

    def repair(self, names: Callable[[], list[dict[str, Any]]] | None = None) -> dict[str, int]:
        """Settle these keys, or all there are at either site."""
        with self.writers() as writers:
            return dict(self.repairing(writers).run(names() if names else self.keys()))

    def outlook(self) -> list[tuple[str, str]]:
        """Say what a repair would do first, by each item's name."""
        return [(one.key["id"]["S"], step) for one, step in outlook(self.compared, self.settler(), self.keys())]

    def repairing(self, writers: Executor) -> Repair:
        return Repair(settler=self.settler(), rules=self.compared, writers=writers, watcher=self.seen.append)

    def keys(self) -> list[dict[str, Any]]:
        names = {name for site in self.sites.values() for name in site.items}
        return [{"id": {"S": name}} for name in sorted(names)]

    @property
    def compared(self) -> differences.Rules:
        rules = self.rules
        return differences.Rules(key_names=("id",), excluded=rules.excluded, ttl_attribute=rules.ttl_attribute, now=AT)

    def checkpoint(self, **run: object) -> Checkpoint:
        return Checkpoint(self.folder / f"{'-'.join(map(str, run.values()))}.sqlite", run)

    def reader(self, checkpoint: Checkpoint, settler: Settler, *, consistent: bool) -> Reader:
        bucket = Bucket(self.items_per_second, self.clock)
        return Reader(tables=dict(settler.tables), checkpoint=checkpoint, bucket=bucket, consistent=consistent)

    def settler(self, first: Site | None = None) -> Settler:
        patience = Patience(self.clock, lambda: 0.5)
        tables = {site: SiteTable(client=self.sites[site], name=TABLE, patience=patience) for site in SITES.values()}
        return Settler(
            tables=tables,
            ways={site: self._way(site) for site in SITES.values()},
            rules=self.rules,
            first=first or self.active,
            at=AT,
            patience=patience,
        )

    def _way(self, site: Site) -> Way:
        source = Source(
            client=self.sites[site],
            table=TABLE,
            key_name="id",
            here=site,
            rules=self.rules,
            losers=self.kept,
            epoch_of=lambda asked: self.epoch if asked == self.active else None,
            tombstone_seconds=10**6,
        )
        there = self.sites[other(site)]
        delivery = Delivery(client=there, table=TABLE, key_name="id", rules=self.rules, losers=self.kept)
        return Way(source=source, delivery=delivery, losers=self.kept)


def numbers(first: int, last: int) -> list[dict[str, Any]]:
    """Return stamped items by number."""
    return [item(f"{n:05d}", f"{n}", stamp(1000 + n)) for n in itertools.islice(itertools.count(first), last - first)]
