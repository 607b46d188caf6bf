"""A deployed stack that the cases of this folder take turns on: each finds it whole, steady, armed and observed."""

import json
import random
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import yaml

from evaluation import ROOT
from failover.arming import arm
from failover.aws_clients import fail_fast
from failover.clock import SystemClock
from failover.control_table import ControlTable, Snapshot
from failover.orders import Order, OrderKind
from failover.protocol import Protocol
from failover.tier import Change, Phase, TierRow, Value
from failover.votes import Verdict, Vote
from localcloud.caller import INTERNAL
from localcloud.cloud import EmbeddedCloud
from tests.waiting import eventually, seen_within

TIER = "data"
SETTLED_SECONDS = 90.0  # a region that was dark has an observer from the next minute on, and that one looks on first


@dataclass(kw_only=True)
class Stage:
    """One cloud and the stack in it; ``protocol`` has the times that the stack really keeps.

    ``control`` reads and writes as the cloud itself: no fault, delay or dark region is in its way.
    """

    cloud: EmbeddedCloud
    outputs: Mapping[str, Any]
    protocol: Protocol
    control: ControlTable
    _newest_call: int = 0

    @classmethod
    def of(cls, cloud: EmbeddedCloud, outputs: Mapping[str, Any]) -> "Stage":
        """Make the stage of a stack that was just deployed, with its tier's first row."""
        client = cloud.client("dynamodb", "us-east-2", INTERNAL.access_key_id)
        dice = random.Random(1)  # noqa: S311 jitter of retries
        control = ControlTable(outputs["controlTable"], cast("Any", client), SystemClock(), dice)
        protocol = Protocol.from_json(outputs["protocol"]).scaled()
        arm(control, TIER, protocol.electorates[TIER])
        return cls(cloud=cloud, outputs=outputs, protocol=protocol, control=control)

    @property
    def primary(self) -> str:
        """The AWS region that is the primary."""
        return str(self.outputs["primaryRegion"])

    @property
    def secondary(self) -> str:
        """The AWS region that is the secondary."""
        return str(self.outputs["secondaryRegion"])

    @property
    def control_regions(self) -> tuple[str, ...]:
        """The three regions that run the control plane."""
        return tuple(self.outputs["controlRegions"])

    @property
    def far_regions(self) -> tuple[str, ...]:
        """The control regions that outlive the primary AWS region."""
        return tuple(region for region in self.control_regions if region != self.primary)

    @property
    def time_scale(self) -> float:
        """What every time of the protocol was multiplied by."""
        return Protocol.from_json(self.outputs["protocol"]).time_scale

    @property
    def orchestrator(self) -> str:
        """The orchestrator's function, the same name in each control region."""
        return f"lifeboat-{self.outputs['stack']}-failover-orchestrator"

    @property
    def observer(self) -> str:
        """The observer's function, the same name in each control region."""
        return f"lifeboat-{self.outputs['stack']}-health-checker"

    def client(self, service: str, region: str, seconds: float = 5.0) -> Any:
        """Return an operator's client that gives up in time."""
        return self.cloud.client(service, region, config=fail_fast(connect_seconds=1, read_seconds=seconds))

    def row(self) -> TierRow:
        """Read the tier's row."""
        return self.control.row(TIER)

    def snapshot(self) -> Snapshot:
        """Read the row and all votes."""
        return self.control.snapshot(TIER, self.protocol.electorates[TIER])

    def now(self) -> datetime:
        """Return AWS time."""
        self.row()
        return self.control.time.now()

    def set(self) -> TierRow:
        """Make everything whole, the primary active in a new epoch that no plan made, and wait until all observe it.

        Epochs and counters only grow, as in a stack's real life: what an earlier case left on its way stays stale.
        """
        self.cloud.faults.clear()
        self.cloud.regions.restore()
        row = self.reopen()
        self.await_votes(row)
        return row

    def await_votes(self, row: TierRow) -> None:
        """Wait until all observers have seen both sites answer in the row's epoch."""
        eventually(lambda: self._observed(row), SETTLED_SECONDS, f"three votes about epoch {row.epoch}")

    def reopen(self) -> TierRow:
        """Make the primary active in a new epoch that no plan made; what is broken stays broken."""
        self._let_plans_end()
        self._warm_up()
        row = self._settle()
        for region in self.control_regions:
            self._name_active(region, self.primary)
        return row

    def wake(self, row: TierRow, **evidence: Any) -> Order:
        """Return an order to look at the table; without ``evidence`` that of somebody who saw nothing there."""
        return self.told(OrderKind.WAKE, row, **evidence)

    def told(self, kind: OrderKind, row: TierRow, **fields: Any) -> Order:
        """Return an order about the row's epoch, given now."""
        named = {"id": f"{kind}-{uuid.uuid4()}", "reason": "a test asks", "by": "test"}
        return Order(**{**named, "kind": kind, "tier": TIER, "epoch": row.epoch, "issued_at": self.now(), **fields})

    def parameters(self) -> dict[str, str]:
        """Read the active region that each control region tells outside."""
        return {region: self._parameter(region) for region in self.control_regions}

    def order(self, order: Order, region: str, seconds: float = 60.0) -> dict[str, Any]:
        """Hand an order to a region's orchestrator and return the answer to it."""
        said = self.invoke(order, region, seconds)
        told = json.loads(said["Payload"].read())
        assert "FunctionError" not in said, told
        return dict(told["answers"][0])

    def invoke(self, order: Order, region: str, seconds: float = 60.0, kind: str = "RequestResponse") -> dict[str, Any]:
        """Invoke a region's orchestrator with an order; of kind ``Event`` it is not waited for."""
        client = self.client("lambda", region, seconds)
        payload = order.to_json().encode()
        return dict(client.invoke(FunctionName=self.orchestrator, Payload=payload, InvocationType=kind))

    def publish(self, order: Order, region: str) -> None:
        """Send an order the second way: by the region's signals topic and orders queue."""
        topic = self.outputs["signalsTopicArns"][region]
        self.client("sns", region).publish(TopicArn=topic, Message=order.to_json())

    def pages(self, since: int = 0) -> list[dict[str, object]]:
        """Return what reached people after the numbered message."""
        return self.cloud.sinks(since)

    def last_page(self) -> int:
        """Return the number of the newest message that reached people; 0 before the first."""
        pages = self.cloud.sinks()
        return int(str(pages[-1]["number"])) if pages else 0

    def last_call(self) -> int:
        """Return the number of the newest call to the cloud; 0 before the first."""
        calls = self.cloud.calls(self._newest_call)
        self._newest_call = int(str(calls[-1]["number"])) if calls else self._newest_call
        return self._newest_call

    def _let_plans_end(self) -> None:
        seen_within(self.protocol.plan_total, lambda: not self.row().unfinished)

    def _settle(self) -> TierRow:
        row = self.row()
        sets: dict[str, Value] = dict.fromkeys(("target", "plan_id", "kind", "step", "owner", "armed_until"))
        sets |= {"epoch": row.epoch + 1, "owner_counter": row.owner_counter + 1, "active": "primary"}
        sets |= {"phase": Phase.STEADY, "armed": True, "changed_at": self.now().isoformat(), "moved_at": {}}
        return self.control.apply(TIER, Change(expects={}, sets=sets))

    def _warm_up(self) -> None:
        """Have an orchestrator idle in each far region: orders come ten times as often as in life, and do not wait."""
        running = {one["region"] for one in self.cloud.sandboxes() if one["function"] == self.orchestrator}
        for region in set(self.far_regions) - running:
            self.invoke(self.wake(self.row()), region)

    def _observed(self, row: TierRow) -> bool:
        votes = self.snapshot().votes
        return len(votes) == len(self.protocol.electorates[TIER]) and all(self._knows(vote, row) for vote in votes)

    def _name_active(self, region: str, value: str) -> None:
        name = self.outputs["activeParameter"]
        self._within("ssm", region).put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def _parameter(self, region: str) -> str:
        named = {"Name": self.outputs["activeParameter"]}
        return str(self._within("ssm", region).get_parameter(**named)["Parameter"]["Value"])

    def _within(self, service: str, region: str) -> Any:
        """Return a client that is the cloud itself."""
        return self.cloud.client(service, region, INTERNAL.access_key_id)

    def _knows(self, vote: Vote, row: TierRow) -> bool:
        """Whether the vote would let a failover go to the standby: it saw both sites answer in this epoch, in step."""
        lags = (vote.acked_lag_ms, vote.lag_ms)
        fresh = all(lag is not None and lag <= self.protocol.max_lag * 1000 for lag in lags)
        return vote.about(row) and vote.goods > 0 and fresh and vote.standby is Verdict.HEALTHY


@contextmanager
def replicating() -> Iterator[Stage]:
    """Deploy the stack in mode `streams`, at the times of the cloud's own profile."""
    config = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text(encoding="utf-8"))["config"]
    with EmbeddedCloud.start(profile="cloud", seed=3) as cloud:
        deployment = cloud.deploy("local", {"lifeboat:data": {**config["lifeboat:data"], "mode": "streams"}})
        yield Stage.of(cloud, deployment.outputs)
