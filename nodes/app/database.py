"""One transaction at a time on the database that the tier names; plain SQL that both engines take.

A connection lives for one transaction, or one pass of the worker: after a change of writer none is left over.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from nodes.app.active import ActiveUnknown, read_active
from nodes.app.engines import ENGINES, Connection, Cursor, Engine
from nodes.app.secret_files import SecretUnusable, secret
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


class Writing(Protocol):
    """Whatever transactions can be written with."""

    def writing(self) -> contextlib.AbstractContextManager[Transaction]: ...


class Session:
    """One connection to the writer for many transactions, one after the other; for one thread."""

    def __init__(self, engine: Engine, connection: Connection, may_go_on: Callable[[], None]) -> None:
        self._engine = engine
        self._connection = connection
        self._may_go_on = may_go_on

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write, if this host still may, and to the same server; raises as `Database.writing`."""
        self._may_go_on()
        with _told_apart(self._engine), self._undone_on_error():
            yield Transaction(self._connection.cursor())
            self._connection.commit()

    @contextlib.contextmanager
    def _undone_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise


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
        with self._connected(self._settings.read_address) as connection, _told_apart(self.engine):
            yield Transaction(connection.cursor())

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write to the tier's writer, if this host may; committed when the block ends without an error.

        Raises:
            NoWriter: nothing was written.
            DatabaseAway: nothing was written, unless the answer to the commit was lost.
            AlreadyThere: a key is taken; nothing was written.
        """
        with self.session() as session, session.writing() as transaction:
            yield transaction

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Connect to the writer for many transactions.

        Raises:
            NoWriter, DatabaseAway: as ``writing``.
        """
        address = writer_of(self._settings.active_file)

        def may_go_on() -> None:
            now = writer_of(self._settings.active_file)
            if now != address:
                raise NoWriter(f"the writer is {now} now")

        with self._connected(address) as connection:
            yield Session(self.engine, connection, may_go_on)

    @contextlib.contextmanager
    def _connected(self, address: Address) -> Iterator[Connection]:
        with _told_apart(self.engine):
            connection = self.engine.connect(address, self._settings.database, *_login(self._settings.credentials))
        with contextlib.closing(connection):
            yield connection


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
    try:
        return secret(credentials, "user"), secret(credentials, "password")
    except SecretUnusable as error:
        raise DatabaseAway(str(error)) from error


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
