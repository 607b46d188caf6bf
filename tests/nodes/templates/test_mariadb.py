"""Rendered MariaDB: a member that starts closed, is opened, and is followed; real servers on loopback."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from nodes.templates.application import SqlEngine
from nodes.templates.mariadb import MariadbMember, files, role_file
from nodes.templates.members import Cluster, Member
from tests.nodes.templates.database_place import own_folder, own_tls, run_as, write
from tests.nodes.templates.site_under_test import ended, folder, free_port
from tests.nodes.templates.test_application_listener import seen_up
from tests.waiting import eventually

LOOPBACK = IPv4Address("127.0.0.1")
PASSWORD = "secret-of-the-test"
needs_mariadb = pytest.mark.skipif(
    any(shutil.which(one) is None for one in ("mariadbd", "openssl")) or os.geteuid() != 0,
    reason="needs root, and MariaDB: apt-get install -y mariadb-server openssl",
)


@dataclass(frozen=True)
class Server:
    """A member, and the file that it is started by."""

    facts: MariadbMember
    defaults: Path

    def ask(self, statement: str) -> str:
        """Return what a statement answers over the local socket to the administrator, columns separated by tabs."""
        socket = f"--socket={self.facts.runtime_directory}/mysqld.sock"
        return run_as("mysql", "mariadb", "--no-defaults", socket, "-u", "mysql", "-N", "-B", stdin=statement)

    def ask_by_network(self, statement: str, *options: str) -> str:
        """Return what a statement answers to the application over TLS, unless the options say otherwise."""
        target = ["-h", "127.0.0.1", "-P", str(self.facts.cluster.own.port), "-u", "shop", f"-p{PASSWORD}", "-N", "-B"]
        return run_as("mysql", "mariadb", "--no-defaults", *target, *options, stdin=statement)

    @contextlib.contextmanager
    def running(self) -> Iterator["Server"]:
        """Run it, with data of its own, until the block ends."""
        install = ["--auth-root-authentication-method=socket", "--auth-root-socket-user=mysql", "--skip-test-db"]
        own = [f"--defaults-file={self.defaults}", f"--tmpdir={self.facts.runtime_directory}"]
        run_as("mysql", "mariadb-install-db", *own, *install)
        with ended(["setpriv", "--reuid=mysql", "--regid=mysql", "--clear-groups", "mariadbd", *own]):
            eventually(self._answers, 60, f"{self.facts.cluster.own.name} answers")
            yield self

    def _answers(self) -> bool:
        try:
            return self.ask("select 1") == "1"
        except subprocess.CalledProcessError:
            return False


def server_at(place: Path, own: Member, others: tuple[Member, ...], server_id: int) -> Server:
    """Return a member of a site with the files that an agent writes before it starts one."""
    home = own_folder(place / own.label, "mysql")
    cluster = Cluster(
        own=own, neighbours=others, remote=(), applications=(IPv4Network("10.0.0.0/24"),), waits_for_neighbour=True
    )
    facts = MariadbMember(
        cluster=cluster, server_id=server_id, memory_mb=256, max_connections=20, tls=own_tls(home, "mysql"),
        data_directory=str(home / "data"), runtime_directory=str(home), role_directory=str(home / "role"),
    )  # fmt: skip
    own_folder(home / "data", "mysql")
    write((*files(facts)[1:], role_file(facts, in_site=True)))
    shutil.chown(home / "role", "mysql")
    defaults = home / "my.cnf"
    defaults.write_text(files(facts)[0].text)
    defaults.chmod(0o644)
    return Server(facts, defaults)


@dataclass(frozen=True)
class Two:
    """A writer and a member of its site, both running."""

    writer: Server
    follower: Server


@pytest.fixture
def two() -> Iterator[Two]:
    """All of them, running."""
    members = tuple(Member(name=f"db-us-ord-{number}", address=LOOPBACK, port=free_port()) for number in (1, 2, 3))
    with folder() as place:
        writer = server_at(place, members[0], (members[1], members[2]), 1)
        follower = server_at(place, members[1], (members[0], members[2]), 2)
        with writer.running(), follower.running():
            writer.ask(
                f"create user replicator identified by '{PASSWORD}' require ssl;"
                "grant replication slave on *.* to replicator; create database shop;"
                f"create user shop identified by '{PASSWORD}'; grant all on shop.* to shop"
            )
            yield Two(writer, follower)


@needs_mariadb
def test_a_writer_and_its_neighbour_live_by_the_rendered_files(two: Two) -> None:
    """One test: servers take seconds to start, and workers do not share them."""
    _the_check_of_an_application_node_takes_the_writer_for_up(two)
    _a_member_that_starts_takes_no_writes_from_applications(two)
    _a_member_lets_nobody_in_without_tls(two)
    _a_commit_is_acknowledged_by_the_replica_of_its_site(two)
    _a_member_refuses_a_position_that_its_own_log_is_past(two)
    _each_member_has_an_id_of_its_own(two)
    _mariadb_knows_every_setting(two)
    _a_replica_of_another_site_acknowledges_nothing(two)


def _the_check_of_an_application_node_takes_the_writer_for_up(two: Two) -> None:
    if shutil.which("haproxy"):
        assert seen_up(SqlEngine.MARIADB, two.writer.facts.cluster.own.port)
        assert two.writer.ask("select @@max_connect_errors") == "4294967295"


def _a_member_that_starts_takes_no_writes_from_applications(two: Two) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        two.writer.ask_by_network("create table shop.early (id int)")
    assert "--read-only" in refused.value.stderr


def _a_member_lets_nobody_in_without_tls(two: Two) -> None:
    assert two.writer.ask_by_network("select 1") == "1"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        two.writer.ask_by_network("select 1", "--skip-ssl")
    assert "Access denied" in refused.value.stderr


def _a_commit_is_acknowledged_by_the_replica_of_its_site(two: Two) -> None:
    """The agent's part: follow, then open the writer and let it wait."""
    port = two.writer.facts.cluster.own.port
    two.follower.ask(
        f"change master to master_host='127.0.0.1', master_port={port}, master_user='replicator',"
        f"master_password='{PASSWORD}', master_ssl=1, master_use_gtid=slave_pos; start slave"
    )
    two.writer.ask("set global rpl_semi_sync_master_enabled = on; set global read_only = off")
    eventually(lambda: "Rpl_semi_sync_master_clients\t1" in _status(two.writer), 20, "the replica follows")
    two.writer.ask_by_network("create table shop.orders (id int primary key); insert into shop.orders values (7)")
    assert "Rpl_semi_sync_master_no_tx\t0" in _status(two.writer)
    eventually(lambda: _orders(two.follower) == "7", 20, "the row arrives")


def _a_member_refuses_a_position_that_its_own_log_is_past(two: Two) -> None:
    strict = two.writer.ask("select @@gtid_strict_mode, @@gtid_domain_id, @@log_slave_updates, @@sync_binlog")
    assert strict == "1\t1\t1\t1"


def _each_member_has_an_id_of_its_own(two: Two) -> None:
    assert [one.ask("select @@server_id") for one in (two.writer, two.follower)] == ["1", "2"]


def _mariadb_knows_every_setting(two: Two) -> None:
    wrong = two.writer.defaults.with_name("wrong.cnf")
    for text, code in ((two.writer.defaults.read_text(), 0), ("[mariadbd]\ngtid_strikt_mode = ON\n", 7)):
        wrong.write_text(text)
        checked = ["mariadbd", f"--defaults-file={wrong}", "--user=mysql", "--help", "--verbose"]
        assert subprocess.run(checked, capture_output=True, timeout=30, check=False).returncode == code


def _a_replica_of_another_site_acknowledges_nothing(two: Two) -> None:
    texts = [role_file(two.writer.facts, in_site=in_site).text for in_site in (True, False)]
    assert ["slave_enabled = ON" in text for text in texts] == [True, False]


def _status(server: Server) -> str:
    return server.ask("show status like 'Rpl_semi_sync_master%'")


def _orders(server: Server) -> str:
    try:
        return server.ask("select id from shop.orders")
    except subprocess.CalledProcessError:
        return ""
