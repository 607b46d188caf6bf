"""Telling the region's own orchestrator: a direct invocation, and a message on `signals` as the second path."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failover.clock import AwsTime
from failover.due import Due
from failover.failures import code_of
from failover.fan_out import FanOut
from failover.orders import Order, OrderKind
from failover.pace import Pace
from failover.tier import TierRow

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sns import SNSClient

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class OrchestratorWaker:
    """Sends both at once under one deadline; what fails is logged, as the next turn sends again."""

    name: str
    function: str
    topic_arn: str
    functions: LambdaClient
    topics: SNSClient
    fan_out: FanOut
    time: AwsTime
    pace: Pace
    seconds: float

    def wake(self, row: TierRow, due: Due) -> None:
        """Send one order, unless one for this tier and epoch has just gone."""
        if not self.pace.due((row.tier, row.epoch)):
            return
        order = self._order(row, due).to_json()
        calls: dict[str, Callable[[], object]] = {
            "invoke": lambda: self.functions.invoke(
                FunctionName=self.function, InvocationType="Event", Payload=order.encode()
            ),
            "publish": lambda: self.topics.publish(TopicArn=self.topic_arn, Message=order),
        }
        answers = self.fan_out(calls, self.seconds)
        failed = {way: code_of(answer) for way, answer in answers.items() if isinstance(answer, Exception)}
        log.info("woke", extra={"reason": due.reason, "epoch": row.epoch, "failed": failed})

    def _order(self, row: TierRow, due: Due) -> Order:
        return Order(
            id=f"wake-{self.name}-{uuid.uuid4()}",
            kind=OrderKind.WAKE,
            tier=row.tier,
            epoch=row.epoch,
            reason=due.reason,
            by=self.name,
            issued_at=self.time.now(),
            seen_counters=due.seen_counters,
            stalled_counter=due.stalled_counter,
        )
