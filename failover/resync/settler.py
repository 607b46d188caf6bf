"""Makes one item alike at both sites, step by step, by what replication itself does to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.replication.changes import Change
from failover.replication.delivery import Delivery
from failover.replication.losers import Loser, Losers
from failover.replication.meetings import Rules
from failover.replication.shipments import Around, Image, Shipment, told
from failover.replication.source import Source
from failover.replication.stamps import Item, Stamp
from failover.replication.writing import Contended
from failover.resync.digests import name_of
from failover.resync.rate import Patience
from failover.resync.settling import Act, Pair, Step, next_step
from failover.resync.tables import SiteTable
from failover.sites import Site, other

MOST_STEPS = 8


@dataclass(frozen=True, kw_only=True)
class Way:
    """One direction: what stamps items at a site, what brings them to the other, and where losers are kept there."""

    source: Source
    delivery: Delivery
    losers: Losers


@dataclass(frozen=True, kw_only=True)
class Settler:
    """``ways`` are by the site that they lead from; ``at`` is AWS time, seconds since the epoch, for stamps."""

    tables: Mapping[Site, SiteTable]
    ways: Mapping[Site, Way]
    rules: Rules
    first: Site
    at: float
    patience: Patience

    def settle(self, key: Item, pair: Pair, *, one_way: bool = False) -> list[str]:
        """Do what is to do until the item is alike or was delivered; return what was done, in order.

        Raises:
            Contended: it changed again and again.
            Stopped: it is no longer wanted.
            BotoCoreError, ClientError: a table did not answer, or refused.
        """
        done: list[str] = []
        while len(done) < MOST_STEPS:
            step = next_step(key, pair, self.first, self.rules, one_way=one_way)
            if step is None:
                return done
            done.append(self._carry_out(step, key, pair))
            if step.act is Act.DELIVER:
                return done
            pair = self.read(key)
        raise Contended(f"{dict(key)}: changed {MOST_STEPS} times while it was made alike")

    def read(self, key: Item) -> dict[Site, Item | None]:
        """Read an item consistently at both sites.

        Raises:
            Stopped: it is no longer wanted.
            BotoCoreError, ClientError: a table does not answer.
        """
        return {site: table.read([key]).get(name_of(key)) for site, table in self.tables.items()}

    def _carry_out(self, step: Step, key: Item, pair: Pair) -> str:
        match step.act:
            case Act.DELIVER:
                return self.patience(lambda: self._deliver(step.site, key, pair[step.site] or {}))
            case Act.RAISE:
                self.patience(lambda: self._list(other(step.site), key, pair))
                self.patience(lambda: self._stamp(step.site, key, pair))
                return "raised"
            case Act.STAMP:
                self.patience(lambda: self._stamp(step.site, key, pair))
                return "stamped"

    def _deliver(self, site: Site, key: Item, item: Item) -> str:
        stamp = Stamp.of(item)
        if stamp is None:
            raise Contended(f"{dict(key)}: lost its stamp while it was made alike")
        image = Image(told(item, self.rules), stamp)
        return self.ways[site].delivery.deliver(Shipment(key=key, images=[image])).value

    def _list(self, site: Site, key: Item, pair: Pair) -> None:
        """Keep the value that gives way to another of the same version: somebody wrote it around the client."""
        winner = Stamp.of(pair[other(site)])
        self.ways[site].losers.note(Loser(self.ways[site].source.table, key, pair[site], None, winner))

    def _stamp(self, site: Site, key: Item, pair: Pair) -> None:
        """Treat it as a write around the client; of two at one moment, the first site's is the newer.

        Where the other site has the same version, that is what it was written upon.
        """
        item, there = pair[site], pair[other(site)]
        before = Stamp.of(item)
        change = Change(
            sequence=str(int(site == self.first)),
            key=key,
            new=item,
            old=there if before and Stamp.of(there) == before else None,
            stamp=before,
            old_stamp=before,
            expired=False,
            at=self.at,
        )
        self.ways[site].source.settle(Around(last=change, before=before))
