"""Copies every item of one site's table to the other, while applications go on writing."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from failover.replication.stamps import Item
from failover.resync.digests import key_of, name_of
from failover.resync.segments import Reader, Segment, Watcher, all_at_once
from failover.resync.settler import Settler
from failover.resync.tables import Page
from failover.sites import other

ALIKE = "alike"


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """``settler.first`` is the site that is copied from. ``writers`` carry out what one page needs, side by side."""

    reader: Reader
    settler: Settler
    key_names: tuple[str, ...]
    writers: Executor
    watcher: Watcher

    def run(self, segments: int) -> Counter[str]:
        """Copy the table; return what came of its items, by `Outcome` and ``alike``, since the run began.

        Raises:
            Stopped, Contended, BotoCoreError, ClientError: it ended early; run again, it goes on from the last page.
        """
        first = self.settler.first
        all_at_once(
            (Segment(first, number, segments) for number in range(segments)), self._carry, self.settler.patience
        )
        return self.reader.checkpoint.counts()

    def _carry(self, segment: Segment) -> None:
        self.reader.read(segment, self._take)

    def _take(self, segment: Segment, page: Page) -> None:
        counts = self._copied(page.items)
        with self.reader.checkpoint.transaction() as store:
            self.reader.checkpoint.reached(segment.lane, page.after, counts, store)
        self.watcher(len(page.items))

    def _copied(self, items: Sequence[Item]) -> Counter[str]:
        """Write only what the other site does not have: what is there with this version costs a read."""
        keys = [key_of(item, self.key_names) for item in items]
        there = self.settler.tables[other(self.settler.first)].read(keys)
        held = [(key, item, there.get(name_of(key))) for key, item in zip(keys, items, strict=True)]
        counts: Counter[str] = Counter()
        for done in self.writers.map(lambda one: self._settle(*one), held):
            counts.update(done)
        return counts

    def _settle(self, key: Item, item: Item, there: Item | None) -> list[str]:
        first = self.settler.first
        return self.settler.settle(key, {first: item, other(first): there}, one_way=True) or [ALIKE]
