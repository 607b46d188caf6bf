"""What was acknowledged and lost, as both data regions list it, beside what stands at the active site now."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from failover.control_table import ControlTable
from failover.failures import AWS_ERRORS, code_of
from failover.replication.completeness import Completeness, complete, has_come_over, judge
from failover.replication.lost_writes import LoserEntries, LostWrite, differences, merged, plain
from failover.replication.stamps import Item
from failover.sites import SITES, Site, other
from failover.tier import TierRow
from ops.control_regions import dynamodb
from ops.deployed import Deployed
from ops.keeping import Active, wanted_of
from ops.refusal import CannotReach
from ops.replicators import named, told_of

NOUN = "losers"
AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One lost write and what stands in its place now; ``why`` is why that could not be read."""

    lost: LostWrite
    stands: Item | None = None
    wanted: Item | None = None
    why: str = ""

    @property
    def differs(self) -> Mapping[str, tuple[object, object]]:
        """Each attribute that writing the lost item again would change, as (lost, stands)."""
        return {} if self.why else differences(self.wanted, self.stands)


@dataclass(kw_only=True)
class Found:
    """What the tables of losers said; ``unseen`` are regions that do not answer, and why."""

    writes: list[LostWrite] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)


class LostWrites:
    """Reads the lists of both regions and the items that they are about."""

    def __init__(self, deployed: Deployed) -> None:
        regions = {site: deployed.sites.region(site) for site in SITES.values()}
        clients = {site: dynamodb(region) for site, region in regions.items()}
        losers, told = named(deployed, NOUN), told_of(deployed)
        self._deployed = deployed
        self.entries = {region: LoserEntries(clients[site], losers, region) for site, region in regions.items()}
        self.actives = {site: Active(client=clients[site], told=told) for site in regions}

    def look(self, tables: Iterable[str]) -> Found:
        """Read the lists of these tables, named physically.

        Raises:
            CannotReach: no region answers.
        """
        found, read = Found(), list[LostWrite]()
        for region, entries in self.entries.items():
            try:
                read.extend(one for table in tables for one in entries.of_table(table))
            except AWS_ERRORS as error:
                found.unseen[region] = f"{code_of(error)}: {error}"
        if len(found.unseen) == len(self.entries):
            raise CannotReach("; ".join(f"{region}: {why}" for region, why in found.unseen.items()))
        found.writes = merged(read)
        return found

    def beside(self, writes: Iterable[LostWrite], active: Site) -> list[Seen]:
        """Read what stands at the active site for each, several at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda lost: self._seen(lost, self.actives[active]), writes))

    def _seen(self, lost: LostWrite, active: Active) -> Seen:
        try:
            standing = active.standing(lost)
        except AWS_ERRORS as error:
            return Seen(lost=lost, why=f"{code_of(error)}: {error}")
        return Seen(lost=lost, stands=plain(standing), wanted=wanted_of(lost, standing, active.told[lost.table]))

    def completeness(self, row: TierRow, control: ControlTable) -> Completeness:
        """Say whether the lists can be whole, by what came over since the tier's last move."""
        moved_at = row.moved_at.get(row.active)
        if moved_at is None:
            return complete("the tier has never moved")
        if row.kind and row.kind.planned and row.changed_at == moved_at:
            return complete("the last move waited until all had arrived")
        if has_come_over(self._canaries(other(row.active)), row.epoch):
            return complete("the old site lists a canary that lost to one written since the tier moved")
        return judge(moved_at, control.time.now())

    def _canaries(self, old: Site) -> list[LostWrite]:
        """Read what the old site's own replicator lists of the canaries; nothing if it does not answer."""
        entries = self.entries[self._deployed.sites.region(old)]
        try:
            return list(entries.of_table(self._deployed.canary_table))
        except AWS_ERRORS:
            return []
