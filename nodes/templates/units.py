"""systemd's units: services, the agent, databases, the copying of files. What depends on a role has no ``[Install]``.

Directives: https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html.
"""

from dataclasses import dataclass

from nodes.rendering import MachineFile, render

RELEASE = "/opt/lifeboat/current"


@dataclass(frozen=True, kw_only=True)
class HttpService:
    """A service that runs gunicorn by itself. ``credential`` is the file of the database's secret.

    ``graceful_seconds`` are for being looked past by balancers and for finishing what is under way.
    """

    name: str
    module: str
    memory_mb: int
    arguments: tuple[str, ...] = ()
    graceful_seconds: int = 45
    credential: str = "/etc/lifeboat/secrets/database"
    release: str = RELEASE


@dataclass(frozen=True, kw_only=True)
class ActiveOnlyService:
    """A program that runs where the writer is, such as a queue's worker."""

    name: str
    module: str
    memory_mb: int
    graceful_seconds: int = 20
    credential: str = "/etc/lifeboat/secrets/database"
    release: str = RELEASE


@dataclass(frozen=True, kw_only=True)
class Agent:
    """The node's agent. ``writable`` are the directories of this pool's own configuration."""

    writable: tuple[str, ...] = ()
    release: str = RELEASE


@dataclass(frozen=True, kw_only=True)
class PostgresqlUnit:
    """PostgreSQL, as the agent starts it."""

    memory_mb: int
    program: str = "/usr/lib/postgresql/15/bin/postgres"
    configuration: str = "/etc/postgresql/15/main/postgresql.conf"
    data_directory: str = "/var/lib/postgresql"


@dataclass(frozen=True, kw_only=True)
class MariadbUnit:
    """MariaDB, as the agent starts it."""

    memory_mb: int
    program: str = "/usr/sbin/mariadbd"
    configuration: str = "/etc/mysql/my.cnf"
    data_directory: str = "/var/lib/mysql"


@dataclass(frozen=True, kw_only=True)
class FileCopy:
    """Files that a standby fetches from the active site. ``kept`` is where what they replace goes."""

    directory: str
    every_seconds: int = 30
    owner: str = "lifeboat-files"
    key: str = "/etc/lifeboat/secrets/files.key"
    known_hosts: str = "/etc/lifeboat/files.known_hosts"
    kept: str = "/var/lib/lifeboat/files-replaced"
    program: str = "/usr/bin/rsync"


def http_unit(service: HttpService) -> MachineFile:
    """Return the unit of a service, which every boot starts: a standby answers reads."""
    return _unit(f"lifeboat-{service.name}.service", render("service-http.service.j2", service))


def active_only_unit(service: ActiveOnlyService) -> MachineFile:
    """Return the unit of a program that only the agent starts."""
    return _unit(f"lifeboat-{service.name}.service", render("service-worker.service.j2", service))


def agent_unit(agent: Agent) -> MachineFile:
    """Return the agent's own unit."""
    return _unit("lifeboat-agent.service", render("service-agent.service.j2", agent))


def postgresql_unit(database: PostgresqlUnit) -> MachineFile:
    """Return PostgreSQL's unit, which only the agent starts."""
    return _unit("lifeboat-postgresql.service", render("service-postgresql.service.j2", database))


def mariadb_unit(database: MariadbUnit) -> MachineFile:
    """Return MariaDB's unit, which only the agent starts."""
    return _unit("lifeboat-mariadb.service", render("service-mariadb.service.j2", database))


def file_copy_units(copy: FileCopy) -> tuple[MachineFile, MachineFile]:
    """Return the unit that fetches once, and its timer; only the agent starts them."""
    service = _unit("lifeboat-files.service", render("service-files.service.j2", copy))
    return service, _unit("lifeboat-files.timer", render("timer-files.timer.j2", copy))


def _unit(name: str, text: str) -> MachineFile:
    return MachineFile(path=f"/etc/systemd/system/{name}", text=text)
