"""How far a run has come, in a file: whatever ends the process, the same command goes on from the last page.

Each page is one transaction of SQLite's write-ahead log, so that a position is never ahead of what was done for it
(https://www.sqlite.org/wal.html). The file belongs to one process at a time.
"""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from failover.replication.stamps import Item
from failover.resync.digests import key_named, name_of

CACHE_KIB = 8192
TABLES = """
CREATE TABLE IF NOT EXISTS about (run TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lanes (lane TEXT PRIMARY KEY, after TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (what TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
"""
COUNT = "INSERT INTO counts VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET n = n + excluded.n"


class OtherRun(ValueError):
    """The file is of another run, is in use, or is no checkpoint."""


@dataclass(frozen=True)
class Position:
    """Where a lane goes on: ``after`` this key, from its beginning, or nowhere as it is done."""

    after: Item | None = None
    done: bool = False


class Checkpoint:
    """Thread-safe. ``run`` names what is done to what: a file of another run is refused."""

    def __init__(self, path: Path, run: Mapping[str, object]) -> None:
        self.path = path
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._store = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)
        try:
            self._open(json.dumps(run, sort_keys=True))
        except sqlite3.DatabaseError as error:
            self._store.close()
            raise OtherRun(f"{path}: {error}; another run may have it, or name another --checkpoint") from error
        except OtherRun:
            self._store.close()
            raise

    def _open(self, run: str) -> None:
        """Keep the file to this process; what is sorted is sorted in files, or memory would grow with the table."""
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL", "temp_store=FILE"):
            self._store.execute(f"PRAGMA {pragma}")
        self._store.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        self._store.executescript(TABLES)
        held = self._store.execute("SELECT run FROM about").fetchone()
        if held is None:
            self._store.execute("INSERT INTO about VALUES (?)", (run,))
        elif held[0] != run:
            raise OtherRun(f"{self.path} is of the run {held[0]}, not {run}; end that, remove it, or name another")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of what is done inside, or nothing."""
        with self._lock:
            self._store.execute("BEGIN IMMEDIATE")
            try:
                yield self._store
            except BaseException:
                self._store.execute("ROLLBACK")
                raise
            self._store.execute("COMMIT")

    def position(self, lane: str) -> Position:
        """Say where a lane goes on."""
        with self._lock:
            found = self._store.execute("SELECT after FROM lanes WHERE lane = ?", (lane,)).fetchone()
        if found is None:
            return Position()
        return Position(after=key_named(found[0])) if found[0] else Position(done=True)

    def reached(self, lane: str, after: Item | None, counts: Mapping[str, int], store: sqlite3.Connection) -> None:
        """Note, in a transaction, that a lane is done up to a key, or to its end."""
        name = name_of(after) if after else None
        store.execute("INSERT OR REPLACE INTO lanes VALUES (?, ?)", (lane, name))
        store.executemany(COUNT, list(counts.items()))

    def counts(self) -> Counter[str]:
        """Return what was counted since the run began, by this process and those before it."""
        with self._lock:
            return Counter(dict(self._store.execute("SELECT what, n FROM counts")))

    def close(self) -> None:
        """Let go of the file; the next process goes on."""
        with self._lock:
            self._store.close()

    def remove(self) -> None:
        """Let go of the file and delete it: the run is over."""
        self.close()
        self.path.unlink(missing_ok=True)
