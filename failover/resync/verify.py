"""Compares a table of two sites: each item is read once at each, in the same memory however many there are.

What was not read alike is read again, consistently and at both sites, once what was being written has had time to
arrive. What stands still and still differs, differs; what moves gets another look.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from failover.clock import Clock
from failover.replication.stamps import Item
from failover.resync.checkpoint import Checkpoint
from failover.resync.differences import Rules, difference_of, held_of
from failover.resync.digests import key_named, key_of, name_of
from failover.resync.segments import Reader, Segment, Watcher, all_at_once
from failover.resync.spool import Spool, Suspect, Verdict
from failover.resync.tables import MOST_KEYS, Page
from failover.sites import SITES, Site

MOST_LOOKS = 5


@dataclass(frozen=True, kw_only=True)
class Result:
    """``items`` are those read at each site, ``kinds`` the differences; ``moving`` never stood still to be compared."""

    items: dict[Site, int]
    kinds: dict[str, int]
    moving: int

    @property
    def alike(self) -> bool:
        """Whether nothing differs, and nothing is left open."""
        return not self.kinds and not self.moving


@dataclass(frozen=True, kw_only=True)
class Verify:
    """``lag_seconds`` is what replication may take; the clock's waiting is all that is made of it."""

    reader: Reader
    rules: Rules
    lag_seconds: float
    clock: Clock
    watcher: Watcher

    def run(self, spool: Spool, segments: int) -> Result:
        """Compare the tables; the differences are in the spool.

        Raises:
            Stopped, BotoCoreError, ClientError: it ended early; run again, it goes on from the last page.
        """
        if not spool.gathered:
            parts = [Segment(site, number, segments) for site in SITES.values() for number in range(segments)]
            patience = self.reader.tables["primary"].patience
            all_at_once(parts, lambda segment: self.reader.read(segment, self._take), patience)
            spool.gather()
        for _ in range(MOST_LOOKS):
            if not spool.left():
                break
            self.clock.sleep(self.lag_seconds)
            self._look(spool)
        counts = self._checkpoint.counts()
        read: dict[Site, int] = {site: counts[site] for site in SITES.values()}
        return Result(items=read, kinds=spool.kinds(), moving=spool.left())

    @property
    def _checkpoint(self) -> Checkpoint:
        return self.reader.checkpoint

    def _take(self, segment: Segment, page: Page) -> None:
        rows = [row for item in page.items if (row := self._row(segment.site, item))]
        with self._checkpoint.transaction() as store:
            store.executemany("INSERT INTO held VALUES (?, ?, ?)", rows)
            self._checkpoint.reached(segment.lane, page.after, {segment.site: len(page.items)}, store)
        self.watcher(len(page.items))

    def _row(self, site: Site, item: Item) -> tuple[str, Site, bytes] | None:
        state = held_of(item, self.rules).state
        return None if state is None else (name_of(key_of(item, self.rules.key_names)), site, state)

    def _look(self, spool: Spool) -> None:
        for suspects in spool.suspects(MOST_KEYS):
            keys = [key_named(one.name) for one in suspects]
            read = {site: table.read(keys) for site, table in self.reader.tables.items()}
            spool.judge(self._verdicts(suspects, read))

    def _verdicts(self, suspects: Sequence[Suspect], read: dict[Site, dict[str, Item]]) -> list[Verdict]:
        return [self._verdict(one, {site: found.get(one.name) for site, found in read.items()}) for one in suspects]

    def _verdict(self, suspect: Suspect, items: dict[Site, Item | None]) -> Verdict:
        """Two looks that saw the same, with the lag between them, saw no write that was under way."""
        held = {site: held_of(item, self.rules) for site, item in items.items()}
        difference = difference_of(key_named(suspect.name), held["primary"], held["secondary"])
        states = {site: one.state for site, one in held.items()}
        if difference is None:
            return Verdict(name=suspect.name)
        if states != suspect.states:
            return Verdict(name=suspect.name, moving=states)
        return Verdict(name=suspect.name, difference=(difference.kind, difference.line()))
