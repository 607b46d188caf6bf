"""What a stack has that a data-tier failover needs: the names, and where each of them is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

OBSERVER: Final = "health-checker"
ORCHESTRATOR: Final = "failover-orchestrator"
NOTIFIER: Final = "notifier"
READINESS: Final = "readiness"
FUNCTIONS: Final = (OBSERVER, ORCHESTRATOR, NOTIFIER, READINESS)
SCHEDULES: Final = (OBSERVER, READINESS)
SOURCES: Final = {ORCHESTRATOR: "orders", NOTIFIER: "pages"}
QUEUES: Final = ("orders", "pages")
TOPICS: Final = ("signals", "alerts")
OWN_ALARM: Final = "not-ready"
ALARMS: Final = (
    "observer-errors",
    "observer-silent",
    "peer-silent",
    "quorum-lost",
    "orchestrator-errors",
    "orchestrator-throttled",
    "orders-dead-letters",
    "notifier-errors",
    "pages-dead-letters",
    OWN_ALARM,
)


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """``tables`` are the application's, by physical name; true for one that can be restored to a point in time."""

    stack: str
    account_id: str
    control_regions: tuple[str, ...]
    primary_region: str
    secondary_region: str
    mode: str
    tables: Mapping[str, bool]
    protected: bool
    secret: str

    @property
    def data_regions(self) -> tuple[str, str]:
        """Primary and secondary, in this order."""
        return self.primary_region, self.secondary_region

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that has to be looked at, sorted."""
        return tuple(sorted({*self.control_regions, *self.data_regions}))

    @property
    def control_table(self) -> str:
        """The table of rows, votes and journals."""
        return self.named("control")

    @property
    def canary_table(self) -> str:
        """The table that stands for the application's."""
        return self.named("canary")

    @property
    def active_parameter(self) -> str:
        """The SSM parameter that names the active region."""
        return f"/lifeboat/{self.stack}/data/active-region"

    def named(self, noun: str) -> str:
        """Return the physical name of one of the stack's things."""
        return f"lifeboat-{self.stack}-{noun}"

    def topic_arn(self, region: str, noun: str) -> str:
        """Return the ARN of one of a region's topics."""
        return f"arn:aws:sns:{region}:{self.account_id}:{self.named(noun)}"

    def tables_in(self, region: str) -> tuple[str, ...]:
        """Name the tables that have a replica in a region."""
        control = (self.control_table,) if region in self.control_regions else ()
        data = (self.canary_table, *self.tables) if region in self.data_regions else ()
        return (*control, *data)

    def replicas_of(self, table: str, region: str) -> tuple[str, ...]:
        """Name the other regions that the table in this one replicates with."""
        if table == self.control_table:
            return tuple(one for one in self.control_regions if one != region)
        return () if self.mode == "streams" else tuple(one for one in self.data_regions if one != region)

    def streams(self, table: str, region: str) -> bool:
        """Say whether the table must have a stream there; of an ``mrsc`` table the first region alone declares it."""
        if table == self.control_table:
            return False
        return self.mode != "mrsc" or region == self.primary_region

    def recovers(self, table: str) -> bool:
        """Say whether the table is declared with point-in-time recovery."""
        return self.tables.get(table, table == self.control_table)

    def to_json(self) -> str:
        """Return compact JSON with sorted keys, the same from run to run."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Inventory":
        """Read what ``to_json`` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        values = json.loads(text)
        return cls(**{**values, "control_regions": tuple(values["control_regions"])})
