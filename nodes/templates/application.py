"""How an application node reaches its database: two local ports that never change, whoever the writer is.

Directives: https://docs.haproxy.org/2.6/configuration.html. Checks speak the first words of each protocol:
https://www.postgresql.org/docs/15/protocol-message-formats.html (SSLRequest),
https://mariadb.com/kb/en/connection/ (the server's greeting).
"""

from dataclasses import dataclass
from enum import StrEnum

from nodes.rendering import MachineFile, render
from nodes.templates.pool import ServerPool


class SqlEngine(StrEnum):
    """What speaks on the database port."""

    POSTGRESQL = "postgresql"
    MARIADB = "mariadb"


@dataclass(frozen=True, kw_only=True)
class DatabaseListener:
    """The local ports for writes and reads, and what may be behind them.

    The writer's slot is never rendered filled: after a reload, too, the agent says who it is.
    """

    site: str
    engine: SqlEngine
    readers: ServerPool
    writer_port: int
    reader_port: int
    local_port: int = 8404
    max_connections: int = 4_000
    runtime_directory: str = "/run/haproxy"
    chroot: str = "/var/lib/haproxy"
    agent_group: str = "lifeboat"


def haproxy_configuration(listener: DatabaseListener) -> MachineFile:
    """Return HAProxy's file for a machine that runs web or API servers, or a worker."""
    return MachineFile(path="/etc/haproxy/haproxy.cfg", text=render("application-haproxy.cfg.j2", listener))
