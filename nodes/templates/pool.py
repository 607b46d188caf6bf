"""Servers of one kind, as a proxy knows them: slots that the agent fills at run time."""

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, kw_only=True)
class ServerPool:
    """How many servers there may be at once, and how many requests or sessions each is given at once.

    ``filled`` are those that the agent has filled already. HAProxy 2.6 forgets them on a reload, even with a state
    file, which keeps a server's address only if it has a name; so the agent renders them before it reloads. At boot:
    none.

    Raises:
        ValueError: more servers than slots.
    """

    port: int
    slots: int = 16
    server_connections: int = 64
    filled: tuple[IPv4Address, ...] = ()

    def __post_init__(self) -> None:
        if len(self.filled) > self.slots:
            raise ValueError(f"{len(self.filled)} servers for {self.slots} slots: declare more slots")
