"""Machines of a database, as each of them knows the others. Who is the writer stands in no file: the agent knows."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network


class TooFewNeighbours(ValueError):
    """A durability that the declared machines cannot keep up when one of them is lost."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One machine of the database."""

    name: str
    address: IPv4Address
    port: int

    @property
    def label(self) -> str:
        """Its name where only letters, digits and underscores may stand: slots, names of replicas."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A member, the others of its site, those of the other site, and who may ask them.

    ``waits_for_neighbour`` makes a commit wait for one other member of the site, never for the other site.

    Raises:
        TooFewNeighbours: commits would wait for ever as soon as the only neighbour is lost.
    """

    own: Member
    neighbours: tuple[Member, ...]
    remote: tuple[Member, ...]
    applications: tuple[IPv4Network, ...]
    waits_for_neighbour: bool

    def __post_init__(self) -> None:
        if self.waits_for_neighbour and len(self.neighbours) < 2:
            raise TooFewNeighbours(
                f"{self.own.name} has {len(self.neighbours)} neighbours; waiting for one takes 2 that it may be"
            )

    @property
    def others(self) -> tuple[Member, ...]:
        """All members but this one: any may be followed, or follow."""
        return self.neighbours + self.remote


@dataclass(frozen=True, kw_only=True)
class TlsFiles:
    """Where a member's certificate, its key and the authorities of its peers are."""

    certificate: str = "/etc/lifeboat/tls/database.pem"
    key: str = "/etc/lifeboat/tls/database.key"
    authorities: str = "/etc/lifeboat/tls/authorities.pem"
