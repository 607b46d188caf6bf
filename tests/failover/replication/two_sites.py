"""Two sites, their clients and the replicators between them, where any call may fail or be the last one."""

import itertools
import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ReadTimeoutError

from failover.replication.delivery import Delivery
from failover.replication.lane import Lane, Tools
from failover.replication.losers import Loser
from failover.replication.marker_table import MarkerTable
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


def marker_table(client: Any, site: Site, table: str = TABLE) -> MarkerTable:
    """Return the marks of a table whose key is the text ``id``."""
    return MarkerTable(
        client=client,
        table=table,
        here=site,
        key_types={"id": "S"},
        ttl_attribute="expires",
        pool=AtOnce(),
        clock=StandingClock(),
        jitter=lambda: 0.5,
    )


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
        self.deletions: set[tuple[str, Version]] = set()
        self.expired: set[tuple[str, Version]] = set()
        self.numbers = itertools.count(1)

    def restore(self, keys: Iterable[str]) -> None:
        """Begin with items that were there before anybody stamped any: no stream tells of them."""
        for key in keys:
            value = {"S": f"{next(self.numbers)}"}
            for table in self.tables.values():
                table.items[key] = {"id": {"S": key}, "value": value}

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
        self.deletions |= {(key, after.version)} if after.deleted else set()

    def _request(self, key: str, verb: Any, site: Site, epoch: int) -> Write:
        value, named = {"S": f"{next(self.numbers)}"}, {"id": {"S": key}}
        own = {"own": {"S": site}} if self.rules.excluded else {}
        requests: dict[str, dict[str, Any]] = {
            "put": {"Item": {**named, "value": value, **own}},
            "put until": {"Item": {**named, "value": value, **own, "expires": {"N": "1"}}},
            "update": {
                "Key": named,
                "UpdateExpression": "SET #v = :v",
                "ExpressionAttributeNames": {"#v": "value"},
                "ExpressionAttributeValues": {":v": value},
            },
            "delete": {"Key": named},
        }
        return Write(verb=verb.split()[0], table=TABLE, request=requests[verb], key=named, epoch=epoch, here=site)

    def write_around(self, key: str, site: Site, verb: str = "put") -> None:
        """Write as one who knows nothing of stamps: some take it away, some keep it, some bring an old one."""
        table, named, value = self.tables[site], {"id": {"S": key}}, {"S": f"{next(self.numbers)}"}
        if verb == "delete":
            table.delete_item(TableName=TABLE, Key=named)
        elif verb == "update":
            table.update_item(
                TableName=TABLE, Key=named, UpdateExpression="SET value = :v", ExpressionAttributeValues={":v": value}
            )
        else:
            table.put_item(TableName=TABLE, Item={**self._copied(verb, key, site), **named, "value": value})

    def _copied(self, verb: str, key: str, site: Site) -> Mapping[str, Any]:
        images = [told["dynamodb"].get("NewImage", {}) for told in self.tables[site].records]
        return self.dice.choice(
            [{}, *(image for image in images if image.get("id") == {"S": key})] if verb == "copy" else [{}]
        )

    def expire(self, site: Site, *, tombstones: bool) -> None:
        """Let the service remove what has lived its time at one site."""
        table = self.tables[site]
        for key, item in list(table.items.items()):
            stamp = Stamp.of(item)
            if "expires" in item and (stamp is not None and stamp.deleted) == tombstones:
                self.expired |= {(key, stamp.version)} if stamp else set()
                table.expire(key)

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
                markers=marker_table(source, site),
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
        """Let everything arrive, without further faults; each change makes a few more, and those make none."""
        self.fates = ("",)
        most = sum(len(table.records) + 3 * self.waiting(site) for site, table in self.tables.items())
        self._carry_all()
        assert sum(len(table.records) for table in self.tables.values()) <= most

    def waiting(self, site: Site) -> int:
        """Count the records that a site's replicator has not carried over yet."""
        return len(self.tables[site].records) - self.done[site]

    def _carry_all(self) -> None:
        for _ in range(50):
            waiting = [site for site in SITES if self.waiting(site)]
            if not waiting:
                return
            for site in waiting:
                self.replicate(site, self.dice.choice((3, 7, 30)))
        raise AssertionError("replication does not come to rest")

    def lost(self) -> set[tuple[str, str]]:
        """Name the acknowledged writes that the final items were not made upon, from what the clients know."""
        lost = set()
        for key, made_upon in self.made_upon.items():
            held = Stamp.of(self.tables["primary"].items.get(key))
            lived = {version for item, version in self.expired if item == key}
            kept = self._ancestry(key, lived | ({held.version} if held else set()))
            lost |= {(key, str(one)) for one in made_upon if one not in kept}
        return lost

    def agreed(self) -> set[tuple[str, str]]:
        """Name the deletions, and what they deleted, that may have met a deletion of the other site."""
        named = set()
        for key in self.made_upon:
            gone = {version for item, version in self.deletions if item == key}
            if len({version.origin for version in gone}) == len(SITES) or any(item == key for item, _ in self.expired):
                named |= {(key, str(version)) for version in self._ancestry(key, gone)}
        return named

    def listed(self) -> set[tuple[str, str]]:
        """Name the writes that are listed, and those that these were made upon."""
        named = set(self.kept.losers)
        for key in self.made_upon:
            roots = {one for one in self.made_upon[key] if (key, str(one)) in self.kept.losers}
            named |= {(key, str(version)) for version in self._ancestry(key, roots)}
        return named

    def _ancestry(self, key: str, versions: set[Version]) -> set[Version]:
        found: set[Version] = set()
        made_upon = self._stamped_again(key) | self.made_upon[key]
        for version in versions:
            upon: Version | None = version
            while upon is not None and upon not in found:
                found.add(upon)
                upon = made_upon.get(upon)
        return found

    def _stamped_again(self, key: str) -> dict[Version, Version | None]:
        """Tell which versions are a client's write that a replicator has given a newer stamp, and of which one."""
        again: dict[Version, Version | None] = {}
        for record in itertools.chain.from_iterable(table.records for table in self.tables.values()):
            told = record["dynamodb"]
            old, new = told.get("OldImage", {}), told.get("NewImage", {})
            before, after = Stamp.of(old), Stamp.of(new)
            if told["Keys"] == {"id": {"S": key}} and before and after and _plain(old) == _plain(new):
                again[after.version] = before.version
        return again

    def plain(self, site: Site) -> dict[str, dict[str, Any]]:
        """Return a site's items as its applications see them."""
        stamps = {key: Stamp.of(item) for key, item in self.tables[site].items.items()}
        gone = {key for key, stamp in stamps.items() if stamp and stamp.deleted}
        items = self.tables[site].items
        return {key: _plain(items[key]) for key in items if key not in gone}


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != ATTRIBUTE}
