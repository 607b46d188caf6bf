"""What a load is told: where the stack is, who writes, how fast, and by which rule."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from failover.data_tier import DataTierArgs
from failover.protocol import Protocol
from failover.replication.versioned_table import EXPIRES, VersionedTable
from failover.sites import Sites

Mode = Literal["mrec", "mrsc", "streams"]


@dataclass(frozen=True, kw_only=True)
class LoadTable:
    """The table written to and its string key attributes; ``sort`` is None without a sort key."""

    name: str
    partition: str
    sort: str | None = None
    mode: Mode = "mrec"
    ttl_attribute: str = EXPIRES

    @property
    def versioned(self) -> VersionedTable:
        """What a client of an `mrec` or `streams` table must know."""
        return VersionedTable(key=(self.partition, *filter(None, [self.sort])), ttl_attribute=self.ttl_attribute)

    def key(self, key: str) -> dict[str, dict[str, str]]:
        """Return the item key under which a load's key is stored."""
        sort = {} if self.sort is None else {self.sort: {"S": "load"}}
        return {self.partition: {"S": key}, **sort}


@dataclass(frozen=True, kw_only=True)
class LoadSpec:
    """``tier.protocol`` is the stack's, unscaled.

    ``turns_per_second`` is each client's; a ``read_share`` of its turns reads, half the rest inserts, half appends.
    ``views`` is the rule that cooperating clients write by: `current` is protocol.md 5; `ageless` breaks it, for drills
    that must show what the rule is for: the row is read every ``reread_seconds`` and believed whatever its age.
    ``defiant`` adds the one client that keeps its first view for ever; it inserts, and ``stale_appends`` if told so.
    ``primary_ahead_seconds`` is how wrong the hosts' time of day is in the primary site.
    """

    tier: DataTierArgs
    table: LoadTable
    log: Path
    clients_per_site: int = 2
    turns_per_second: float = 4.0
    read_share: float = 0.15
    views: Literal["current", "ageless"] = "current"
    reread_seconds: float = 20.0
    defiant: bool = True
    stale_appends: bool = False
    primary_ahead_seconds: float = 0.0
    seed: int = 0

    def to_json(self) -> str:
        """Return the one-line form for the command line."""
        return json.dumps(dataclasses.asdict(self), default=str, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "LoadSpec":
        """Read what ``to_json`` wrote.

        Raises:
            KeyError, TypeError, ValueError: not a load's spec.
        """
        values = json.loads(text)
        tier, table, log = values.pop("tier"), LoadTable(**values.pop("table")), Path(values.pop("log"))
        return cls(**values, tier=_tier(tier), table=table, log=log)


def _tier(values: Mapping[str, Any]) -> DataTierArgs:
    return DataTierArgs(
        sites=Sites(**values["sites"]),
        control_table=values["control_table"],
        control_regions=tuple(values["control_regions"]),
        protocol=Protocol.from_json(json.dumps(values["protocol"])),
    )
