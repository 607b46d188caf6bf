"""One batch of one lane of a stream: order kept for each item, items side by side, failures told one by one."""

import itertools
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

from botocore.exceptions import ClientError, ParamValidationError

from failover.backoff import Backoff
from failover.client_view import RowMalformed
from failover.clock import Clock
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of
from failover.replication.changes import Change, PoisonRecord, change_of, key_text, sequence_of
from failover.replication.dead_letters import DeadLetters
from failover.replication.delivery import Delivery
from failover.replication.markers import after_lap, marker_in
from failover.replication.meetings import Rules
from failover.replication.shipments import Image, Shipment, work_of
from failover.replication.source import Source
from failover.replication.stamps import Item as StoredItem
from failover.replication.stamps import MalformedStamp
from failover.replication.writing import Contended
from failover.sites import Site

log = logging.getLogger(__name__)
T = TypeVar("T")
BETWEEN_ATTEMPTS = Backoff(first_seconds=0.05, longest_seconds=2.0)
AT_ONCE = 48
MAY_RETRY = (Failure.UNREACHABLE, Failure.BROKEN, Failure.THROTTLED, Failure.CONFLICT)
POISON = ("ValidationException", "ItemCollectionSizeLimitExceededException", "SerializationException")
NEVER = (ClientError, ParamValidationError, MalformedStamp)  # of the first, those of POISON only
Item = list[tuple[Any, Change]]  # one item's records, in order
Counts = defaultdict[str, int]
Outcome = tuple[str | None, Mapping[str, int]]  # the sequence number from which it must come again, and what was done


class OutOfTime(Exception):
    """The function's life is nearly over."""


class Refused(Enum):
    """In place of an outcome: the service will never take it."""

    REFUSED = "refused"


REFUSED = Refused.REFUSED


class MarkerWriter(Protocol):
    """Writes markers anew, as they are after a lap."""

    def write(self, laps: Iterable[Sequence[StoredItem]]) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a lane works with. ``jitter`` gives 0 to 1."""

    here: Site
    rules: Rules
    delivery: Delivery
    source: Source
    dead_letters: DeadLetters
    markers: MarkerWriter
    pool: Executor
    clock: Clock
    jitter: Callable[[], float]


@dataclass
class Report:
    """What became of a batch: ``failed`` are sequence numbers to come again, ``newest_at`` the last change's time."""

    failed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    newest_at: float | None = None


class Lane:
    """Carries batches over, one at a time."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def carry(self, records: Sequence[Mapping[str, Any]], until: float) -> Report:
        """Carry a batch over by ``until``, on this host's monotonic clock; what is not done by then has failed."""
        report = Report()
        items, unreadable, markers = self._by_item(records, report)
        calls = [partial(self._item, item, until) for item in items]
        calls += [partial(self._bury, record, reason, until) for record, reason in unreadable]
        for sequence, counts in self._side_by_side(calls):
            report.counts.update(counts)
            if sequence is not None:
                report.failed.append(sequence)
        if markers:
            self._let_through(markers, report, until)
        return report

    def _let_through(self, markers: Sequence[Change], report: Report, until: float) -> None:
        """Let markers through last, and only if nothing is left of the batch: items are carried side by side.

        Those that may not wait for the rest come again with it. One that the table will never take is dropped: no lane
        stands still for it, and what is missed is that it arrives.
        """
        if report.failed:
            report.failed.append(markers[0].sequence)
            return
        last = {key_text(change.key): change.new for change in markers if change.new}
        try:
            laps = [*after_lap(last.values(), self._tools.here)]
            self._retried(partial(self._tools.markers.write, laps), until)
        except OutOfTime:
            report.failed.append(markers[0].sequence)
        except (*AWS_ERRORS, ParamValidationError) as error:
            log.warning("markers dropped", extra={"first": markers[0].sequence, "error": str(error)})

    def _side_by_side(self, calls: Sequence[Callable[[], Outcome]]) -> Iterable[Outcome]:
        """Let each worker take the next call when it is done with one: a future each would cost as much again."""
        waiting = iter(calls)
        workers = self._tools.pool.map(lambda _: [call() for call in waiting], range(min(AT_ONCE, len(calls))))
        return itertools.chain.from_iterable(workers)

    def _by_item(
        self, records: Iterable[Any], report: Report
    ) -> tuple[list[Item], list[tuple[Any, str]], list[Change]]:
        """Gather each item's records in order; beside them what cannot be read, and why; and markers."""
        items: dict[str, Item] = {}
        unreadable, markers = [], []
        for record in records:
            try:
                change = change_of(record)
            except PoisonRecord as poison:
                unreadable.append((record, str(poison)))
                continue
            if marker_in(change.new or change.old or {}):
                markers.append(change)
                continue
            report.newest_at = change.at
            items.setdefault(key_text(change.key), []).append((record, change))
        return list(items.values()), unreadable, markers

    def _bury(self, record: Any, reason: str, until: float) -> Outcome:
        """Without a number it can only come again with the whole batch, which an empty name asks Lambda for.

        https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
        """
        try:
            self._retried(partial(self._tools.dead_letters.keep, record, reason), until)
        except (*AWS_ERRORS, OutOfTime) as error:
            log.warning("dead letter not kept", extra={"error": code_of(error)})
            return sequence_of(record), {}
        return None, {"dead": 1}

    def _item(self, records: Item, until: float) -> Outcome:
        """Carry one item's records over; return the first one's sequence number if that did not succeed."""
        counts: Counts = defaultdict(int)
        try:
            self._settle(records, until, counts)
        except (*AWS_ERRORS, Contended, OutOfTime, RowMalformed) as error:
            log.warning("records come again", extra={"first": records[0][1].sequence, "error": str(error)})
            return records[0][1].sequence, counts
        return None, counts

    def _settle(self, records: Item, until: float, counts: Counts) -> None:
        """Do what the item's records ask for, in order."""
        source = self._tools.source
        work = work_of([change for _, change in records], self._tools.here, self._tools.rules)
        if work.left:
            counts["left"] += work.left
        for change, by in work.overtaken:
            self._taken(partial(source.overtaken, change, by), records, change, until, counts)
        for shipment in work.shipments:
            self._ship(shipment, records, until, counts)
        if work.around is not None:
            settled = self._taken(partial(source.settle, work.around), records, work.around.last, until, counts)
            counts["marked"] += settled is not REFUSED

    def _ship(self, shipment: Shipment, records: Item, until: float, counts: Counts) -> None:
        """Deliver the last image; where that is never taken, the one before it stands for the item."""
        images = shipment.images
        while images:
            call = partial(self._tools.delivery.deliver, Shipment(key=shipment.key, images=images))
            outcome = self._taken(call, records, images[-1], until, counts)
            if outcome is not REFUSED:
                counts[outcome.value] += len(images)
                return
            images = images[:-1]

    def _taken(
        self, call: Callable[[], T], records: Item, of: Change | Image, until: float, counts: Counts
    ) -> T | Literal[Refused.REFUSED]:
        """Call; if the service will never take it, put the record that it is about into the dead letters, alone."""
        try:
            return self._retried(call, until)
        except NEVER as error:
            if isinstance(error, ClientError) and code_of(error) not in POISON:
                raise
            record = next(record for record, change in records if change is of or change.stamp == of.stamp)
            reason = f"{code_of(error)}: {error}"
        self._retried(partial(self._tools.dead_letters.keep, record, reason), until)
        counts["dead"] += 1
        return REFUSED

    def _retried(self, call: Callable[[], T], until: float) -> T:
        """Call until it succeeds, with full jitter between, as long as there is time; the stream waits."""
        for attempt in itertools.count():
            if self._tools.clock.monotonic() >= until:
                raise OutOfTime("the batch is out of time")
            try:
                return call()
            except (*AWS_ERRORS, Contended) as error:
                if not _may_pass(error):
                    raise
                self._pause(attempt, until)
        raise AssertionError("unreachable: the loop above only ends by returning or raising")

    def _pause(self, attempt: int, until: float) -> None:
        pause = BETWEEN_ATTEMPTS.pause(attempt, self._tools.jitter())
        self._tools.clock.sleep(min(pause, max(0.0, until - self._tools.clock.monotonic())))


def _may_pass(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return failure_of(error) in MAY_RETRY
    return not isinstance(error, ParamValidationError)
