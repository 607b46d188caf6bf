"""Two sites, their clients and the replicators between them, where any call may fail or be the last one."""

import itertools
import random
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ReadTimeoutError

from failover.replication.delivery import Delivery
from failover.replication.lane import Lane, Tools
from failover.replication.losers import Loser
from failover.replication.meetings import Rules
from failover.replication.source import Source
from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from failover.replication.versioned_writes import VersionedWrites, Write
from failover.sites import Site, other
from tests.failover.model_table import refusal
from tests.failover.replication.model_site import ModelSite

TABLE = "orders"
RULES = Rules(ttl_attribute="expires")
SITES: tuple[Site, Site] = ("primary", "secondary")


class Crash(BaseException):
    """The process ends here."""


@dataclass
class Shaky:
    """A client whose calls go wrong as ``fate`` says before each: not, by an error, unheard, or by the end of all."""

    site: ModelSite
    fate: Callable[[], str]

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            fate = self.fate()
            if fate == "crash":
                raise Crash
            if fate == "throttled":
                raise refusal("ThrottlingException", operation)
            answer = getattr(self.site, operation)(**asked)
            if fate == "unheard":
                raise ReadTimeoutError(endpoint_url="x")
            if fate == "crash after":
                raise Crash
            return answer

        return call


class AtOnce(Executor):
    """Carries each call out when it is handed in."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class StandingClock:
    """Time that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Kept:
    """Losers, and records that could not be replicated, in memory."""

    losers: dict[tuple[str, str], Loser] = field(default_factory=dict)
    dead: list[Mapping[str, Any]] = field(default_factory=list)

    def note(self, loser: Loser) -> None:
        self.losers.setdefault((loser.key["id"]["S"], loser.version), loser)

    def keep(self, record: Mapping[str, Any], reason: str) -> None:
        self.dead.append({**record, "reason": reason})


class TwoSites:
    """The world of one history. ``fates`` says what becomes of each call of a replicator."""

    def __init__(self, dice: random.Random, fates: tuple[str, ...] = ("",), rules: Rules = RULES) -> None:
        self.dice = dice
        self.fates = fates
        self.rules = rules
        self.tables: dict[Site, ModelSite] = {site: ModelSite() for site in SITES}
        self.kept = Kept()
        self.epoch = 1
        self.active: Site = "primary"
        self.done: dict[Site, int] = dict.fromkeys(SITES, 0)
        self.made_upon: dict[str, dict[Version, Version | None]] = {}
        self.numbers = itertools.count(1)

    def write(self, key: str, verb: Any, *, site: Site, epoch: int, skew: int = 0) -> None:
        """Let a client write, as one that believes in this epoch and whose host's time is so wrong (microseconds)."""
        table = self.tables[site]
        before = Stamp.of(table.items.get(key))
        now = int(table.clock * 1_000_000) + skew
        writes = VersionedWrites(now=lambda: now, ttl_attribute="expires", tombstone_seconds=10**6)
        writes.carry_out(table, self._request(key, verb, site, epoch))  # type: ignore[arg-type]
        after = Stamp.of(table.items[key])
        assert after is not None
        assert before is None or after.version > before.version
        self.made_upon.setdefault(key, {})[after.version] = before.version if before else None

    def _request(self, key: str, verb: Any, site: Site, epoch: int) -> Write:
        value, named = {"S": f"{next(self.numbers)}"}, {"id": {"S": key}}
        requests: dict[str, dict[str, Any]] = {
            "put": {"Item": {**named, "value": value}},
            "update": {
                "Key": named,
                "UpdateExpression": "SET #v = :v",
                "ExpressionAttributeNames": {"#v": "value"},
                "ExpressionAttributeValues": {":v": value},
            },
            "delete": {"Key": named},
        }
        return Write(verb=verb, table=TABLE, request=requests[verb], key=named, epoch=epoch, here=site)

    def write_around(self, key: str, site: Site, *, delete: bool = False) -> None:
        """Write as somebody does who knows nothing of stamps."""
        table = self.tables[site]
        if delete:
            table.delete_item(TableName=TABLE, Key={"id": {"S": key}})
        else:
            table.put_item(TableName=TABLE, Item={"id": {"S": key}, "value": {"S": f"{next(self.numbers)}"}})

    def replicate(self, site: Site, most: int, *, again: int = 0) -> None:
        """Let a new process carry the next records over, and ``again`` some before them; a crash forgets all."""
        first = max(0, self.done[site] - again)
        batch = self.tables[site].records[first : first + again + most]
        try:
            report = self._lane(site).carry(batch, until=5.0)
        except Crash:
            return
        failed = {int(sequence) - 1 for sequence in report.failed}
        self.done[site] = max(self.done[site], min(failed, default=first + len(batch)))

    def _lane(self, site: Site) -> Lane:
        there, kept = other(site), self.kept
        source: Any = Shaky(self.tables[site], self._fate)
        target: Any = Shaky(self.tables[there], self._fate)
        return Lane(
            Tools(
                here=site,
                rules=self.rules,
                delivery=Delivery(client=target, table=TABLE, key_name="id", rules=self.rules, losers=kept),
                source=self._source(source, site),
                dead_letters=kept,
                pool=AtOnce(),
                clock=StandingClock(),
                jitter=lambda: 0.5,
            )
        )

    def _source(self, source: Any, site: Site) -> Source:
        return Source(
            client=source,
            table=TABLE,
            key_name="id",
            here=site,
            rules=self.rules,
            losers=self.kept,
            epoch_of=self._epoch_of,
            tombstone_seconds=10**6,
        )

    def _fate(self) -> str:
        return self.dice.choice(self.fates)

    def _epoch_of(self, site: Site) -> int | None:
        return self.epoch if site == self.active else None

    def come_to_rest(self) -> None:
        """Let everything arrive, without further faults."""
        self.fates = ("",)
        for _ in range(50):
            waiting = [site for site in SITES if self.done[site] < len(self.tables[site].records)]
            if not waiting:
                return
            for site in waiting:
                self.replicate(site, 7)
        raise AssertionError("replication does not come to rest")

    def lost(self) -> set[tuple[str, str]]:
        """Name the acknowledged writes that the final items were not made upon, from what the clients know."""
        lost = set()
        for key, made_upon in self.made_upon.items():
            held = Stamp.of(self.tables["primary"].items.get(key))
            kept: set[Version] = set()
            version = held.version if held else None
            while version is not None and version not in kept:
                kept.add(version)
                version = made_upon.get(version)
            lost |= {(key, str(one)) for one in made_upon if one not in kept}
        return lost

    def plain(self, site: Site) -> dict[str, dict[str, Any]]:
        """Return a site's items as its applications see them."""
        stamps = {key: Stamp.of(item) for key, item in self.tables[site].items.items()}
        gone = {key for key, stamp in stamps.items() if stamp and stamp.deleted}
        items = self.tables[site].items
        return {key: {n: v for n, v in items[key].items() if n != ATTRIBUTE} for key in items if key not in gone}
