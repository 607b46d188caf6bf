"""One batch of one lane of a stream: order kept for each item, items side by side, failures told one by one."""

import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from botocore.exceptions import ClientError

from failover.clock import Clock
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of
from failover.replication.changes import Change, PoisonRecord, change_of, key_text
from failover.replication.delivery import Delivery
from failover.replication.meetings import Rules
from failover.replication.shipments import work_of
from failover.replication.source import Source
from failover.replication.writing import Contended
from failover.sites import Site

log = logging.getLogger(__name__)
T = TypeVar("T")
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
MAY_RETRY = (Failure.UNREACHABLE, Failure.BROKEN, Failure.THROTTLED, Failure.CONFLICT)
POISON = ("ValidationException", "ItemCollectionSizeLimitExceededException")


class OutOfTime(Exception):
    """The function's life is nearly over."""


class DeadLetters(Protocol):
    """Keeps a record that cannot be replicated, whole, and tells of it."""

    def keep(self, record: Mapping[str, Any], reason: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a lane works with. ``jitter`` gives 0 to 1."""

    here: Site
    rules: Rules
    delivery: Delivery
    source: Source
    dead_letters: DeadLetters
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
        items = self._by_item(records, report)
        for sequence, counts in self._tools.pool.map(lambda item: self._item(item, until), items):
            report.counts.update(counts)
            if sequence is not None:
                report.failed.append(sequence)
        return report

    def _by_item(self, records: Iterable[Mapping[str, Any]], report: Report) -> list[list[tuple[Any, Change]]]:
        """Gather each item's records in order; what cannot be read goes to the dead letters alone."""
        items: dict[str, list[tuple[Any, Change]]] = {}
        for record in records:
            try:
                change = change_of(record)
            except PoisonRecord as poison:
                self._bury(record, str(poison), report)
                continue
            report.newest_at = change.at
            items.setdefault(key_text(change.key), []).append((record, change))
        return list(items.values())

    def _bury(self, record: Mapping[str, Any], reason: str, report: Report) -> None:
        try:
            self._tools.dead_letters.keep(record, reason)
        except AWS_ERRORS as error:
            log.warning("dead letter not kept", extra={"error": code_of(error)})
            report.failed.append(str(record["dynamodb"]["SequenceNumber"]))
        else:
            report.counts["dead"] += 1

    def _item(self, records: list[tuple[Any, Change]], until: float) -> tuple[str | None, Counter[str]]:
        """Carry one item's records over; return the first one's sequence number if that did not succeed."""
        counts: Counter[str] = Counter()
        try:
            self._settle(records, until, counts)
        except (*AWS_ERRORS, Contended, OutOfTime) as error:
            log.warning("records come again", extra={"first": records[0][1].sequence, "error": str(error)})
            return records[0][1].sequence, counts
        return None, counts

    def _settle(self, records: list[tuple[Any, Change]], until: float, counts: Counter[str]) -> None:
        """Do what the item's records ask for, in order; what the service will never take goes to the dead letters."""
        tools = self._tools
        work = work_of([change for _, change in records], tools.here, tools.rules)
        counts["left"] += work.left
        try:
            for change, by in work.overtaken:
                self._retried(partial(tools.source.overtaken, change, by), until)
            for shipment in work.shipments:
                outcome = self._retried(partial(tools.delivery.deliver, shipment), until)
                counts[outcome.value] += len(shipment.images)
            if work.around is not None:
                self._retried(partial(tools.source.settle, work.around), until)
                counts["marked"] += 1
        except ClientError as error:
            if code_of(error) not in POISON:
                raise
            tools.dead_letters.keep(records[-1][0], f"{code_of(error)}: {error}")
            counts["dead"] += 1

    def _retried(self, call: Callable[[], T], until: float) -> T:
        """Call until it succeeds, with full jitter between, as long as there is time; the stream waits."""
        for attempt in itertools.count():
            if self._tools.clock.monotonic() >= until:
                raise OutOfTime("the batch is out of time")
            try:
                return call()
            except (*AWS_ERRORS, Contended) as error:
                if isinstance(error, ClientError) and failure_of(error) not in MAY_RETRY:
                    raise
                self._pause(attempt, until)
        raise AssertionError("unreachable: the loop above only ends by returning or raising")

    def _pause(self, attempt: int, until: float) -> None:
        """Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
        ceiling = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**attempt)
        pause = self._tools.jitter() * ceiling
        self._tools.clock.sleep(min(pause, max(0.0, until - self._tools.clock.monotonic())))
