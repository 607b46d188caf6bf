"""Writes that could not be sent, kept in a file until they can be; in order for each item.

One SQLite file for all processes of one host; no network file system. It holds the requests in clear, so it is made
with mode 0600. A write that was added survives the process, by ``synchronous=FULL`` the host's crash as well
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from failover.request_text import from_text, to_text

Operation = Literal["put_item", "update_item", "delete_item"]

MOST_WRITES = 100_000
MOST_BYTES = 256_000_000
BUSY_SECONDS = 10.0
MODE = 0o600
CUT_OFF = "an attempt was cut off and may have been carried out; read before writing it again"
COLUMNS = "number, table_name, item_key, operation, request"
SCHEMA = """
CREATE TABLE IF NOT EXISTS writes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL, item_key TEXT NOT NULL,
    operation TEXT NOT NULL, added_at REAL NOT NULL, sending INTEGER NOT NULL DEFAULT 0, parked TEXT,
    size INTEGER NOT NULL, request TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS waiting ON writes (table_name, item_key) WHERE parked IS NULL;
CREATE INDEX IF NOT EXISTS listed ON writes (number) WHERE parked IS NOT NULL;
CREATE INDEX IF NOT EXISTS sizes ON writes (size);
"""


class OutboxFull(Exception):
    """The outbox holds as much as it may, so this write was not kept. ``failure`` is why it was to be kept."""

    def __init__(self, detail: str, failure: Exception | None = None) -> None:
        super().__init__(detail)
        self.failure = failure


class OutboxForked(Exception):
    """The outbox was opened before this process was forked: a connection must not be shared. Open it in each worker."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A write in the outbox: ``request`` is what the method ``operation`` of the table takes."""

    number: int
    table: str
    item_key: str
    operation: Operation
    text: str

    @property
    def request(self) -> Mapping[str, Any]:
        """Read what was kept; a pass skips many that wait behind another without doing so."""
        return from_text(self.text)


@dataclass(frozen=True, kw_only=True)
class Parked(Kept):
    """A write that was taken out of the order and is never sent again: ``reason`` is why, a person decides."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Depth:
    """What an outbox holds; the age is by the host's own clock, and nothing is decided by it."""

    waiting: int
    parked: int
    size: int
    oldest_seconds: float


class Outbox:
    """Thread-safe, and safe between processes. ``most_writes`` and ``most_bytes`` bound it, parked writes included."""

    def __init__(
        self,
        path: Path,
        *,
        most_writes: int = MOST_WRITES,
        most_bytes: int = MOST_BYTES,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._path = path
        self._most_writes = most_writes
        self._most_bytes = most_bytes
        self._now = now
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._file = _opened(path)

    def close(self) -> None:
        """Close the file; what it holds stays."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def holds(self, table: str, item_key: str) -> bool:
        """Say whether a write of this item waits, so that later ones must wait behind it."""
        asked = "SELECT 1 FROM writes WHERE table_name = ? AND item_key = ? AND parked IS NULL LIMIT 1"
        with self._connection() as file:
            return file.execute(asked, (table, item_key)).fetchone() is not None

    def add(self, table: str, item_key: str, operation: Operation, request: Mapping[str, Any]) -> int:
        """Keep a write behind all others; return its number.

        Raises:
            OutboxFull: there is no room for it.
            NotText: the request cannot be kept, and could not be sent.
            sqlite3.Error: the file cannot be written.
        """
        text = to_text(request)
        size = len(text.encode())
        with self._changing() as file:
            writes, kept = file.execute("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM writes").fetchone()
            if writes >= self._most_writes or kept + size > self._most_bytes:
                raise OutboxFull(f"{self._path} holds {writes} writes of {kept} bytes; {operation} was not kept")
            added = file.execute(
                "INSERT INTO writes (table_name, item_key, operation, added_at, size, request)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (table, item_key, operation, self._now(), size, text),
            )
            return int(added.lastrowid or 0)

    def after(self, number: int, tables: Collection[str]) -> Kept | None:
        """Return the first write after ``number`` that waits for one of these tables; None if there is none."""
        where = f"number > ? AND parked IS NULL AND table_name IN ({', '.join('?' * len(tables))})"
        # Not by an index, or all that waits would be sorted each time.
        asked = f"SELECT {COLUMNS} FROM writes NOT INDEXED WHERE {where} ORDER BY number LIMIT 1"  # noqa: S608 - only question marks are put in
        with self._connection() as file:
            row = file.execute(asked, (number, *tables)).fetchone()
        return _kept(row) if row else None

    def sending(self, number: int) -> None:
        """Note that an attempt begins which must not be made twice; should nothing follow, it is parked."""
        self._change("UPDATE writes SET sending = 1 WHERE number = ?", number)

    def not_sent(self, number: int) -> None:
        """Note that the attempt surely did nothing: the write waits on."""
        self._change("UPDATE writes SET sending = 0 WHERE number = ?", number)

    def remove(self, number: int) -> None:
        """Forget a write: it was acknowledged, or a person has dealt with a parked one."""
        self._change("DELETE FROM writes WHERE number = ?", number)

    def park(self, number: int, reason: str) -> None:
        """Take a write out of the order."""
        self._change("UPDATE writes SET parked = ?, sending = 0 WHERE number = ?", reason, number)

    def park_cut_off(self) -> None:
        """Park what was being sent when a replayer died; only for who holds the lease."""
        self._change("UPDATE writes SET parked = ?, sending = 0 WHERE sending = 1", CUT_OFF)

    def parked(self) -> list[Parked]:
        """List what was taken out of the order, the oldest first."""
        with self._connection() as file:
            rows = file.execute(
                f"SELECT {COLUMNS}, parked FROM writes WHERE parked IS NOT NULL ORDER BY number"  # noqa: S608 - a constant
            ).fetchall()
        return [Parked(**vars(_kept(row[:-1])), reason=row[-1]) for row in rows]

    def depth(self) -> Depth:
        """Say how much there is."""
        all_of_them = "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM writes"
        listed = "SELECT COUNT(*) FROM writes WHERE parked IS NOT NULL"
        oldest = "SELECT added_at FROM writes NOT INDEXED WHERE parked IS NULL ORDER BY number LIMIT 1"
        with self._connection() as file:
            writes, size = file.execute(all_of_them).fetchone()
            (parked,) = file.execute(listed).fetchone()
            first = file.execute(oldest).fetchone()
        age = max(0.0, self._now() - first[0]) if first else 0.0
        return Depth(waiting=writes - parked, parked=parked, size=size, oldest_seconds=age)

    @contextlib.contextmanager
    def lease(self) -> Iterator[bool]:
        """Hold the right to replay, if nobody else does: False if so.

        A lock of the kernel, and no row with a time: it ends with its process, and a holder that stood still for long
        cannot find itself beside another one, whose later writes its own would undo.
        """
        held = os.open(self._path.with_name(f"{self._path.name}.replayer"), os.O_CREAT | os.O_RDWR, MODE)
        try:
            yield _locked(held)
        finally:
            os.close(held)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        if os.getpid() != self._process:
            raise OutboxForked(f"{self._path} was opened by process {self._process}; open it in each worker")
        with self._lock:
            yield self._file

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Write in one transaction that began before the first read, so that no other process is in between."""
        with self._connection() as file:
            file.execute("BEGIN IMMEDIATE")
            try:
                yield file
                file.execute("COMMIT")
            except BaseException:
                if file.in_transaction:
                    file.execute("ROLLBACK")
                raise

    def _change(self, statement: str, *values: object) -> None:
        with self._changing() as file:
            file.execute(statement, values)


def _kept(row: tuple[int, str, str, Operation, str]) -> Kept:
    number, table, item_key, operation, text = row
    return Kept(number=number, table=table, item_key=item_key, operation=operation, text=text)


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file, one opener at a time, or two could change a new file's mode of journal at once."""
    with _alone_in(path.parent):
        _make(path)
        file = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        file.executescript(SCHEMA)
    return file


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _make(path: Path) -> None:
    """Make the file so that it never has another mode; SQLite's own files beside it take that mode.

    One that is there is not opened: closing it would end the locks that SQLite has on it in this process
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, MODE))


def _locked(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
