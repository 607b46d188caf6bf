"""What a drill stands on: a fresh embedded cloud with the stack deployed, armed and observed."""

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from botocore.client import BaseClient

from drills import stack as stacks
from drills.accounting import Contents
from drills.contents import contents
from drills.events import EventLog
from drills.load_spec import LoadTable, Mode
from drills.looks import PagesLook, ReplicationLook, StreamsLook
from drills.losers import Writes, listed_losers
from drills.running import TIER
from drills.stack import Stack
from drills.watcher import ControlTableLook, Look
from evaluation.project import stack_config
from failover.arming import arm
from failover.aws_clients import fail_fast
from failover.clock import SystemClock
from failover.control_table import ControlTable
from localcloud.caller import INTERNAL
from localcloud.cloud import EmbeddedCloud

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

STACK = "local"
SIMPLE = fail_fast(connect_seconds=1, read_seconds=5)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One cloud and the stack in it. Looks and readings are the cloud's own, untouched by faults."""

    cloud: EmbeddedCloud
    stack: Stack
    table: LoadTable
    control: ControlTable
    outputs: Mapping[str, object]

    def looks(self, events: EventLog) -> list[Look]:
        """Return all that the watcher looks at."""
        protocol = self.stack.tier.protocol
        table = ControlTableLook(
            _dynamodb(self.cloud, self.stack.far_control_regions[0], INTERNAL.access_key_id),
            self.stack.tier.control_table,
            tier=TIER,
            observers=protocol.electorates[TIER],
            vote_fresh=protocol.vote_fresh,
            monotonic=events.monotonic,
        )
        return [table, PagesLook(self.cloud.sinks), self._replication()]

    def _replication(self) -> Look:
        remote, sites = self.cloud.remote, self.stack.tier.sites
        if self.stack.mode == "streams":
            return StreamsLook(lambda: remote.get("streams/backlog"), (sites.primary, sites.secondary))
        return ReplicationLook(lambda: remote.get("replication"), lambda: remote.get("replication/lags"))

    def contents(self) -> Mapping[str, Contents]:
        """Return what the loaded table holds in each data region."""
        sites = self.stack.tier.sites
        clients = {
            name: _dynamodb(self.cloud, name, INTERNAL.access_key_id) for name in (sites.primary, sites.secondary)
        }
        return {region: contents(client, self.table) for region, client in clients.items()}

    def listed_losers(self) -> Writes | None:
        """Return the writes that the stack itself lists as lost; None where it keeps no list."""
        if self.stack.mode == "mrsc":
            return None
        sites, name = self.stack.tier.sites, f"lifeboat-{self.stack.name}-losers"
        clients = [_dynamodb(self.cloud, region, INTERNAL.access_key_id) for region in (sites.primary, sites.secondary)]
        return frozenset().union(*(listed_losers(client, name, self.table) for client in clients))

    def unaudited(self) -> int:
        """Count what the auditors of `mrec` tables have still to look at; in other modes there are none."""
        backlog = self.cloud.remote.get("streams/backlog") if self.stack.mode == "mrec" else {}
        return sum(int(told["records"]) for told in backlog.values() if isinstance(told, Mapping))

    def now(self) -> datetime:
        """Return AWS time, as an answer of the control table tells it."""
        self.control.row(TIER)
        return self.control.time.now()

    def client(self, service: str, region: str, caller: str = "") -> BaseClient:
        """Return a client with short deadlines, an operator's near the region by default."""
        return self.cloud.client(service, region, caller, SIMPLE)

    def set_off_observer(self, region: str) -> None:
        """Invoke a region's observer once, as its schedule does every minute."""
        client = cast("LambdaClient", self.client("lambda", region))
        client.invoke(FunctionName=self.stack.health_checker, InvocationType="Event", Payload=b"{}")


@contextmanager
def prepared(events: EventLog, seed: int, mode: Mode | None = None) -> Iterator[Ground]:
    """Start a cloud, deploy the stack, arm the tier and set its observers off; all of it ends with the block.

    ``mode`` replaces the one in which the stack's file has its tables replicated.
    """
    with events.stage("start the cloud"):
        cloud = EmbeddedCloud.start(profile="cloud", seed=seed)
    with cloud:
        with events.stage("deploy the program"):
            outputs = cloud.deploy(STACK, _in_mode(mode)).outputs
        ground = _ground(cloud, outputs, seed)
        with events.stage("arm the tier"):
            arm(ground.control, TIER, ground.stack.tier.protocol.electorates[TIER])
            for region in ground.stack.tier.control_regions:  # waiting for their schedules proves nothing more
                ground.set_off_observer(region)
        yield ground


def _in_mode(mode: Mode | None) -> Mapping[str, object]:
    """Return the stack's data in another mode; items of an `mrsc` table do not expire."""
    if mode is None:
        return {}
    data = json.loads(stack_config(STACK, {})["lifeboat:data"])
    left_out = {"ttlAttribute"} if mode == "mrsc" else set[str]()
    tables = {
        name: {key: value for key, value in table.items() if key not in left_out}
        for name, table in data["tables"].items()
    }
    return {"lifeboat:data": {**data, "mode": mode, "tables": tables}}


def _ground(cloud: EmbeddedCloud, outputs: Mapping[str, object], seed: int) -> Ground:
    stack = stacks.from_outputs(outputs)
    region = stack.far_control_regions[0]
    dice = random.Random(seed)  # noqa: S311 - jitter of retries
    control = ControlTable(stack.tier.control_table, _dynamodb(cloud, region), SystemClock(), dice)
    table = stacks.loaded_table(_dynamodb(cloud, stack.tier.sites.primary), stack)
    return Ground(cloud=cloud, stack=stack, table=table, control=control, outputs=outputs)


def _dynamodb(cloud: EmbeddedCloud, region: str, caller: str = "") -> "DynamoDBClient":
    return cast("DynamoDBClient", cloud.client("dynamodb", region, caller, SIMPLE))
