"""A shard's lanes: the records of one partition key are always in one lane, and a lane has one batch in flight.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from zlib import crc32

from localcloud.stream_batches import Batch, Limits, Record, aged, fitting

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0


def lane_of(key: str, lanes: int) -> int:
    """Return the number of the lane for a partition key, the same in every run."""
    return crc32(key.encode()) % lanes


def pause_after(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: doubling from 0.25 s to 30 s.

    Lambda waits longer and longer too, and does not say how long.
    """
    return float(min(FIRST_PAUSE_SECONDS * 2 ** max(0, failures - 1), LONGEST_PAUSE_SECONDS))


@dataclass(kw_only=True)
class Lane:
    """Records in order: first what is left of the batches at hand, then those that wait to be gathered.

    Times are seconds of one clock, given by the caller; callers hold a lock.
    """

    at_hand: deque[Batch] = field(default_factory=deque)
    waiting: deque[tuple[float, Record]] = field(default_factory=deque)
    out: Batch | None = None
    resume_at: float = 0.0

    @property
    def busy(self) -> bool:
        """Say whether a batch is out."""
        return self.out is not None

    @property
    def idle(self) -> bool:
        """Say whether nothing is left to do."""
        return not (self.busy or self.at_hand or self.waiting)

    def undone(self) -> Iterator[Record]:
        """Yield the records that are not done, in their order."""
        for batch in (*([self.out] if self.out else ()), *self.at_hand):
            yield from batch.records
        yield from (record for _, record in self.waiting)

    def add(self, record: Record, now: float) -> None:
        """Take a record that was just read."""
        self.waiting.append((now, record))

    def take(self, limits: Limits, now: float) -> Batch | None:
        """Return the next batch to invoke with, or one to give up; None while one is out, or none is due.

        The lane is busy until ``settle``.
        """
        if self.busy or now < self.resume_at:
            return None
        if not self.at_hand and self._is_due(limits, now):
            self.at_hand.append(self._gathered(limits))
        if not self.at_hand:
            return None
        self._part_by_age(limits, now)
        self.out = self.at_hand.popleft()
        return self.out

    def settle(self, left: Sequence[Batch], resume_at: float = 0.0) -> None:
        """Put back what is left of the batch that was out, before everything else, not to be tried before then."""
        self.at_hand.extendleft(reversed(left))
        self.resume_at = resume_at
        self.out = None

    def _is_due(self, limits: Limits, now: float) -> bool:
        """Say whether a batch is to be gathered; a window begins no sooner than the former batch ended."""
        if not self.waiting:
            return False
        full = min(limits.batch_size, len(self.waiting))
        old = now - max(self.waiting[0][0], self.resume_at) >= limits.window_seconds
        return old or full == limits.batch_size or fitting(self._next(full), full) < full

    def _gathered(self, limits: Limits) -> Batch:
        count = fitting(self._next(limits.batch_size), limits.batch_size)
        return Batch(records=tuple(self.waiting.popleft()[1] for _ in range(count)))

    def _next(self, most: int) -> Iterable[Record]:
        return (record for _, record in islice(self.waiting, most))

    def _part_by_age(self, limits: Limits, now: float) -> None:
        if self.at_hand[0].fate is None:
            self.at_hand.extendleft(reversed(aged(self.at_hand.popleft(), limits, now)))


class Lanes:
    """All lanes of a mapping's shard; several threads may use them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: list[Lane] = []

    def resize(self, count: int) -> bool:
        """Make so many lanes once nothing is left in the former ones, or order would be lost; say whether they are."""
        with self._lock:
            if len(self._lanes) != count and all(lane.idle for lane in self._lanes):
                self._lanes = [Lane() for _ in range(count)]
            return len(self._lanes) == count

    def waiting(self) -> int:
        """Return how many records wait to be gathered."""
        with self._lock:
            return sum(len(lane.waiting) for lane in self._lanes)

    def undone(self) -> tuple[int, float | None]:
        """Count the records that are not done, and give when the oldest of them was made."""
        with self._lock:
            made = [record.created_at for lane in self._lanes for record in lane.undone()]
        return len(made), min(made, default=None)

    def add(self, records: Iterable[Record], now: float) -> None:
        """Put records that were just read into their lanes."""
        with self._lock:
            for record in records:
                self._lanes[lane_of(record.key, len(self._lanes))].add(record, now)

    def take(self, limits: Limits, now: float) -> list[tuple[Lane, Batch]]:
        """Return the batches that are due, each with its lane, which is busy until settled."""
        with self._lock:
            taken = [(lane, lane.take(limits, now)) for lane in self._lanes]
        return [(lane, batch) for lane, batch in taken if batch is not None]

    def settle(self, lane: Lane, left: Sequence[Batch], resume_at: float = 0.0) -> None:
        """Put back what is left of a batch, not to be tried before then."""
        with self._lock:
            lane.settle(left, resume_at)
