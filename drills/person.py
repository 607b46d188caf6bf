"""A person with credentials at a drill: gives orders, reads the control table, evaluates the program."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

from botocore.config import Config

from drills.ground import STACK, TIER, Ground
from drills.orders import OrderRefused
from evaluation import Evaluation, evaluate
from failover.ballot import Ballot
from failover.control_table import Snapshot
from failover.orders import Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

ORDER_SECONDS = 130  # a planned move may take plan_total; the answer comes at its end
PATIENT = Config(connect_timeout=2, read_timeout=ORDER_SECONDS, retries={"total_max_attempts": 1})


class Person:
    """A `drills.running.Operator`."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def now(self) -> datetime:
        """Return AWS time."""
        return self._ground.now()

    def give(self, order: Order) -> Mapping[str, object]:
        """Hand an order to the orchestrator nearest to the standby and wait for its answer.

        Raises:
            OrderRefused: it was not carried out.
        """
        region = self._ground.stack.far_control_regions[0]
        client = cast("LambdaClient", self._ground.cloud.client("lambda", region, config=PATIENT))
        answer = client.invoke(FunctionName=self._orchestrator(region), Payload=order.to_json().encode())
        told = json.loads(answer["Payload"].read())
        if answer.get("FunctionError") or told["answers"][0]["outcome"] != "done":
            raise OrderRefused(json.dumps(told))
        return dict(told["answers"][0])

    def send(self, order: Order, region: str) -> None:
        """Hand an order to a region's orchestrator without waiting for what becomes of it."""
        client = cast("LambdaClient", self._ground.client("lambda", region))
        client.invoke(FunctionName=self._orchestrator(region), InvocationType="Event", Payload=order.to_json().encode())

    def snapshot(self) -> Snapshot:
        """Read the tier's row and the votes."""
        return self._ground.control.snapshot(TIER, self._ground.stack.tier.protocol.electorates[TIER])

    def ballot(self, observer: str) -> Ballot:
        """Return where an observer votes: through its own region."""
        client = cast("DynamoDBClient", self._ground.client("dynamodb", observer))
        return Ballot(table=self._ground.stack.tier.control_table, client=client, tier=TIER, observer=observer)

    def set_off_observer(self, region: str) -> None:
        """Start a run of a region's observer, as its schedule does every minute."""
        self._ground.set_off_observer(region)

    def kill(self, region: str) -> int:
        """Kill everything that runs in a region; return how many processes."""
        return self._ground.cloud.kills(region)

    def evaluate(self) -> Evaluation:
        """Evaluate the program as it was deployed; nothing is created."""
        return evaluate(STACK, config={"lifeboat:endpoints": {"url": self._ground.cloud.endpoint}})

    def _orchestrator(self, region: str) -> str:
        return self._ground.stack.orchestrators[region]
