"""Takes events from the inbox and carries them out; replays the inbox on a database that took over.

The order of a replay matters. A worker of the old writer may be between its commit, which the new database does not
have, and moving the event from ``waiting`` to ``done``. What waits is read first and ``done`` after it: an event that
was moved before the first reading is found by the second.
"""

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from failover.clock import Clock
from nodes.app import metrics, schema
from nodes.app.active import Active, ActiveUnknown, read_active
from nodes.app.applying import applied_of, apply, forget
from nodes.app.database import AlreadyThere, Database, NotServing, NoWriter, Session
from nodes.app.events import Unusable
from nodes.app.inbox import Inbox
from nodes.app.waiting import Waiting

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
REPLAYED_AT_ONCE = 100
HOUSEKEEPING_SECONDS = 600.0


class WrongSchema(NotServing):
    """The database is not at the schema that this code is for; migrate it."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What one pass did. ``left`` are events that wait on because they failed, or because their pause is not over."""

    applied: int = 0
    before: int = 0
    aside: int = 0
    left: int = 0

    def __add__(self, other: "Passed") -> "Passed":
        """Count two passes as one."""
        return Passed(
            applied=self.applied + other.applied,
            before=self.before + other.before,
            aside=self.aside + other.aside,
            left=self.left + other.left,
        )


class InboxWorker:
    """One pass at a time; several workers on one inbox are safe, and do some of the work twice."""

    def __init__(
        self, inbox: Inbox, database: Database, active_file: Path, clock: Clock, now_ms: Callable[[], int]
    ) -> None:
        self._inbox = inbox
        self._database = database
        self._active_file = active_file
        self._clock = clock
        self._now_ms = now_ms
        self._not_before: dict[str, float] = {}
        self._tidied_at: float | None = None

    def run_once(self, stopping: Callable[[], bool]) -> Passed:
        """Carry out what waits; after a change of writer, what the new one may lack as well.

        Raises:
            NotServing: nothing can be carried out now; what waits, waits.
            CallFailed, NotWritable, UncertainWrite, ClientError: as `Inbox`.
        """
        active = self._writing_as()
        with self._database.session() as session:
            replayed = _is_ready(session, active)
            passed = self._carry_out(session, self._inbox.waiting(), stopping)
            if not replayed and not stopping():
                passed += self._replay(session, active, passed, stopping)
        return passed

    def tidy(self, retention_days: int) -> None:
        """Remove what is too old to be needed, once in a while; raises as ``run_once``."""
        now = self._clock.monotonic()
        if self._tidied_at is None or now - self._tidied_at >= HOUSEKEEPING_SECONDS:
            self._tidied_at = now
            removed, forgotten = self._inbox.purge(), forget(self._database, self._now_ms(), retention_days)
            log.info("tidied", extra={"events": removed, "keys": forgotten})

    def _writing_as(self) -> Active:
        try:
            active = read_active(self._active_file)
        except ActiveUnknown as error:
            raise NoWriter(str(error)) from error
        if active.role != "writer":
            raise NoWriter(f"this host is {active.role}")
        return active

    def _replay(self, session: Session, active: Active, waiting: Passed, stopping: Callable[[], bool]) -> Passed:
        passed = Passed()
        for some in _batches(self._inbox.done(), REPLAYED_AT_ONCE):
            passed += self._carry_out(session, _lacking(session, some), stopping)
        if waiting.left == passed.left == 0 and not stopping():
            _note_replay(session, active)
            log.warning("replayed", extra={"epoch": active.epoch, "term": active.term, "events": passed.applied})
        return passed

    def _carry_out(self, session: Session, events: Iterable[Waiting], stopping: Callable[[], bool]) -> Passed:
        passed = Passed()
        for one in events:
            if stopping():
                return passed + Passed(left=1)
            passed += self._one(session, one)
        return passed

    def _one(self, session: Session, one: Waiting) -> Passed:
        if self._clock.monotonic() < self._not_before.get(one.event.key, 0.0):
            return Passed(left=1)
        try:
            fresh = apply(session, one.event, self._now_ms())
        except NotServing:
            self._pause(one, FIRST_PAUSE_SECONDS)  # or one whose statements take too long would keep all others waiting
            raise
        except Unusable as error:
            return self._set_aside(one, str(error))
        except Exception as error:  # noqa: BLE001 - whatever one event does must not stop the others
            return self._failed(one, type(error).__name__)
        self._settle(one)
        metrics.events.labels("applied" if fresh else "before").inc()
        return Passed(applied=1) if fresh else Passed(before=1)

    def _settle(self, one: Waiting) -> None:
        self._not_before.pop(one.event.key, None)
        if one.box.startswith("waiting#"):
            self._inbox.move_to_done(one)

    def _failed(self, one: Waiting, reason: str) -> Passed:
        """Try again after a pause that doubles; the last time, set it aside."""
        if one.attempts + 1 >= MOST_ATTEMPTS:
            return self._set_aside(one, f"failed {one.attempts + 1} times, last with {reason}")
        self._inbox.note_failure(one, reason)
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**one.attempts)
        self._pause(one, pause)
        metrics.events.labels("failed").inc()
        log.warning("event failed", extra={"event": one.event.key, "reason": reason, "attempts": one.attempts + 1})
        return Passed(left=1)

    def _pause(self, one: Waiting, seconds: float) -> None:
        self._not_before[one.event.key] = self._clock.monotonic() + seconds

    def _set_aside(self, one: Waiting, reason: str) -> Passed:
        self._not_before.pop(one.event.key, None)
        self._inbox.set_aside(one, reason)
        metrics.events.labels("aside").inc()
        log.error("event set aside", extra={"event": one.event.key, "topic": one.event.topic, "reason": reason})
        return Passed(aside=1)


def _is_ready(session: Session, active: Active) -> bool:
    """Say whether the inbox has been replayed on this database in this term; raises `WrongSchema`."""
    with session.writing() as transaction:
        found = schema.version(transaction)
        if found != schema.EXPECTED:
            raise WrongSchema(f"the database has schema {found}, this code is for {schema.EXPECTED}")
        asked = "SELECT 1 FROM replayed_terms WHERE epoch = %s AND term = %s"
        return bool(transaction.rows(asked, active.epoch, active.term))


def _note_replay(session: Session, active: Active) -> None:
    try:
        with session.writing() as transaction:
            transaction.change("INSERT INTO replayed_terms VALUES (%s, %s)", active.epoch, active.term)
    except AlreadyThere:
        log.info("another worker has replayed")


def _lacking(session: Session, some: list[Waiting]) -> list[Waiting]:
    with session.writing() as transaction:
        there = applied_of(transaction, [one.event.key for one in some])
    return [one for one in some if one.event.key not in there]


def _batches(events: Iterator[Waiting], size: int) -> Iterator[list[Waiting]]:
    while some := list(itertools.islice(events, size)):
        yield some
