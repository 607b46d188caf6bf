"""Rendered PostgreSQL: a writer, a replica of its site and one of the other site, real servers on loopback."""

import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
import yaml

from nodes.templates.application import SqlEngine
from nodes.templates.members import Cluster, Member, TooFewNeighbours
from nodes.templates.monitoring import postgresql_queries
from nodes.templates.postgresql import Following, PostgresqlMember, files, role_file
from tests.nodes.templates.database_place import own_folder, own_tls, run_as, write
from tests.nodes.templates.site_under_test import ended, folder, free_port
from tests.nodes.templates.test_application_listener import seen_up
from tests.nodes.templates.test_units import METRICS
from tests.waiting import eventually, seen_within

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "secret-of-the-test"
LOOPBACK = IPv4Address("127.0.0.1")
needs_postgresql = pytest.mark.skipif(
    not (PROGRAMS / "postgres").exists() or shutil.which("openssl") is None or os.geteuid() != 0,
    reason="needs root, and PostgreSQL 15: apt-get install -y postgresql openssl",
)


@dataclass(frozen=True)
class Server:
    """A member whose cluster may be started."""

    facts: PostgresqlMember

    def ask(self, statement: str, user: str = "postgres") -> str:
        """Return what a statement answers over the local socket, columns separated by a bar."""
        own = self.facts
        where = ["--host", own.runtime_directory, "--port", str(own.cluster.own.port), "--username", user]
        return run_as("postgres", str(PROGRAMS / "psql"), *where, "-XAtd", "postgres", stdin=statement)

    @contextlib.contextmanager
    def running(self) -> Iterator["Server"]:
        """Run it until the block ends."""
        config = f"{self.facts.configuration_directory}/postgresql.conf"
        with ended(["runuser", "-u", "postgres", "--", str(PROGRAMS / "postgres"), "-c", f"config_file={config}"]):
            eventually(self._answers, 30, f"{self.facts.cluster.own.name} answers")
            yield self
            run_as("postgres", str(PROGRAMS / "pg_ctl"), "-D", self.facts.data_directory, "-m", "immediate", "stop")

    def _answers(self) -> bool:
        try:
            return self.ask("select 1") == "1"
        except subprocess.CalledProcessError:
            return False


def members() -> tuple[Member, ...]:
    """Return three members of one site and one of the other."""
    names = ("db-us-ord-1", "db-us-ord-2", "db-us-ord-3", "db-us-lax-1")
    return tuple(Member(name=name, address=LOOPBACK, port=free_port()) for name in names)


def server_at(place: Path, cluster: Cluster) -> Server:
    """Return a member with its files written, but for its data."""
    own = own_folder(place / cluster.own.label, "postgres")
    facts = PostgresqlMember(
        cluster=cluster, database="shop", memory_mb=256, max_connections=20, tls=own_tls(own, "postgres"),
        data_directory=str(own / "data"), configuration_directory=str(own / "etc"), runtime_directory=str(own),
        role_file=str(own / "role" / "role.conf"),
    )  # fmt: skip
    write(files(facts))
    for made in ("etc", "role"):
        (own / made).mkdir(exist_ok=True)
        shutil.chown(own / made, "postgres")
    return Server(facts)


def seen_from(own: Member, everybody: tuple[Member, ...]) -> Cluster:
    """Return the cluster as one of its members sees it."""
    site = [one for one in everybody if one.name[:9] == own.name[:9] and one is not own]
    away = [one for one in everybody if one.name[:9] != own.name[:9]]
    return Cluster(
        own=own, neighbours=tuple(site), remote=tuple(away), applications=(IPv4Network("10.0.0.0/24"),),
        waits_for_neighbour=len(site) > 1,
    )  # fmt: skip


def follow(follower: Server, upstream: Server) -> None:
    """Copy a running member and make the copy follow it."""
    own, its = follower.facts, upstream.facts.cluster.own
    passfile = Path(own.runtime_directory) / "pgpass"
    passfile.write_text(f"*:*:*:replicator:{PASSWORD}\n")
    passfile.chmod(0o600)
    shutil.chown(passfile, "postgres")
    upstream.ask(f"select pg_create_physical_replication_slot('{own.cluster.own.label}', true)")
    following = Following(
        own=own.cluster.own, upstream=its, in_site=its in own.cluster.neighbours, tls=own.tls, passfile=str(passfile)
    )
    write((role_file(own, following),))
    source = f"host=127.0.0.1 port={its.port} user=replicator passfile={passfile} sslmode=require"
    run_as("postgres", str(PROGRAMS / "pg_basebackup"), "-D", own.data_directory, "-d", source, "-c", "fast")
    standby = Path(own.data_directory) / "standby.signal"
    standby.touch()
    shutil.chown(standby, "postgres")


@dataclass(frozen=True)
class Three:
    """A writer and two that follow it, all running."""

    writer: Server
    near: Server
    far: Server
    near_runs: contextlib.ExitStack

    def followers(self) -> str:
        """Return who follows, and whether commits wait for it."""
        return self.writer.ask(
            "select application_name, state, sync_state from pg_stat_replication where state = 'streaming' order by 1"
        )


@pytest.fixture
def three() -> Iterator[Three]:
    """All of them, running."""
    everybody = members()
    with folder() as place, contextlib.ExitStack() as running:
        writer, near, far = (server_at(place, seen_from(everybody[number], everybody)) for number in (0, 1, 3))
        initdb = [str(PROGRAMS / "initdb"), "-D", writer.facts.data_directory, "-A", "reject", "--no-sync"]
        run_as("postgres", *initdb)
        running.enter_context(writer.running())
        writer.ask(
            "set synchronous_commit = local; create role replicator login replication password 'secret-of-the-test'"
        )
        follow(near, writer)
        follow(far, writer)
        running.enter_context(far.running())
        near_runs = running.enter_context(contextlib.ExitStack())
        near_runs.enter_context(near.running())
        yield Three(writer, near, far, near_runs)


@needs_postgresql
def test_a_writer_its_neighbour_and_a_remote_replica_live_by_the_rendered_files(three: Three) -> None:
    """One test: servers take seconds to start, and workers do not share them."""
    _the_check_of_an_application_node_takes_the_writer_for_up(three)
    _every_query_of_the_exporter_is_answered(three)
    _commits_wait_for_a_member_of_the_own_site_and_never_for_the_other(three)
    _what_is_written_arrives_at_both_replicas(three)
    _only_a_replica_of_the_own_site_holds_back_vacuum(three)
    _postgresql_reads_every_line_of_every_file(three)
    _nobody_comes_in_over_the_network_without_tls_or_from_elsewhere(three)
    _a_replica_that_is_promoted_takes_writes_by_the_same_file(three)
    _no_password_is_in_a_file_that_a_member_is_given(three)
    _a_commit_is_not_acknowledged_while_no_neighbour_has_it(three)


def _the_check_of_an_application_node_takes_the_writer_for_up(three: Three) -> None:
    if shutil.which("haproxy"):
        own = three.writer.facts.cluster.own
        assert seen_up(SqlEngine.POSTGRESQL, own.port)


def _every_query_of_the_exporter_is_answered(three: Three) -> None:
    told = yaml.safe_load(postgresql_queries(METRICS).text)
    assert len(told) == 4
    for server, name in itertools.product((three.writer, three.near), told):
        answer = server.ask(f"select count(*) from ({told[name]['query']}) asked")  # noqa: S608 our own queries
        assert answer.isdigit(), name


def _commits_wait_for_a_member_of_the_own_site_and_never_for_the_other(three: Three) -> None:
    wanted = "db_us_lax_1|streaming|async\ndb_us_ord_2|streaming|quorum"
    assert seen_within(20, lambda: three.followers() == wanted), three.followers()


def _what_is_written_arrives_at_both_replicas(three: Three) -> None:
    three.writer.ask("create table arrived (id int); insert into arrived values (7)")
    for replica in (three.near, three.far):
        eventually(lambda one=replica: _arrived(one), 20, "the row arrives")  # type: ignore[misc]


def _only_a_replica_of_the_own_site_holds_back_vacuum(three: Three) -> None:
    feedback = [one.ask("show hot_standby_feedback") for one in (three.near, three.far)]
    assert feedback == ["on", "off"]


def _postgresql_reads_every_line_of_every_file(three: Three) -> None:
    for server in (three.writer, three.near, three.far):
        assert server.ask("select count(*) from pg_hba_file_rules where error is not null") == "0"
        assert server.ask("select count(*) from pg_file_settings where error is not null") == "0"


def _nobody_comes_in_over_the_network_without_tls_or_from_elsewhere(three: Three) -> None:
    target = f"host=127.0.0.1 port={three.writer.facts.cluster.own.port} dbname=postgres"
    for options in ("user=replicator sslmode=disable replication=true", "user=postgres sslmode=require"):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            run_as("postgres", str(PROGRAMS / "psql"), f"{target} {options}", "-c", "select 1")
        assert "pg_hba.conf rejects" in refused.value.stderr


def _a_replica_that_is_promoted_takes_writes_by_the_same_file(three: Three) -> None:
    three.far.ask("select pg_promote(true, 20)")
    assert three.far.ask("select pg_is_in_recovery(); show synchronous_standby_names") == "f"
    three.far.ask("create table promoted (id int)")


def _a_commit_is_not_acknowledged_while_no_neighbour_has_it(three: Three) -> None:
    """The last one: it takes the neighbour away."""
    three.near_runs.close()
    assert seen_within(20, lambda: "db_us_ord_2" not in three.followers())
    waiting = [str(PROGRAMS / "psql"), "-h", three.writer.facts.runtime_directory, "-p"]
    port = str(three.writer.facts.cluster.own.port)
    with ended(["runuser", "-u", "postgres", "--", *waiting, port, "-c", "create table never (id int)"]) as commit:
        seen = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
        eventually(lambda: three.writer.ask(seen) == "1", 10, "the commit waits")
        assert commit.poll() is None
        three.writer.ask("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")


def _no_password_is_in_a_file_that_a_member_is_given(three: Three) -> None:
    for server in (three.writer, three.near, three.far):
        written = [*Path(server.facts.configuration_directory).glob("*.conf"), Path(server.facts.role_file)]
        assert not [path for path in written if path.exists() and PASSWORD in path.read_text()]


def test_waiting_for_a_lone_neighbour_is_refused() -> None:
    one, two, *_ = members()
    with pytest.raises(TooFewNeighbours, match="db-us-ord-1 has 1 neighbours"):
        Cluster(own=one, neighbours=(two,), remote=(), applications=(), waits_for_neighbour=True)


def _arrived(server: Server) -> bool:
    try:
        return server.ask("select id from arrived") == "7"
    except subprocess.CalledProcessError:
        return False
