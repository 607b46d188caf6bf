"""A deployed stack that the cases of this folder take turns on: each finds it whole, steady, armed and observed."""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from failover.arming import arm
from failover.aws_clients import fail_fast
from failover.clock import SystemClock
from failover.control_table import ControlTable, Snapshot
from failover.orders import Order
from failover.protocol import Protocol
from failover.tier import Change, Phase, TierRow, Value
from failover.votes import Verdict, Vote
from localcloud.caller import INTERNAL
from localcloud.cloud import EmbeddedCloud

TIER = "data"
LOOK_SECONDS = 0.01
SETTLED_SECONDS = 20.0
T = TypeVar("T")


def eventually(look: Callable[[], T], seconds: float, what: str) -> T:
    """Look again and again until there is something to see, and give that.

    Raises:
        AssertionError: there was nothing in time.
    """
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {seconds:.2f} s: {what}"
        time.sleep(LOOK_SECONDS)
    return seen


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One cloud and the stack in it; ``protocol`` has the times that the stack really keeps.

    ``control`` reads and writes as the cloud itself: no fault, delay or dark region is in its way.
    """

    cloud: EmbeddedCloud
    outputs: Mapping[str, Any]
    protocol: Protocol
    control: ControlTable

    @classmethod
    def of(cls, cloud: EmbeddedCloud, outputs: Mapping[str, Any]) -> "Stage":
        """Make the stage of a stack that was just deployed, with its tier's first row."""
        client = cloud.client("dynamodb", "us-east-2", INTERNAL.access_key_id)
        dice = random.Random(1)  # noqa: S311 jitter of retries
        control = ControlTable(outputs["controlTable"], cast("Any", client), SystemClock(), dice)
        arm(control, TIER)
        protocol = Protocol.from_json(outputs["protocol"]).scaled()
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
        self._let_plans_end()
        row = self._settle()
        eventually(lambda: self._observed(row), SETTLED_SECONDS, f"three votes about epoch {row.epoch}")
        return row

    def parameters(self) -> dict[str, str]:
        """Read the active region that each control region tells outside."""
        return {region: self._parameter(region) for region in self.control_regions}

    def order(self, order: Order, region: str, seconds: float = 60.0) -> dict[str, Any]:
        """Hand an order to a region's orchestrator and return the answer to it."""
        client = self.client("lambda", region, seconds)
        said = client.invoke(FunctionName=self.orchestrator, Payload=order.to_json().encode())
        told = json.loads(said["Payload"].read())
        assert "FunctionError" not in said, told
        return dict(told["answers"][0])

    def pages(self, since: int = 0) -> list[dict[str, object]]:
        """Return what reached people after the numbered message."""
        return self.cloud.sinks(since)

    def last_page(self) -> int:
        """Return the number of the newest message that reached people; 0 before the first."""
        pages = self.cloud.sinks()
        return int(str(pages[-1]["number"])) if pages else 0

    def last_call(self) -> int:
        """Return the number of the newest call to the cloud; 0 before the first."""
        calls = self.cloud.calls()
        return int(str(calls[-1]["number"])) if calls else 0

    def _let_plans_end(self) -> None:
        deadline = time.monotonic() + self.protocol.plan_total
        while self.row().unfinished and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _settle(self) -> TierRow:
        row = self.row()
        sets: dict[str, Value] = dict.fromkeys(("target", "plan_id", "kind", "step", "owner", "armed_until"))
        sets |= {"epoch": row.epoch + 1, "owner_counter": row.owner_counter + 1, "active": "primary"}
        sets |= {"phase": Phase.STEADY, "armed": True, "changed_at": self.now().isoformat(), "moved_at": {}}
        settled = self.control.apply(TIER, Change(expects={}, sets=sets))
        for region in self.control_regions:
            self._name_active(region, self.primary)
        return settled

    def _observed(self, row: TierRow) -> bool:
        votes = self.snapshot().votes
        return len(votes) == len(self.protocol.electorates[TIER]) and all(_knows(vote, row) for vote in votes)

    def _name_active(self, region: str, value: str) -> None:
        name = self.outputs["activeParameter"]
        self.client("ssm", region).put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def _parameter(self, region: str) -> str:
        client = cast("Any", self.cloud.client("ssm", region, INTERNAL.access_key_id))
        return str(client.get_parameter(Name=self.outputs["activeParameter"])["Parameter"]["Value"])


def _knows(vote: Vote, row: TierRow) -> bool:
    """Whether the vote would let a failover go to the standby: it saw both sites answer in this epoch."""
    fresh = vote.acked_lag_ms is not None and vote.lag_ms is not None
    return vote.about(row) and vote.goods > 0 and fresh and vote.standby is Verdict.HEALTHY
