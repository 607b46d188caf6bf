"""Sends what an outbox holds, in order, to wherever the tier's row says now."""

import enum
import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, Unpack

from botocore.exceptions import ParamValidationError

from failover.acknowledgement import Acknowledgement, UncertainWrite
from failover.call_failed import CALL_ERRORS, CallError, CallFailed, Unreachable
from failover.failures import code_of
from failover.outbox import Kept, Outbox
from failover.table_metrics import Metrics, NoMetrics
from failover.table_requests import DeleteItem, PutItem, UpdateItem
from failover.write_grants import NotWritable

log = logging.getLogger(__name__)

FOR_GOOD = frozenset(
    {
        "ConditionalCheckFailedException",
        "ItemCollectionSizeLimitExceededException",
        "SerializationException",
        "ValidationException",
    }
)
MISTAKES = (ParamValidationError, TypeError)  # the second: a parameter that the method does not take


class Replayed(Protocol):
    """The part of a `RegionalTable` that replays need."""

    name: str

    def put_item(self, **request: Unpack[PutItem]) -> Acknowledgement: ...

    def delete_item(self, **request: Unpack[DeleteItem]) -> Acknowledgement: ...

    def update_item(self, **request: Unpack[UpdateItem]) -> Acknowledgement: ...


class Fate(enum.Enum):
    """What became of one write that was tried."""

    SENT = enum.auto()
    PARKED = enum.auto()
    ITEM_WAITS = enum.auto()  # others of its table may do better
    TABLE_WAITS = enum.auto()  # nothing of this table can be sent now


@dataclass(frozen=True, kw_only=True)
class Pass:
    """What one pass over the outbox did, and how many wait still; ``held`` is False if another process is at it."""

    held: bool
    sent: int = 0
    parked: int = 0
    waiting: int = 0


class Replayer:
    """Replays in a daemon thread (``start``) or when told (``replay``); of all that share the file, one at a time.

    Each write gets a fresh grant, so it goes to the site that the row names then. A put or delete without a sure answer
    is sent again; an update is parked. Refused for good, a write is parked too. Refused for want of a permission or a
    table, it waits until that is mended.
    """

    def __init__(
        self,
        outbox: Outbox,
        tables: Iterable[Replayed],
        *,
        every_seconds: float = 1.0,
        metrics: Metrics | None = None,
    ) -> None:
        self._outbox = outbox
        self._tables: Mapping[str, Replayed] = {table.name: table for table in tables}
        self._every_seconds = every_seconds
        self._metrics = metrics or NoMetrics()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread = threading.Thread(target=self._run, name="outbox-replay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the write under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def replay(self) -> Pass:
        """Go through the outbox once, first to last; what cannot be sent now stays, and all of its item behind it."""
        with self._outbox.lease() as held:
            fates = self._go_through() if held else Counter[Fate]()
        depth = self._outbox.depth()
        self._metrics.outbox(depth.waiting, depth.parked, depth.size, depth.oldest_seconds)
        return Pass(held=held, sent=fates[Fate.SENT], parked=fates[Fate.PARKED], waiting=depth.waiting)

    def _go_through(self) -> Counter[Fate]:
        self._outbox.park_cut_off()
        fates, number = Counter[Fate](), 0
        tables, items = set(self._tables), set[tuple[str, str]]()
        while not self._stopped.is_set() and tables and (kept := self._outbox.after(number, tables)):
            number = kept.number
            fate = Fate.ITEM_WAITS if (kept.table, kept.item_key) in items else self._try(kept)
            fates[fate] += 1
            if fate is Fate.ITEM_WAITS:
                items.add((kept.table, kept.item_key))
            elif fate is Fate.TABLE_WAITS:
                tables.discard(kept.table)
        return fates

    def _try(self, kept: Kept) -> Fate:
        once_only = kept.operation == "update_item"
        if once_only:
            self._outbox.sending(kept.number)
        fate = self._sent(kept, once_only)
        if once_only and fate in (Fate.ITEM_WAITS, Fate.TABLE_WAITS):
            self._outbox.not_sent(kept.number)
        return fate

    def _sent(self, kept: Kept, once_only: bool) -> Fate:
        table = self._tables[kept.table]
        try:
            getattr(table, kept.operation)(**kept.request)
        except UncertainWrite as error:
            return self._parked(kept, str(error)) if once_only else Fate.ITEM_WAITS
        except (NotWritable, Unreachable):
            return Fate.TABLE_WAITS
        except CallFailed:
            return Fate.ITEM_WAITS
        except (*CALL_ERRORS, TypeError) as error:
            return self._refused(kept, error)
        self._outbox.remove(kept.number)
        return Fate.SENT

    def _refused(self, kept: Kept, error: CallError | TypeError) -> Fate:
        if code_of(error) in FOR_GOOD or isinstance(error, MISTAKES):
            return self._parked(kept, f"{error}; an attempt before this one may have been carried out")
        log.error("outbox refused", extra={"table": kept.table, "number": kept.number, "reason": str(error)})
        return Fate.TABLE_WAITS

    def _parked(self, kept: Kept, reason: str) -> Fate:
        log.error("outbox write parked", extra={"table": kept.table, "number": kept.number, "reason": reason})
        self._outbox.park(kept.number, reason)
        return Fate.PARKED

    def _run(self) -> None:
        while not self._stopped.wait(self._every_seconds):
            try:
                self.replay()
            except (sqlite3.Error, OSError) as error:
                log.error("outbox unreadable", extra={"reason": str(error)})
            except Exception:
                log.exception("outbox pass failed")
