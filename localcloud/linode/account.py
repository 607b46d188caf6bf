"""Everything one account owns, in memory, behind one lock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Generic, TypeVar

from localcloud.linode.entities.domain import Domain, Record
from localcloud.linode.entities.event import Event
from localcloud.linode.entities.instance import ConfigProfile, Disk, Instance, LinodeInterface
from localcloud.linode.entities.network import Address, Device, Firewall, Ipv6Range, PlacementGroup, Subnet, Vpc
from localcloud.linode.entities.nodebalancer import Node, NodeBalancer, PortConfig, VpcConfig
from localcloud.linode.entities.profile import EVERYTHING, SshKey, Token, User
from localcloud.linode.entities.storage import AccessKey, Bucket, Volume
from localcloud.linode.json_values import stamp
from localcloud.linode.refusals import invalid, not_found

OWNER = "embedded"
"""The name of the account's owner, and the text of the token that may do everything."""

LIMIT_REACHED = "Account Limit reached. Please open a support ticket."
FIRST_ID = 1001
T = TypeVar("T")
K = TypeVar("K", int, str, tuple[str, str])


class Table(Generic[K, T]):
    """The objects of one kind by their keys, oldest first."""

    def __init__(self) -> None:
        self._rows: dict[K, T] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._rows.values()))

    def get(self, key: K | None) -> T | None:
        """Give an object, or None if there is none."""
        return None if key is None else self._rows.get(key)

    def need(self, key: K) -> T:
        """Give an object.

        Raises:
            Refused: there is none (404).
        """
        if key not in self._rows:
            raise not_found()
        return self._rows[key]

    def put(self, key: K, row: T) -> T:
        """Keep an object, in place of an older one with its key."""
        self._rows[key] = row
        return row

    def remove(self, key: K) -> T:
        """Take an object away and give it.

        Raises:
            Refused: there is none (404).
        """
        row = self.need(key)
        del self._rows[key]
        return row

    def copy(self) -> dict[K, T]:
        """Give the rows as they are now."""
        return dict(self._rows)

    def restore(self, rows: dict[K, T]) -> None:
        """Go back to former rows."""
        self._rows = rows

    def where(self, wanted: Callable[[T], bool]) -> list[T]:
        """Give the objects that are wanted."""
        return [row for row in self._rows.values() if wanted(row)]


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class Account:
    """One account. Hold ``lock`` for a whole operation; ``quotas`` limits how many of a kind there may be."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.quotas: dict[str, int] = {}
        self.tokens: Table[int, Token] = Table()
        self.users: Table[str, User] = Table()
        self.ssh_keys: Table[int, SshKey] = Table()
        self.events: Table[int, Event] = Table()
        self.domains: Table[int, Domain] = Table()
        self.records: Table[int, Record] = Table()
        self.instances: Table[int, Instance] = Table()
        self.disks: Table[int, Disk] = Table()
        self.configs: Table[int, ConfigProfile] = Table()
        self.interfaces: Table[int, LinodeInterface] = Table()
        self.addresses: Table[str, Address] = Table()
        self.ipv6_ranges: Table[str, Ipv6Range] = Table()
        self.vpcs: Table[int, Vpc] = Table()
        self.subnets: Table[int, Subnet] = Table()
        self.firewalls: Table[int, Firewall] = Table()
        self.devices: Table[int, Device] = Table()
        self.placement_groups: Table[int, PlacementGroup] = Table()
        self.nodebalancers: Table[int, NodeBalancer] = Table()
        self.port_configs: Table[int, PortConfig] = Table()
        self.nodes: Table[int, Node] = Table()
        self.vpc_configs: Table[int, VpcConfig] = Table()
        self.volumes: Table[int, Volume] = Table()
        self.buckets: Table[tuple[str, str], Bucket] = Table()
        self.access_keys: Table[int, AccessKey] = Table()
        self._ids = count(FIRST_ID)
        self._add_owner()

    def _add_owner(self) -> None:
        number, now = self.new_id(), self.now()
        owner = User(username=OWNER, email=f"{OWNER}@example.com", restricted=False, created=now)
        token = Token(id=number, label=OWNER, scopes=EVERYTHING, token=OWNER, created=now, username=OWNER)
        self.users.put(OWNER, owner)
        self.tokens.put(number, token)

    def new_id(self) -> int:
        """Give a number that nothing of the account has, of whatever kind."""
        return next(self._ids)

    def now(self) -> str:
        """Give the time as the API writes it."""
        return stamp(self.clock())

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undo what an operation did that does not come to its end."""
        tables = [table for table in vars(self).values() if isinstance(table, Table)]
        former = [table.copy() for table in tables]
        try:
            yield
        except Exception:
            for table, rows in zip(tables, former, strict=True):
                table.restore(rows)
            raise

    def check_quota(self, kind: str, owned: int) -> None:
        """Refuse one more of a kind than the account may own.

        Raises:
            Refused: its limit is reached (400).
        """
        if owned >= self.quotas.get(kind, owned + 1):
            raise invalid(LIMIT_REACHED)
