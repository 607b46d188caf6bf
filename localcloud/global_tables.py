"""Which tables are global, where their replicas are and how consistent they are.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from localcloud.moto_tables import MotoTables

Consistency = Literal["EVENTUAL", "STRONG"]
REGION_SETS = (
    frozenset({"us-east-1", "us-east-2", "us-west-2"}),
    frozenset({"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"}),
    frozenset({"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}),
)
"""Regions of which three can hold one MRSC table."""

MRSC_MEMBERS = 3


class NotPossible(ValueError):
    """A change that DynamoDB refuses with a ValidationException."""


@dataclass(frozen=True, kw_only=True)
class GlobalTable:
    """A table with replicas; ``home`` is the region that declared it, ``replicas`` include it."""

    name: str
    home: str
    replicas: tuple[str, ...]
    consistency: Consistency
    witness: str | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """Give the regions whose majority decides: replicas and the witness."""
        return (*self.replicas, self.witness) if self.witness else self.replicas

    @property
    def strong(self) -> bool:
        """Say whether all replicas agree on one order of writes."""
        return self.consistency == "STRONG"

    def description(self, region: str) -> Mapping[str, object]:
        """Give what DescribeTable adds for one replica."""
        others = [each for each in self.replicas if each != region]
        witnesses = [{"RegionName": self.witness, "WitnessStatus": "ACTIVE"}] if self.witness else []
        return {
            "GlobalTableVersion": "2019.11.21",
            "MultiRegionConsistency": self.consistency,
            "Replicas": [{"RegionName": each, "ReplicaStatus": "ACTIVE"} for each in others],
            **({"GlobalTableWitnesses": witnesses} if witnesses else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Update:
    """What an UpdateTable call says about replicas."""

    created: tuple[str, ...]
    deleted: tuple[str, ...]
    witness: str | None
    consistency: Consistency

    @classmethod
    def read(cls, params: Mapping[str, object]) -> "Update":
        """Read ReplicaUpdates, GlobalTableWitnessUpdates and MultiRegionConsistency."""
        replicas, witnesses = params.get("ReplicaUpdates"), params.get("GlobalTableWitnessUpdates")
        return cls(
            created=_regions(replicas, "Create"),
            deleted=_regions(replicas, "Delete"),
            witness=next(iter(_regions(witnesses, "Create")), None),
            consistency="STRONG" if params.get("MultiRegionConsistency") == "STRONG" else "EVENTUAL",
        )


class GlobalTables:
    """The global tables of the cloud. Callers hold the gateway's ``dynamodb`` lock while they change one."""

    def __init__(self, tables: MotoTables) -> None:
        self._tables = tables
        self._known: dict[tuple[str, str], GlobalTable] = {}

    def find(self, region: str, name: str) -> GlobalTable | None:
        """Give the global table that has a replica of this name in the region."""
        return self._known.get((region, name))

    def update(self, region: str, name: str, update: Update) -> None:
        """Add or remove replicas.

        Raises:
            NotPossible: DynamoDB would refuse it.
        """
        table = self.find(region, name) or GlobalTable(
            name=name, home=region, replicas=(region,), consistency=update.consistency
        )
        if update.created or update.witness:
            self._check(table, update)
            self._create(table, update)
        for each in update.deleted:
            self.forget(each, name)
            self._tables.drop(each, name)

    def forget(self, region: str, name: str) -> None:
        """Take a replica out of its global table."""
        table = self._known.pop((region, name), None)
        if table is not None:
            kept = tuple(each for each in table.replicas if each != region)
            home = next(iter(kept), region) if table.home == region else table.home
            self._remember(replace(table, replicas=kept, home=home))

    def _check(self, table: GlobalTable, update: Update) -> None:
        taken = [region for region in update.created if self._tables.exists(region, table.name)]
        if taken:
            raise NotPossible(f"a table named {table.name} already exists in {', '.join(taken)}")
        if update.consistency != table.consistency:
            raise NotPossible(f"the consistency of {table.name} is {table.consistency} and cannot be changed")
        if update.consistency == "STRONG":
            self._check_strong(table, update)
        elif update.witness:
            raise NotPossible("only a table with MultiRegionConsistency STRONG has a witness")
        elif not self._tables.streams_both_images(table.home, table.name):
            raise NotPossible("replicas need a stream with StreamViewType NEW_AND_OLD_IMAGES")

    def _check_strong(self, table: GlobalTable, update: Update) -> None:
        members = [*table.members, *update.created, *([update.witness] if update.witness else [])]
        if len(set(members)) != MRSC_MEMBERS or not any(set(members) <= known for known in REGION_SETS):
            raise NotPossible(f"a STRONG table needs exactly three regions of one region set, not {members}")
        if not self._tables.is_empty(table.home, table.name):
            raise NotPossible(f"{table.name} must be empty to become a STRONG table")
        if self._tables.has_local_indexes(table.home, table.name):
            raise NotPossible("a STRONG table cannot have local secondary indexes")

    def _create(self, table: GlobalTable, update: Update) -> None:
        for region in update.created:
            self._tables.copy(table.name, table.home, region)
            for change in list(self._tables.items(table.home, table.name)):
                self._tables.apply(region, change)
        self._remember(
            replace(table, replicas=(*table.replicas, *update.created), witness=update.witness or table.witness)
        )

    def _remember(self, table: GlobalTable) -> None:
        for region in table.replicas:
            self._known[region, table.name] = table


def _regions(updates: object, verb: str) -> tuple[str, ...]:
    listed: Sequence[object] = updates if isinstance(updates, list) else ()
    return tuple(str(each[verb]["RegionName"]) for each in listed if isinstance(each, dict) and verb in each)
