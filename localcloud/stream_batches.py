"""Batches of a stream's records, and what is left to do of one after an attempt: values in, values out.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

MOST_PAYLOAD_BYTES = 6 * 1024 * 1024
"""What one invocation may carry: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

BEFORE, BETWEEN, AFTER = '{"Records": [', ", ", "]}"

Fate: TypeAlias = Literal["RetryAttemptsExhausted", "RecordAgeExceeded", "trimmed"]
"""Why a batch is given up. What left the stream itself is trimmed: no destination hears of it."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of a stream; ``body`` is its JSON in an event, in ASCII, ``created_at`` seconds since 1970."""

    sequence: str
    key: str
    created_at: float
    body: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Records on their way to a function: ``retries`` count against the quota, ``invocations`` do not.

    ``request_id`` is the last invocation's, ``raised`` says whether it ended in an error of the function's; ``waits``
    counts how often in a row no invocation could start.
    """

    records: tuple[Record, ...]
    retries: int = 0
    invocations: int = 0
    request_id: str = ""
    raised: bool = False
    waits: int = 0
    fate: Fate | None = None

    @property
    def payload(self) -> str:
        """Return the event that the function gets."""
        return BEFORE + BETWEEN.join(record.body for record in self.records) + AFTER


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How batches are made and how long they are tried; None is without end, and all times are this cloud's seconds."""

    batch_size: int = 100
    window_seconds: float = 0.0
    most_retries: int | None = None
    oldest_seconds: float | None = None
    retention_seconds: float = 86400.0
    bisect: bool = False
    reports: bool = False


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a batch failed: as a whole, or from one record on; by an error, or by the function's own report."""

    first: int = 0
    whole: bool = True
    raised: bool = False


def fitting(records: Iterable[Record], most: int) -> int:
    """Return how many of the records, at most so many, fit into one payload: one at least."""
    room = MOST_PAYLOAD_BYTES - len(BEFORE) - len(AFTER)
    count = 0
    for record in records:
        room -= len(record.body) + len(BETWEEN)
        if count == most or (count and room < 0):
            break
        count += 1
    return count


def aged(batch: Batch, limits: Limits, now: float) -> list[Batch]:
    """Part a batch into what the stream no longer has, what is too old to be tried and the rest, in order."""
    ages = [now - record.created_at for record in batch.records]
    trimmed = sum(age > limits.retention_seconds for age in ages)
    oldest = limits.oldest_seconds
    old = trimmed if oldest is None else max(trimmed, sum(age > oldest for age in ages))
    parts = (
        replace(batch, records=batch.records[:trimmed], fate="trimmed"),
        replace(batch, records=batch.records[trimmed:old], fate="RecordAgeExceeded"),
        replace(batch, records=batch.records[old:]),
    )
    return [part for part in parts if part.records]


def failure_told(batch: Batch, answer: bytes) -> Failure | None:
    """Read a function's report: the lowest sequence number counts; one that makes no sense fails the whole batch."""
    places = {record.sequence: place for place, record in enumerate(batch.records)}
    try:
        reported = json.loads(answer or b"null")
        failures = ({} if reported is None else reported).get("batchItemFailures") or []
        failed = [places[failure["itemIdentifier"]] for failure in failures]
    except (ValueError, AttributeError, KeyError, TypeError):
        return Failure()
    return Failure(first=min(failed), whole=False) if failed else None


def left_after(batch: Batch, failure: Failure | None, limits: Limits) -> list[Batch]:
    """Return what is still to be done of a batch, in order.

    Retries go on being counted while a batch shrinks to what a function reports; a split takes none of the quota.
    """
    if failure is None:
        return []
    tried = replace(
        batch,
        records=batch.records[failure.first :],
        invocations=batch.invocations + 1,
        raised=failure.raised,
        waits=0,
    )
    if failure.whole and limits.bisect and len(tried.records) > 1:
        middle = len(tried.records) // 2
        return [replace(tried, records=half) for half in (tried.records[:middle], tried.records[middle:])]
    if limits.most_retries is not None and tried.retries >= limits.most_retries:
        return [replace(tried, fate="RetryAttemptsExhausted")]
    return [replace(tried, retries=tried.retries + 1)]
