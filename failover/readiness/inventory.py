"""What a stack has that a data-tier failover needs: the names, and where each of them is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

OBSERVER: Final = "health-checker"
ORCHESTRATOR: Final = "failover-orchestrator"
NOTIFIER: Final = "notifier"
READINESS: Final = "readiness"
REPLICATOR: Final = "stream-replicator"
AUDITOR: Final = "divergence-auditor"
# What reads the tables' streams, by mode: a replicator for each table, or one auditor for all; in each data region.
READERS: Final[Mapping[str, str]] = {"streams": REPLICATOR, "mrec": AUDITOR}
FUNCTIONS: Final = (OBSERVER, ORCHESTRATOR, NOTIFIER, READINESS)
SCHEDULES: Final = (OBSERVER, READINESS)
SOURCES: Final = {ORCHESTRATOR: "orders", NOTIFIER: "pages"}
QUEUES: Final = ("orders", "pages")
ALERTS: Final = "alerts"
TOPICS: Final = ("signals", ALERTS)
OWN_ALARM: Final = "not-ready"
ALARMS: Final = (
    "observer-errors",
    "observer-silent",
    "peer-silent",
    "quorum-lost",
    "standby-behind",
    "orchestrator-errors",
    "orchestrator-throttled",
    "orders-dead-letters",
    "notifier-errors",
    "pages-dead-letters",
    OWN_ALARM,
)
DEAD_RECORDS: Final = "dead-records"
# Of each table by mode, after the table's own name.
THROTTLING_ALARMS: Final = ("reads-throttled", "writes-throttled")
REPLICATOR_ALARMS: Final = ("replicator-errors", "replicator-throttled", "replication-late", "replication-expiring")
AUDITOR_ALARMS: Final = ("auditor-errors", "auditor-throttled")
TABLE_ALARMS: Final[Mapping[str, tuple[str, ...]]] = {
    "mrec": (*THROTTLING_ALARMS, "replication-late"),
    "mrsc": THROTTLING_ALARMS,
    "streams": REPLICATOR_ALARMS,
}


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """``tables`` are the application's, by physical name; true for one that can be restored to a point in time.

    ``unlisted`` are those of them, in mode ``mrec``, of which nobody lists what the last writer overruled. With an
    ``inbox`` an application tier keeps its webhooks in the control regions.
    """

    stack: str
    account_id: str
    control_regions: tuple[str, ...]
    primary_region: str
    secondary_region: str
    mode: str
    tables: Mapping[str, bool]
    protected: bool
    secret: str
    unlisted: tuple[str, ...] = ()
    inbox: bool = False

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
    def inbox_table(self) -> str:
        """The table of webhooks that the application took and has not applied yet."""
        return self.named("inbox")

    @property
    def losers_table(self) -> str:
        """The table of a data region that lists acknowledged writes which lost; not in mode ``mrsc``."""
        return self.named("losers")

    @property
    def listing_regions(self) -> tuple[str, ...]:
        """The regions that list what lost: functions of ours read their tables' streams."""
        return self.data_regions if self.mode in READERS else ()

    @property
    def machine_regions(self) -> tuple[str, ...]:
        """The regions that have more than tables: control regions, then data regions that are none."""
        return (*self.control_regions, *(one for one in self.data_regions if one not in self.control_regions))

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
        control = self._control_tables if region in self.control_regions else ()
        data = (self.canary_table, *self.tables) if region in self.data_regions else ()
        lost = (self.losers_table,) if region in self.listing_regions else ()
        return (*control, *data, *lost)

    @property
    def _control_tables(self) -> tuple[str, ...]:
        """The tables of which each control region has a strong replica."""
        return (self.control_table, self.inbox_table) if self.inbox else (self.control_table,)

    def readers_in(self, region: str) -> tuple[str, ...]:
        """Name the functions there that read the tables' streams: a replicator for each, or an auditor for all."""
        if region not in self.listing_regions:
            return ()
        if self.mode == "mrec":
            return (AUDITOR,)
        return tuple(f"{REPLICATOR}-{table}" for table in self._tables_of(region))

    def functions_in(self, region: str) -> tuple[str, ...]:
        """Name a region's functions."""
        return (*(FUNCTIONS if region in self.control_regions else ()), *self.readers_in(region))

    def sources_in(self, region: str) -> tuple[str, ...]:
        """Name a region's functions that read a queue or a stream."""
        return (*(SOURCES if region in self.control_regions else ()), *self.readers_in(region))

    def queues_in(self, region: str) -> tuple[str, ...]:
        """Name a region's queues, those of dead letters and dead records among them."""
        pairs = tuple(name for queue in QUEUES for name in (queue, f"{queue}-dead"))
        dead = (DEAD_RECORDS,) if region in self.listing_regions else ()
        return (*(pairs if region in self.control_regions else ()), *dead)

    def topics_in(self, region: str) -> tuple[str, ...]:
        """Name a region's topics; away from the control plane alarms tell people themselves."""
        dead = (DEAD_RECORDS,) if region in self.listing_regions else ()
        if region in self.control_regions:
            return (*TOPICS, *dead)
        return (ALERTS, *dead) if region in self.data_regions else ()

    def alarms_in(self, region: str) -> tuple[str, ...]:
        """Name a region's alarms."""
        each = (f"{table}-{alarm}" for table in self._tables_of(region) for alarm in TABLE_ALARMS[self.mode])
        audits = AUDITOR_ALARMS if self.mode == "mrec" and region in self.data_regions else ()
        dead = (DEAD_RECORDS,) if region in self.listing_regions else ()
        return (*(ALARMS if region in self.control_regions else ()), *each, *audits, *dead)

    def _tables_of(self, region: str) -> tuple[str, ...]:
        """Name the data tables that are there, as config does."""
        tables = (self.canary_table, *self.tables) if region in self.data_regions else ()
        return tuple(table.removeprefix(self.named("")) for table in tables)

    def replicas_of(self, table: str, region: str) -> tuple[str, ...]:
        """Name the other regions that the table in this one replicates with."""
        if table in self._control_tables:
            return tuple(one for one in self.control_regions if one != region)
        if self.mode == "streams" or table == self.losers_table:
            return ()
        return tuple(one for one in self.data_regions if one != region)

    def streams(self, table: str, region: str) -> bool:
        """Say whether the table must have a stream there; of an ``mrsc`` table the first region alone declares it."""
        if table in (*self._control_tables, self.losers_table):
            return False
        return self.mode != "mrsc" or region == self.primary_region

    def recovers(self, table: str) -> bool:
        """Say whether the table is declared with point-in-time recovery."""
        return self.tables.get(table, table in (*self._control_tables, self.losers_table))

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
        lists = {name: tuple(values[name]) for name in ("control_regions", "unlisted") if name in values}
        return cls(**{**values, **lists})
