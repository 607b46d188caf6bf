"""Observers and orchestrators put together as their functions do it, over clients that a test hands out."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from failover.backlog import Backlog
from failover.ballot import Ballot
from failover.canary import Canary, CanaryItem, CanaryWatch, PlainWrites, Writes
from failover.clock import Clock
from failover.control_table import PATIENT_ATTEMPTS, ControlTable
from failover.data_plan import DataPlan, Trials
from failover.fan_out import FanOut
from failover.observer import Post
from failover.orchestrator import Tools
from failover.outside import ActiveParameter
from failover.pace import Pace
from failover.pages import Pager
from failover.protocol import Protocol as Numbers
from failover.replication.stamped_canary import StampedWrites
from failover.sites import Sites
from failover.waking import OrchestratorWaker
from lambdas.health_checker.post import ATTEMPTS_IN_A_TURN, Staff

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
SITES = Sites(primary="us-east-1", secondary="us-west-2")
CONTROL, CANARY, PARAMETER = "control", "canary", "/lifeboat/test/data/active-region"
PATIENCE = 1.0


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What one process in a region works with.

    ``client`` makes one of `control`, `data`, `ssm`, `sns` or `lambda` in a region, with so many seconds to read.
    ``streams`` is how the data tables are replicated: by a replicator of ours.
    ``replicators`` are functions by the table that each carries.
    """

    home: str
    client: Callable[[str, str, float], Any]
    clock: Clock
    fan_out: FanOut
    dice: random.Random
    numbers: Numbers
    streams: bool = False
    replicators: Mapping[str, str] = field(default_factory=dict)

    def control(self, attempts: int = PATIENT_ATTEMPTS) -> ControlTable:
        """Return the control table, through the region's own endpoint."""
        return ControlTable(CONTROL, self.client("control", self.home, PATIENCE), self.clock, self.dice, attempts)

    def canary(self, name: str, patience: float = PATIENCE, writes: Writes | None = None) -> Canary:
        """Return one writer's canary in both data regions."""
        clients = {region: self.client("data", region, patience) for region in (SITES.primary, SITES.secondary)}
        item = CanaryItem(table=CANARY, item_id=f"health_check_id#{name}", healthy_status="ok")
        return Canary(item, clients, self.clock, writes)

    def arriving(self) -> Writes:
        """Return how a canary is written that is to arrive at the other site."""
        return StampedWrites(SITES, lambda: int(self.clock.monotonic() * 1e6)) if self.streams else PlainWrites()

    def parameter(self, patience: float = PATIENCE) -> ActiveParameter:
        """Return the value outside, a copy in each control region."""
        clients = {region: self.client("ssm", region, patience) for region in REGIONS}
        return ActiveParameter(PARAMETER, lambda: clients, self.fan_out)

    def backlog(self) -> Backlog:
        """Return the replicators of both data regions."""
        clients = {region: self.client("lambda", region, PATIENCE) for region in (SITES.primary, SITES.secondary)}
        return Backlog(self.replicators, lambda: clients, self.fan_out, self.numbers.heartbeat, lambda: uuid4().hex)

    def pager(self) -> Pager:
        """Return the region's pager."""
        return Pager(f"arn:{self.home}", self.client("sns", self.home, PATIENCE), self.clock)

    def tools(self) -> Tools:
        """Return what an orchestrator works with."""
        control, parameter, pager = self.control(), self.parameter(), self.pager()
        plan = DataPlan(
            sites=SITES,
            protocol=self.numbers,
            trials=Trials(
                check=self.canary("orchestrator"),
                last=self.canary("orchestrator-last", writes=self.arriving()),
                backlog=self.backlog(),
            ),
            parameter=parameter,
            pager=pager,
            now=control.time.now,
        )
        return Tools(
            control=control,
            plan=plan,
            parameter=parameter,
            pager=pager,
            clock=self.clock,
            dice=self.dice,
            sites=SITES,
            protocol=self.numbers,
        )

    def staff(self) -> Staff:
        """Return an observer's post and pager."""
        control, numbers = self.control(ATTEMPTS_IN_A_TURN), self.numbers
        patience = numbers.probe_deadline * 0.8
        waker = OrchestratorWaker(
            name=self.home,
            function="orchestrator",
            topic_arn=f"arn:{self.home}",
            functions=self.client("lambda", self.home, patience),
            topics=self.client("sns", self.home, PATIENCE),
            fan_out=self.fan_out,
            time=control.time,
            pace=Pace(numbers.order_every - numbers.probe_interval / 2, self.clock),
            seconds=numbers.probe_deadline,
        )
        ballot = Ballot(
            table=CONTROL,
            client=self.client("control", self.home, PATIENCE),
            tier="data",
            observer=self.home,
        )
        post = Post(
            name=self.home,
            tier="data",
            sites=SITES,
            max_latency_ms=500.0,
            numbers=numbers,
            clock=self.clock,
            control=control,
            watch=CanaryWatch(self.canary(self.home, patience, self.arriving()), self.fan_out, self.clock),
            ballot=ballot,
            parameter=self.parameter(patience),
            waker=waker,
        )
        return Staff(post=post, pager=self.pager())
