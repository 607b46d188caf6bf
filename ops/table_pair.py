"""One application table at both sites, as the verbs about tables find it by the stack's outputs."""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from failover import aws_clients
from failover.clock import SystemClock
from failover.resync import differences
from failover.resync.checkpoint import Checkpoint
from failover.resync.rate import Bucket, Patience
from failover.resync.segments import Reader
from failover.resync.tables import Facts, SiteTable
from failover.sites import SITES, Site
from ops.deployed import Deployed
from ops.refusal import CannotReach
from ops.table_options import Reading

CONNECTIONS = 64
CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0  # a page has up to 1 MB


@dataclass(frozen=True, kw_only=True)
class TablePair:
    """``declared`` is what the outputs say of the table's replication; ``facts`` are what it says of itself."""

    name: str
    tables: dict[Site, SiteTable]
    facts: Mapping[Site, Facts]
    declared: Mapping[str, Any]
    options: Reading
    patience: Patience

    @property
    def key_names(self) -> tuple[str, ...]:
        """Partition key first."""
        return self.facts["primary"].key_names

    @property
    def now(self) -> float:
        """AWS time when the tables were described, in seconds since the epoch."""
        return self.facts["primary"].now

    @property
    def excluded(self) -> frozenset[str]:
        """The attributes that stay in their region."""
        told = self.declared.get("excluded", (self.options.excluded or "").split(","))
        return frozenset(name.strip() for name in told if name.strip())

    @property
    def says_what_is_excluded(self) -> bool:
        """Whether anybody said which attributes stay, none of them being an answer, too."""
        return "excluded" in self.declared or self.options.excluded is not None

    @property
    def ttl_attribute(self) -> str | None:
        """The attribute by which items expire, if they do."""
        told = self.declared.get("ttlAttribute") or self.options.ttl_attribute
        return told or self.facts["primary"].ttl_attribute

    @property
    def compared(self) -> differences.Rules:
        """What counts as a difference."""
        return differences.Rules(
            key_names=self.key_names, excluded=self.excluded, ttl_attribute=self.ttl_attribute, now=self.now
        )

    def checkpoint(self, stack: str, verb: str, **more: object) -> Checkpoint:
        """Open the run's checkpoint.

        Raises:
            OtherRun: the file is of another run, or in use.
        """
        path = self.options.checkpoint or state_folder() / f"{stack}-{self.name}-{verb}.sqlite"
        table = self.tables["primary"].name
        told = {"segments": self.options.segments, "excluded": sorted(self.excluded), **more}
        return Checkpoint(path, {"verb": verb, "stack": stack, "table": table, **told})

    def reader(self, checkpoint: Checkpoint, *, consistent: bool) -> Reader:
        """Read the tables as fast as was said."""
        bucket = Bucket(self.options.rate, SystemClock())
        return Reader(tables=self.tables, checkpoint=checkpoint, bucket=bucket, consistent=consistent)


def pair_of(deployed: Deployed, name: str, options: Reading) -> TablePair:
    """Look a table up by its name in config, and describe it at both sites.

    Raises:
        CannotReach: the stack has no such table, or its keys differ between the sites.
        BotoCoreError, ClientError: a site does not answer.
    """
    physical = deployed.outputs.lifeboat.get("applicationTables", {})
    if name not in physical:
        raise CannotReach(f"table {name!r} is not of this stack; it has {', '.join(physical) or 'none'}", "")
    patience = Patience(SystemClock(), random.random)
    tables = {site: _table(deployed.sites.region(site), physical[name], patience) for site in SITES.values()}
    facts = {site: table.facts() for site, table in tables.items()}
    if facts["primary"].key_names != facts["secondary"].key_names:
        raise CannotReach(f"{physical[name]} has other keys at each site: {facts}", "lifeboat readiness")
    declared = deployed.outputs.lifeboat.get("replication", {}).get(name, {})
    return TablePair(name=name, tables=tables, facts=facts, declared=declared, options=options, patience=patience)


def _table(region: str, name: str, patience: Patience) -> SiteTable:
    client = aws_clients.client(
        "dynamodb",
        region,
        connect_seconds=CONNECT_SECONDS,
        read_seconds=READ_SECONDS,
        connections=CONNECTIONS,
    )
    return SiteTable(client=client, name=name, patience=patience)


def state_folder() -> Path:
    """Name the folder of what programs keep between runs.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    told = os.environ.get("XDG_STATE_HOME")
    return (Path(told) if told else Path.home() / ".local" / "state") / "lifeboat"
