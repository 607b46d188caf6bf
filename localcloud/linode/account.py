"""Everything one account owns, in memory, behind one lock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Generic, TypeVar

from localcloud.linode.entities.database import Database
from localcloud.linode.entities.domain import Domain, Record
from localcloud.linode.entities.event import Event
from localcloud.linode.entities.instance import ConfigProfile, Disk, Instance, LinodeInterface
from localcloud.linode.entities.lock import Lock
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


@dataclass(kw_only=True)
class Account:
    """One account. Hold ``lock`` for a whole operation; ``quotas`` limits how many of a kind there may be."""

    clock: Callable[[], datetime] = utc_now
    lock: AbstractContextManager[bool] = field(default_factory=threading.RLock)
    quotas: dict[str, int] = field(default_factory=dict)
    tokens: Table[int, Token] = field(default_factory=Table)
    users: Table[str, User] = field(default_factory=Table)
    ssh_keys: Table[int, SshKey] = field(default_factory=Table)
    events: Table[int, Event] = field(default_factory=Table)
    domains: Table[int, Domain] = field(default_factory=Table)
    records: Table[int, Record] = field(default_factory=Table)
    instances: Table[int, Instance] = field(default_factory=Table)
    disks: Table[int, Disk] = field(default_factory=Table)
    configs: Table[int, ConfigProfile] = field(default_factory=Table)
    interfaces: Table[int, LinodeInterface] = field(default_factory=Table)
    addresses: Table[str, Address] = field(default_factory=Table)
    ipv6_ranges: Table[str, Ipv6Range] = field(default_factory=Table)
    vpcs: Table[int, Vpc] = field(default_factory=Table)
    subnets: Table[int, Subnet] = field(default_factory=Table)
    firewalls: Table[int, Firewall] = field(default_factory=Table)
    devices: Table[int, Device] = field(default_factory=Table)
    placement_groups: Table[int, PlacementGroup] = field(default_factory=Table)
    nodebalancers: Table[int, NodeBalancer] = field(default_factory=Table)
    port_configs: Table[int, PortConfig] = field(default_factory=Table)
    nodes: Table[int, Node] = field(default_factory=Table)
    vpc_configs: Table[int, VpcConfig] = field(default_factory=Table)
    volumes: Table[int, Volume] = field(default_factory=Table)
    databases: Table[int, Database] = field(default_factory=Table)
    buckets: Table[tuple[str, str], Bucket] = field(default_factory=Table)
    access_keys: Table[int, AccessKey] = field(default_factory=Table)
    locks: Table[int, Lock] = field(default_factory=Table)
    ids: Iterator[int] = field(default_factory=partial(count, FIRST_ID))

    def __post_init__(self) -> None:
        self._add_owner()

    def _add_owner(self) -> None:
        number, now = self.new_id(), self.now()
        owner = User(username=OWNER, email=f"{OWNER}@example.com", restricted=False, created=now)
        token = Token(id=number, label=OWNER, scopes=EVERYTHING, token=OWNER, created=now, username=OWNER)
        self.users.put(OWNER, owner)
        self.tokens.put(number, token)

    def new_id(self) -> int:
        """Give a number that nothing of the account has, of whatever kind."""
        return next(self.ids)

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
