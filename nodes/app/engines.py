"""The two databases' drivers, as far as they differ: how to connect, what an error means, a lock."""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import psycopg
import pymysql
import pymysql.constants.CLIENT
import pymysql.constants.ER

from nodes.app.settings import Address, EngineName

CONNECT_SECONDS = 2  # libpq takes no less: https://www.postgresql.org/docs/15/libpq-connect.html
STATEMENT_SECONDS = 3
DEAD_PEER_SECONDS = 4  # a little longer than a statement, so that the server's own word comes first
# https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference
MARIADB_READ_ONLY = {pymysql.constants.ER.OPTION_PREVENTS_STATEMENT, 1792, 1836}
MARIADB_CONSTRAINT_FAILED = 4025  # the driver has this fault of the data among those of the server


class Cursor(Protocol):
    """What both drivers' cursors have in common."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, statement: str, values: Sequence[object], /) -> object: ...

    def fetchall(self) -> Sequence[tuple[object, ...]]: ...


class Connection(Protocol):
    """What both drivers' connections have in common."""

    def cursor(self) -> Cursor: ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


class Engine(Protocol):
    """One kind of database; ``first`` is carried out before the schema's first file.

    An error that is of none of its three kinds is of the data in a statement.
    """

    def connect(self, address: Address, database: str, user: str, password: str) -> Connection: ...

    def read_only(self, error: Exception) -> bool: ...

    def taken(self, error: Exception) -> bool: ...

    def away(self, error: Exception) -> bool: ...

    @property
    def first(self) -> Sequence[str]: ...

    @property
    def lock(self) -> str: ...

    @property
    def read_only_query(self) -> str: ...


class PostgreSQL:
    """https://www.postgresql.org/docs/15/runtime-config-client.html has the limits of a session."""

    first = ()
    lock = "SELECT pg_advisory_xact_lock(hashtext(%s))"
    read_only_query = "SHOW transaction_read_only"

    def connect(self, address: Address, database: str, user: str, password: str) -> Connection:
        """Connect; a peer that vanished is given up by TCP's own timers."""
        limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        connection = psycopg.connect(
            host=address.host,
            port=address.port,
            dbname=database,
            user=user,
            password=password,
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=DEAD_PEER_SECONDS * 1000,
            keepalives_idle=2,
            keepalives_interval=1,
            keepalives_count=2,
            options=" ".join(f"-c {limit}={STATEMENT_SECONDS * 1000}" for limit in limits),
        )
        return cast("Connection", connection)

    def read_only(self, error: Exception) -> bool:
        """Say whether the server takes no writes: a replica, or fenced."""
        return isinstance(error, psycopg.errors.ReadOnlySqlTransaction)

    def taken(self, error: Exception) -> bool:
        """Say whether a key is there already."""
        return isinstance(error, psycopg.errors.UniqueViolation)

    def away(self, error: Exception) -> bool:
        """Say whether the fault is not the statement's data, so that the same may succeed later."""
        kinds = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, psycopg.ProgrammingError)
        return isinstance(error, kinds)


class MariaDB:
    """https://mariadb.com/docs/server/server-usage/basics/aborting-statements has the limit of a statement."""

    # A server's own default may be latin1, and its comparisons blind for case and for spaces at the end.
    first = ("ALTER DATABASE CHARACTER SET = utf8mb4 COLLATE = utf8mb4_nopad_bin",)
    lock = f"SELECT GET_LOCK(%s, {STATEMENT_SECONDS})"
    read_only_query = "SELECT @@global.read_only"

    def connect(self, address: Address, database: str, user: str, password: str) -> Connection:
        """Connect; FOUND_ROWS lets an update that changes nothing count its row, as PostgreSQL does."""
        connection = pymysql.connect(
            host=address.host,
            port=address.port,
            database=database,
            user=user,
            password=password,
            charset="utf8mb4",
            client_flag=pymysql.constants.CLIENT.FOUND_ROWS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=DEAD_PEER_SECONDS,
            write_timeout=DEAD_PEER_SECONDS,
            init_command=(
                f"SET SESSION max_statement_time = {STATEMENT_SECONDS}, innodb_lock_wait_timeout = {STATEMENT_SECONDS},"
                " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"
            ),
        )
        return cast("Connection", connection)

    def read_only(self, error: Exception) -> bool:
        """Say whether the server takes no writes: ``read_only``, or a read-only transaction."""
        return isinstance(error, pymysql.MySQLError) and bool(error.args) and error.args[0] in MARIADB_READ_ONLY

    def taken(self, error: Exception) -> bool:
        """Say whether a key is there already."""
        return isinstance(error, pymysql.IntegrityError) and error.args[0] == pymysql.constants.ER.DUP_ENTRY

    def away(self, error: Exception) -> bool:
        """Say whether the fault is not the statement's data, so that the same may succeed later."""
        kinds = (pymysql.OperationalError, pymysql.InterfaceError, pymysql.InternalError, pymysql.ProgrammingError)
        return isinstance(error, kinds) and error.args[:1] != (MARIADB_CONSTRAINT_FAILED,)


ENGINES: Mapping[EngineName, Engine] = {"postgresql": PostgreSQL(), "mariadb": MariaDB()}
