"""Real PostgreSQL and MariaDB servers on loopback, in a temporary directory, by a user that is not root."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql
import pytest

from nodes.app.settings import Address, EngineName
from tests.waiting import eventually

START_SECONDS = 60.0
USER, PASSWORD = "shop", secrets.token_hex(8)
NOT_ROOT = "nobody" if os.geteuid() == 0 else None  # servers refuse to run as root
LIBRARY = Path("/usr/lib/postgresql")


@dataclass(frozen=True, kw_only=True)
class SqlServer:
    """A server that runs; ``admin`` carries out a statement outside any transaction."""

    engine: EngineName
    address: Address

    def admin(self, statement: str, database: str = "") -> Sequence[tuple[object, ...]]:
        """Carry out one statement."""
        if self.engine == "postgresql":
            return _postgresql(self.address, statement, database)
        return _mariadb(self.address, statement, database)

    def create(self, name: str) -> None:
        """Make an empty database."""
        self.admin(f"CREATE DATABASE {name}")

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.admin(f"DROP DATABASE {name}" + (" WITH (FORCE)" if self.engine == "postgresql" else ""))


def _postgresql(address: Address, statement: str, database: str) -> Sequence[tuple[object, ...]]:
    where = {"host": address.host, "port": address.port, "user": USER, "password": PASSWORD}
    with psycopg.connect(**where, dbname=database or "postgres", autocommit=True) as connection:  # type: ignore[arg-type]
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


def _mariadb(address: Address, statement: str, database: str) -> Sequence[tuple[object, ...]]:
    where = {"host": address.host, "port": address.port, "user": USER, "password": PASSWORD}
    with pymysql.connect(**where, database=database or None, autocommit=True) as connection:  # type: ignore[call-overload]
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())


@contextlib.contextmanager
def sql_server(engine: EngineName) -> Iterator[SqlServer]:
    """Start a server and end it; skip, with the command that installs it, where it is missing."""
    with tempfile.TemporaryDirectory(prefix=f"lifeboat-{engine}-") as folder:
        _hand_over(Path(folder))
        address = Address("127.0.0.1", free_port())
        command = (
            _postgresql_made(Path(folder), address) if engine == "postgresql" else _mariadb_made(Path(folder), address)
        )
        with subprocess.Popen(command, user=NOT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                server = SqlServer(engine=engine, address=address)
                eventually(lambda: _answers(server, running), START_SECONDS, f"{engine} answers")
                yield server
            finally:
                running.kill()


def _postgresql_made(folder: Path, address: Address) -> list[str]:
    binaries = _found("postgresql", sorted(LIBRARY.glob("*/bin/initdb"))).parent
    login = folder / "login"
    login.write_text(PASSWORD)
    _hand_over(login)
    initdb = [binaries / "initdb", "-D", folder / "data", "-U", USER, f"--pwfile={login}", "-A", "scram-sha-256"]
    _run([*map(str, initdb), "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"])
    settings = {
        "listen_addresses": address.host,
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "60",
    }
    chosen = [f"-c{name}={value}" for name, value in settings.items()]
    return [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(address.port), *chosen]


def _mariadb_made(folder: Path, address: Address) -> list[str]:
    install = _found("mariadb-server", _on_path("mariadb-install-db"))
    server = _found("mariadb-server", _on_path("mariadbd", "/usr/sbin"))
    data, grants = folder / "data", folder / "grants.sql"
    grants.write_text(f"GRANT ALL ON *.* TO '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';")
    _hand_over(grants)
    _run(
        [
            str(install),
            "--no-defaults",
            f"--datadir={data}",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ]
    )
    return [
        str(server),
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={folder}/socket",
        f"--bind-address={address.host}",
        f"--port={address.port}",
        f"--init-file={grants}",
        "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=32M",
    ]


def _answers(server: SqlServer, running: "subprocess.Popen[bytes]") -> bool:
    assert running.poll() is None, f"{server.engine} ended with {running.returncode}"
    try:
        return bool(server.admin("SELECT 1"))
    except (psycopg.OperationalError, pymysql.MySQLError):
        return False


def _found(package: str, paths: Sequence[Path]) -> Path:
    if not paths:
        pytest.skip(f"no {package} here: apt-get install {package}")
    return paths[-1]


def _on_path(name: str, folder: str = "") -> list[Path]:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), folder]))
    return [Path(found)] if found else []


def _run(command: list[str]) -> None:
    done = subprocess.run(command, user=NOT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _hand_over(path: Path) -> None:
    if NOT_ROOT:
        os.chown(path, pwd.getpwnam(NOT_ROOT).pw_uid, -1)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
