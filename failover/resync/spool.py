"""What a comparison has read, on disk: tables of any size in the memory of a small one.

SQLite groups by an external merge sort once its cache is full, in files beside the checkpoint's or in ``SQLITE_TMPDIR``
(https://www.sqlite.org/tempfiles.html).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from failover.resync.checkpoint import Checkpoint
from failover.sites import Site

TABLES = """
CREATE TABLE IF NOT EXISTS held (name TEXT NOT NULL, site TEXT NOT NULL, state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS suspects (name TEXT PRIMARY KEY, "primary" BLOB, secondary BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS differences (name TEXT PRIMARY KEY, kind TEXT NOT NULL, line TEXT NOT NULL) WITHOUT ROWID;
"""
GATHER = """
INSERT OR IGNORE INTO suspects
SELECT name, max(CASE site WHEN 'primary' THEN state END), max(CASE site WHEN 'secondary' THEN state END)
FROM held GROUP BY name HAVING min(site) = max(site) OR min(state) <> max(state)
"""
AFTER = 'SELECT name, "primary", secondary FROM suspects WHERE name > ? ORDER BY name LIMIT ?'


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """An item that was not read alike at both sites, and the states that it was read in."""

    name: str
    states: dict[Site, bytes | None]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a closer look at a suspect gave: a difference, that it is alike, or that it moves: another look is due."""

    name: str
    difference: tuple[str, str] | None = None
    moving: dict[Site, bytes | None] | None = None


class Spool:
    """Lives in the checkpoint's file, so that both are of the same moment."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        with checkpoint.transaction() as store:
            for statement in TABLES.strip().split(";\n"):
                store.execute(statement)

    @property
    def gathered(self) -> bool:
        """Whether both tables were read to their end and compared."""
        return self._checkpoint.position("gathered").done

    def gather(self) -> None:
        """Compare what was read, and drop what is alike."""
        with self._checkpoint.transaction() as store:
            store.execute(GATHER)
            store.execute("DELETE FROM held")
            self._checkpoint.reached("gathered", None, {}, store)

    def suspects(self, batch: int) -> Iterator[list[Suspect]]:
        """Return all suspects, sorted by name; each batch may be judged before the next is asked for."""
        name = ""
        while True:
            with self._checkpoint.transaction() as store:
                rows = store.execute(AFTER, (name, batch)).fetchall()
            if not rows:
                return
            name = rows[-1][0]
            yield [Suspect(name=one[0], states={"primary": one[1], "secondary": one[2]}) for one in rows]

    def judge(self, verdicts: Iterable[Verdict]) -> None:
        """Keep what came of suspects."""
        with self._checkpoint.transaction() as store:
            for one in verdicts:
                if one.moving is not None:
                    values = (one.moving["primary"], one.moving["secondary"], one.name)
                    store.execute('UPDATE suspects SET "primary" = ?, secondary = ? WHERE name = ?', values)
                    continue
                store.execute("DELETE FROM suspects WHERE name = ?", (one.name,))
                if one.difference:
                    store.execute("INSERT OR REPLACE INTO differences VALUES (?, ?, ?)", (one.name, *one.difference))

    def left(self) -> int:
        """Count the suspects that nothing is known about yet."""
        with self._checkpoint.transaction() as store:
            return int(store.execute("SELECT count(*) FROM suspects").fetchone()[0])

    def kinds(self) -> dict[str, int]:
        """Count the differences by their kind."""
        with self._checkpoint.transaction() as store:
            return dict(store.execute("SELECT kind, count(*) FROM differences GROUP BY kind ORDER BY kind"))

    def lines(self, batch: int = 1000) -> Iterator[str]:
        """Return the differences, sorted by name, one line of JSON each."""
        name = ""
        while True:
            with self._checkpoint.transaction() as store:
                asked = "SELECT name, line FROM differences WHERE name > ? ORDER BY name LIMIT ?"
                rows = store.execute(asked, (name, batch)).fetchall()
            if not rows:
                return
            name = rows[-1][0]
            yield from (line for _, line in rows)
