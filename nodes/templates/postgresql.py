"""PostgreSQL on a member of the database: one configuration for writer, replica and remote replica.

Settings: https://www.postgresql.org/docs/15/runtime-config-replication.html,
https://www.postgresql.org/docs/15/auth-pg-hba-conf.html.
"""

from dataclasses import dataclass, field

from nodes.rendering import MachineFile, render
from nodes.templates.members import Cluster, Member, TlsFiles


@dataclass(frozen=True, kw_only=True)
class PostgresqlMember:
    """What is known of a member before it has a role.

    ``database`` is the application's database and role, ``slot_keep_gb`` how much of the log a follower that is away
    may hold back.
    """

    cluster: Cluster
    database: str
    memory_mb: int
    version: int = 15
    max_connections: int = 200
    slot_keep_gb: int = 8
    tls: TlsFiles = field(default_factory=TlsFiles)
    data_directory: str = "/var/lib/postgresql/15/main"
    configuration_directory: str = "/etc/postgresql/15/main"
    runtime_directory: str = "/run/postgresql"
    role_file: str = "/var/lib/lifeboat/postgresql/role.conf"


@dataclass(frozen=True, kw_only=True)
class Following:
    """Whom a member follows for now. ``in_site`` says whether that is a member of its own site."""

    own: Member
    upstream: Member
    in_site: bool
    tls: TlsFiles = field(default_factory=TlsFiles)
    passfile: str = "/etc/lifeboat/secrets/replicator.pgpass"


def files(member: PostgresqlMember) -> tuple[MachineFile, ...]:
    """Return the files that hold in every role."""
    names = ("postgresql.conf", "pg_hba.conf", "pg_ident.conf")
    return tuple(_file(f"{member.configuration_directory}/{name}", render(f"{name}.j2", member)) for name in names)


def role_file(member: PostgresqlMember, following: Following) -> MachineFile:
    """Return the file that makes a member follow another; a writer has an empty one."""
    return _file(member.role_file, render("postgresql-role.conf.j2", following))


def _file(path: str, text: str) -> MachineFile:
    return MachineFile(path=path, text=text, mode=0o640, owner="postgres")
