"""The local database ports of an application node: real HAProxy before databases' first words."""

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from nodes.templates.application import DatabaseListener, SqlEngine, haproxy_configuration
from nodes.templates.pool import ServerPool
from tests.nodes.templates.site_under_test import Haproxy, folder, free_port, needs_haproxy, running_haproxy
from tests.waiting import eventually

pytestmark = needs_haproxy
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
GREETING = bytes.fromhex("5e0000000a") + b"5.5.5-10.11.19-MariaDB\0"


class Database:
    """Says its first words to each connection, then its own name to whatever it is told; silent while frozen."""

    def __init__(self, name: bytes, engine: SqlEngine) -> None:
        self.frozen = False
        self._name = name
        self._engine = engine
        self._listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                session, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(session,), daemon=True).start()

    def _talk(self, session: socket.socket) -> None:
        with session, contextlib.suppress(OSError):
            if self._engine is SqlEngine.MARIADB and not self.frozen:
                session.sendall(GREETING)
            while heard := session.recv(100):
                if not self.frozen:
                    session.sendall(b"N" if heard == SSL_REQUEST else self._name)


@dataclass(frozen=True)
class Node:
    """An application node's listener."""

    haproxy: Haproxy
    listener: DatabaseListener

    def who_writes(self) -> bytes:
        """Return the name of whoever is behind the writer's port, nothing if it refuses."""
        return ask(self.listener.writer_port)

    def who_reads(self) -> bytes:
        """Return the name of one that is behind the readers' port, nothing if it refuses."""
        return ask(self.listener.reader_port)


def listener_at(place: Path, engine: SqlEngine) -> DatabaseListener:
    """Return facts whose files are all in one folder."""
    return DatabaseListener(
        site="us-ord",
        engine=engine,
        readers=ServerPool(port=free_port(), slots=3),
        writer_port=free_port(),
        reader_port=free_port(),
        local_port=free_port(),
        runtime_directory=str(place),
        chroot=str(place),
        agent_group="root",
    )


@pytest.fixture
def node() -> Iterator[Node]:
    """A node that has just booted."""
    with folder() as place:
        listener = listener_at(place, SqlEngine.POSTGRESQL)
        with running_haproxy(haproxy_configuration(listener).text, place) as haproxy:
            yield Node(haproxy, listener)


@contextlib.contextmanager
def database(name: bytes, engine: SqlEngine = SqlEngine.POSTGRESQL) -> Iterator[Database]:
    """Yield a database that listens until the block ends."""
    with contextlib.closing(Database(name, engine)) as one:
        yield one


def connected(port: int) -> socket.socket:
    """Return a connection to a port of loopback."""
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def answer(session: socket.socket) -> bytes:
    """Say something and return what comes back; nothing if the connection was ended."""
    try:
        session.sendall(b"who?")
        return session.recv(100)
    except OSError:
        return b""


def ask(port: int) -> bytes:
    """Connect and return who answers; nothing if nobody does."""
    try:
        with connected(port) as session:
            return answer(session)
    except ConnectionError:
        return b""


def seen_up(engine: SqlEngine, port: int) -> bool:
    """Whether the rendered check takes whatever listens on a port of loopback for a database that is up."""
    with folder() as place:
        text = haproxy_configuration(listener_at(place, engine)).text
        with running_haproxy(text, place) as haproxy:
            haproxy.fill("writer/writer1", port)
            eventually(lambda: ",L7" in haproxy.say("show stat"), 10, "a check has ended")
            return ",L7OK," in haproxy.say("show stat")


def test_the_writer_port_refuses_at_once_until_the_agent_fills_it(node: Node) -> None:
    began = time.monotonic()
    assert node.who_writes() == b""
    assert node.who_reads() == b""
    assert time.monotonic() - began < 1
    with database(b"db-1") as writer:
        node.haproxy.fill("writer/writer1", writer.port)
        assert node.who_writes() == b"db-1"


def test_a_session_with_an_old_writer_ends_when_its_slot_is_emptied(node: Node) -> None:
    with database(b"db-1") as old, database(b"db-2") as new:
        node.haproxy.fill("writer/writer1", old.port)
        with connected(node.listener.writer_port) as pooled:
            assert answer(pooled) == b"db-1"
            node.haproxy.empty("writer/writer1")
            assert pooled.recv(100) == b""
        assert node.who_writes() == b""
        node.haproxy.fill("writer/writer1", new.port)
        assert node.who_writes() == b"db-2"


def test_readers_take_turns_and_the_writer_is_not_among_them(node: Node) -> None:
    with database(b"writer") as writer, database(b"db-2") as second, database(b"db-3") as third:
        node.haproxy.fill("writer/writer1", writer.port)
        node.haproxy.fill("reader/reader1", second.port)
        node.haproxy.fill("reader/reader2", third.port)
        assert {node.who_reads() for _ in range(6)} == {b"db-2", b"db-3"}


def test_the_writer_answers_reads_when_there_is_no_reader(node: Node) -> None:
    with database(b"writer") as writer:
        node.haproxy.fill("writer/writer1", writer.port)
        assert node.who_reads() == b"writer"


def test_readers_are_there_without_a_writer_and_take_no_writes(node: Node) -> None:
    with database(b"db-2") as reader:
        node.haproxy.fill("reader/reader1", reader.port)
        assert node.who_reads() == b"db-2"
        assert node.who_writes() == b""


@pytest.mark.parametrize("engine", list(SqlEngine))
def test_a_frozen_database_is_found_out_though_its_kernel_takes_connections(engine: SqlEngine) -> None:
    with folder() as place, database(b"db-1", engine) as writer:
        text = haproxy_configuration(listener_at(place, engine)).text
        with running_haproxy(text, place) as haproxy:
            haproxy.fill("writer/writer1", writer.port)
            eventually(lambda: "L7OK" in haproxy.say("show stat"), 5, "the check passes")
            writer.frozen = True
            eventually(lambda: not haproxy.is_up("writer/writer1"), 10, "the check notices")


def test_who_speaks_another_protocol_is_not_taken_for_a_database() -> None:
    with database(b"db-1", SqlEngine.MARIADB) as other:
        assert not seen_up(SqlEngine.POSTGRESQL, other.port)


def test_a_reload_keeps_rendered_readers_and_forgets_the_writer() -> None:
    with folder() as place, database(b"db-2") as reader:
        facts = listener_at(place, SqlEngine.POSTGRESQL)
        readers = haproxy_configuration(with_reader(facts, reader.port)).text
        with running_haproxy(readers, place) as haproxy:
            assert haproxy.is_up("reader/reader1")
            assert not haproxy.is_up("writer/writer1")


def with_reader(facts: DatabaseListener, port: int) -> DatabaseListener:
    """Return the facts as an agent knows them that has filled a reader's slot."""
    known = ServerPool(port=port, slots=3, filled=(IPv4Address("127.0.0.1"),))
    return dataclasses.replace(facts, readers=known)
