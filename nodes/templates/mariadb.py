"""MariaDB on a member of the database: one configuration for writer, replica and remote replica.

Settings: https://mariadb.com/kb/en/gtid/, https://mariadb.com/kb/en/semisynchronous-replication/.
"""

from dataclasses import dataclass, field

from nodes.rendering import MachineFile, render
from nodes.templates.members import Cluster, TlsFiles


@dataclass(frozen=True, kw_only=True)
class MariadbMember:
    """What is known of a member before it has a role. ``server_id`` is its own among all members of both sites."""

    cluster: Cluster
    server_id: int
    memory_mb: int
    max_connections: int = 200
    tls: TlsFiles = field(default_factory=TlsFiles)
    data_directory: str = "/var/lib/mysql"
    runtime_directory: str = "/run/mysqld"
    role_directory: str = "/var/lib/lifeboat/mariadb"


@dataclass(frozen=True, kw_only=True)
class Acknowledging:
    """Whether a member acknowledges what it has received: to a writer of its own site that waits for one."""

    acknowledges: bool


def files(member: MariadbMember) -> tuple[MachineFile, ...]:
    """Return the file that holds in every role; it comes after all of the distribution's."""
    return (_file("/etc/mysql/mariadb.conf.d/90-lifeboat.cnf", render("mariadb.cnf.j2", member)),)


def role_file(member: MariadbMember, *, in_site: bool) -> MachineFile:
    """Return the file for a member that follows one of its own site, or one of the other."""
    role = Acknowledging(acknowledges=in_site and member.cluster.waits_for_neighbour)
    return _file(f"{member.role_directory}/role.cnf", render("mariadb-role.cnf.j2", role))


def _file(path: str, text: str) -> MachineFile:
    return MachineFile(path=path, text=text, mode=0o640, owner="mysql")
