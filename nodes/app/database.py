"""One transaction at a time on the database that the tier names; plain SQL that both engines take.

A connection lives for one transaction: after a change of writer none is left over on the old one.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from nodes.app.active import ActiveUnknown, read_active
from nodes.app.engines import ENGINES, Cursor, Engine
from nodes.app.secret_files import secret
from nodes.app.settings import Address, Settings

Row = tuple[object, ...]


class NotServing(Exception):
    """Nothing can be had of the database now; the same may succeed later."""


class DatabaseAway(NotServing):
    """No answer, or one that says to try again. A commit without an answer may have been carried out."""


class NoWriter(NotServing):
    """No write was made: this host may not write now, or the database that it reached does not take any."""


class AlreadyThere(Exception):
    """A row with this key exists, and nothing of the transaction was carried out."""


class Transaction:
    """Statements with ``%s`` for values, as both drivers take them."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def rows(self, statement: str, *values: object) -> Sequence[Row]:
        """Return what a query finds."""
        self._cursor.execute(statement, values)
        return self._cursor.fetchall()

    def change(self, statement: str, *values: object) -> int:
        """Carry out a statement; return how many rows it found."""
        self._cursor.execute(statement, values)
        return self._cursor.rowcount


class Database:
    """Thread-safe: it holds addresses and no connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.engine: Engine = ENGINES[settings.engine]

    @contextlib.contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read from this site's own database.

        Raises:
            DatabaseAway: it gives no answer.
        """
        with self._transaction(self._settings.read_address) as transaction:
            yield transaction

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write to the tier's writer, if this host may; committed when the block ends without an error.

        Raises:
            NoWriter: nothing was written.
            DatabaseAway: nothing was written, unless the answer to the commit was lost.
            AlreadyThere: a key is taken; nothing was written.
        """
        with self._transaction(writer_of(self._settings.active_file)) as transaction:
            yield transaction

    @contextlib.contextmanager
    def _transaction(self, address: Address) -> Iterator[Transaction]:
        with _told_apart(self.engine):
            connection = self.engine.connect(address, self._settings.database, *_login(self._settings.credentials))
            with contextlib.closing(connection):
                yield Transaction(connection.cursor())
                connection.commit()


def writer_of(active_file: Path) -> Address:
    """Return the address of the database that this host may write to.

    Raises:
        NoWriter: with the reason.
    """
    try:
        active = read_active(active_file)
        if active.role != "writer" or active.writer is None:
            raise NoWriter(f"this host is {active.role} in epoch {active.epoch}, term {active.term}")
        return Address.parse(active.writer)
    except (ActiveUnknown, ValueError) as error:
        raise NoWriter(str(error)) from error


def _login(credentials: Path) -> tuple[str, str]:
    return secret(credentials, "user"), secret(credentials, "password")


@contextlib.contextmanager
def _told_apart(engine: Engine) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if engine.read_only(error):
            raise NoWriter("the database takes no writes") from error
        if engine.taken(error):
            raise AlreadyThere(type(error).__name__) from error
        if engine.away(error):
            raise DatabaseAway(type(error).__name__) from error
        raise
