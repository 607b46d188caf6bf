"""Several lanes at once, each page by page; the first that fails stops the others at their next page."""

import concurrent.futures
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from failover.replication.stamps import Item
from failover.resync.checkpoint import Checkpoint
from failover.resync.rate import Bucket, Patience, Stopped
from failover.resync.tables import MOST_ITEMS, Page, SiteTable
from failover.sites import Site

Watcher = Callable[[int], None]
"""Is told how many items more a run has come over; called from several threads."""


@dataclass(frozen=True)
class Segment:
    """One part of one site's table."""

    site: Site
    number: int
    of: int

    @property
    def lane(self) -> str:
        """Name it in checkpoints."""
        return f"{self.site}/{self.number}"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads segments page by page. ``consistent``: what was acknowledged before a page was read is in it."""

    tables: dict[Site, SiteTable]
    checkpoint: Checkpoint
    bucket: Bucket
    consistent: bool

    def read(self, segment: Segment, take: Callable[[Segment, Page], None]) -> None:
        """Hand each page that is not done yet to ``take``, which notes in the checkpoint that it is.

        Raises:
            Stopped: it is no longer wanted.
            BotoCoreError, ClientError: the table does not answer.
        """
        position = self.checkpoint.position(segment.lane)
        after: Item | None = position.after
        while not position.done:
            page = self.tables[segment.site].page(
                segment.number, segment.of, after, most=self._most(segment), consistent=self.consistent
            )
            self.bucket.spend(len(page.items))
            take(segment, page)
            after = page.after
            if after is None:
                return

    def _most(self, segment: Segment) -> int:
        """No page is more than a segment's share of a second: what is paid for late is still a burst."""
        rate = self.bucket.items_per_second
        return MOST_ITEMS if rate is None else max(1, min(MOST_ITEMS, int(rate / segment.of)))


def all_at_once(segments: Iterable[Segment], carry: Callable[[Segment], None], patience: Patience) -> None:
    """Carry all segments, each on a thread.

    Raises:
        Exception: what the first of them failed with, once all have stopped.
    """
    wanted = list(segments)
    with concurrent.futures.ThreadPoolExecutor(len(wanted), thread_name_prefix="segment") as pool:
        futures = [pool.submit(carry, segment) for segment in wanted]
        try:
            concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_EXCEPTION)
        finally:
            if not all(future.done() and future.exception() is None for future in futures):
                patience.stopped.set()
    failures = [error for future in futures if (error := future.exception()) is not None]
    for error in sorted(failures, key=lambda error: isinstance(error, Stopped)):
        raise error
