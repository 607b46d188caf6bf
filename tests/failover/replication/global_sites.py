"""Two replicas of a global table: DynamoDB carries writes over, the last writer wins, and auditors read the streams."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from failover.replication.audit import Auditor
from failover.replication.losers import Loser
from failover.sites import Site, other
from infra.aws.divergence_auditor import overwrites
from localcloud.record_filters import Matcher, wanted_by
from tests.failover.model_table import refusal
from tests.failover.replication.model_site import Item
from tests.failover.replication.two_sites import SITES, TABLE, Kept, TwoSites

FIVE_MINUTES = 300_000_000
SECONDS_BETWEEN_WRITES = 0.001
SOURCE = f"arn:aws:dynamodb:us-east-1:123456789012:table/{TABLE}/stream/x"


@dataclass(frozen=True)
class Sent:
    """An item as one write left it, on its way; ``moment`` is DynamoDB's own time, the same order for both regions."""

    moment: int
    key: str
    item: Item


@dataclass
class Full:
    """A list that does not always take what it is given."""

    kept: Kept
    fails: Callable[[], bool]

    def note(self, loser: Loser) -> None:
        if self.fails():
            raise refusal("ThrottlingException", "PutItem")
        self.kept.note(loser)


class GlobalSites(TwoSites):
    """The world of one history in mode `mrec`.

    All hosts of a site are equally wrong about the time: else a version could be given twice, and this bookkeeping,
    which goes by versions, could not tell the two writes.
    """

    def __init__(self, dice: random.Random) -> None:
        super().__init__(dice)
        self.moments = itertools.count(1)
        self.written: dict[tuple[Site, str], int] = {}
        self.links: dict[Site, list[Sent]] = {site: [] for site in SITES}
        self.wanted: dict[Site, Matcher] = {site: filter_of(site) for site in SITES}
        self.full = 0.1
        self.skews: dict[Site, int] = {site: dice.randrange(-FIVE_MINUTES, FIVE_MINUTES) for site in SITES}

    def write(self, key: str, verb: Any, *, site: Site, epoch: int, skew: int = 0) -> None:  # noqa: ARG002 - see above
        for table in self.tables.values():
            table.clock += SECONDS_BETWEEN_WRITES
        super().write(key, verb, site=site, epoch=epoch, skew=self.skews[site])
        sent = Sent(next(self.moments), key, self.tables[site].items[key])
        self.written[site, key] = sent.moment
        self.links[site].append(sent)

    def replicate(self, site: Site, most: int, *, again: int = 0) -> None:
        """Let a site's next writes arrive, some of them as one, and let the other site's auditor see what that did."""
        arriving, self.links[site] = self.links[site][:most], self.links[site][most:]
        for at, sent in enumerate(arriving):
            stands_for_more = any(later.key == sent.key for later in arriving[at + 1 :])
            if not (stands_for_more and self.dice.random() < 0.5):
                self._arrive(other(site), sent)
        self.audit(other(site), again=again)

    def _arrive(self, there: Site, sent: Sent) -> None:
        if sent.moment > self.written.get((there, sent.key), 0):
            self.written[there, sent.key] = sent.moment
            self.tables[there].put_item(TableName=TABLE, Item=sent.item)

    def audit(self, site: Site, *, again: int = 0) -> None:
        """Show an auditor the records since the last time, and ``again`` some before them."""
        first = max(0, self.done[site] - again)
        records = self.tables[site].records[first:]
        batch = [{**one, "eventSourceARN": SOURCE} for one in records if self.wanted[site](one)]
        losers = Full(self.kept, lambda: self.dice.random() < self.full)
        failed = Auditor(here=site, losers=losers, dead_letters=self.kept).audit(batch).failed
        self.done[site] = max(self.done[site], int(failed) - 1 if failed else len(self.tables[site].records))

    def waiting(self, site: Site) -> int:
        return len(self.links[site])

    def come_to_rest(self) -> None:
        """Let everything arrive, and let the auditors see all of it."""
        self.full = 0.0
        for site in (*SITES, *SITES):
            self.replicate(site, len(self.links[site]))
        assert not any(self.links.values())


def filter_of(site: Site) -> Matcher:
    """Return what the event source mapping of a site's auditor lets through."""
    return wanted_by({"Filters": [{"Pattern": overwrites(site, other(site))}]})
