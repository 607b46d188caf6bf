"""A person with credentials at a drill: gives orders, reads the control table, evaluates the program."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from botocore.config import Config

from drills.accounting import Contents
from drills.ground import STACK, Ground
from drills.orders import OrderRefused
from drills.replicator_client import ReplicatorClient
from drills.running import TIER, Said
from drills.table_client import TableClient
from evaluation import ROOT, Evaluation, evaluate
from failover.ballot import Ballot
from failover.control_table import Snapshot
from failover.orders import Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

OUTPUTS = "outputs.json"
ORDER_SECONDS = 130  # a planned move may take plan_total; the answer comes at its end
PATIENT = Config(connect_timeout=2, read_timeout=ORDER_SECONDS, retries={"total_max_attempts": 1})


class Person:
    """A `drills.running.Operator`."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self.ground = ground
        self._folder = folder

    def now(self) -> datetime:
        """Return AWS time."""
        return self.ground.now()

    def give(self, order: Order) -> Mapping[str, object]:
        """Hand an order to the orchestrator nearest to the standby and wait for its answer.

        Raises:
            OrderRefused: it was not carried out.
        """
        region = self.ground.stack.far_control_regions[0]
        client = cast("LambdaClient", self.ground.cloud.client("lambda", region, config=PATIENT))
        answer = client.invoke(FunctionName=self._orchestrator(region), Payload=order.to_json().encode())
        told = json.loads(answer["Payload"].read())
        if answer.get("FunctionError") or told["answers"][0]["outcome"] != "done":
            raise OrderRefused(json.dumps(told))
        return dict(told["answers"][0])

    def send(self, order: Order, region: str) -> None:
        """Hand an order to a region's orchestrator without waiting for what becomes of it."""
        client = cast("LambdaClient", self.ground.client("lambda", region))
        client.invoke(FunctionName=self._orchestrator(region), InvocationType="Event", Payload=order.to_json().encode())

    def snapshot(self) -> Snapshot:
        """Read the tier's row and the votes."""
        return self.ground.control.snapshot(TIER, self.ground.stack.tier.protocol.electorates[TIER])

    def ballot(self, observer: str) -> Ballot:
        """Return where an observer votes: through its own region."""
        client = cast("DynamoDBClient", self.ground.client("dynamodb", observer))
        return Ballot(table=self.ground.stack.tier.control_table, client=client, tier=TIER, observer=observer)

    def set_off_observer(self, region: str) -> None:
        """Start a run of a region's observer, as its schedule does every minute."""
        self.ground.set_off_observer(region)

    def kill(self, region: str) -> int:
        """Kill everything that runs in a region; return how many processes."""
        return self.ground.cloud.kills(region)

    def evaluate(self) -> Evaluation:
        """Evaluate the program as it was deployed; nothing is created."""
        return evaluate(STACK, config={"lifeboat:endpoints": {"url": self.ground.cloud.endpoint}})

    def table(self) -> TableClient:
        """Return who writes into the loaded table past every rule, and sees what is there."""
        ground = self.ground
        dead_records = f"lifeboat-{ground.stack.name}-dead-records"
        account_id = str(ground.outputs["accountId"])
        return TableClient(ground.table, ground.stack.tier.sites, ground.client, dead_records, account_id)

    def replicators(self) -> ReplicatorClient:
        """Return what is to be seen of the loaded table's replicators."""
        ground, cloud = self.ground, self.ground.cloud
        sites, backlog = ground.stack.tier.sites, partial(cloud.remote.get, "streams/backlog")
        return ReplicatorClient(ground.stack.name, sites, ground.client, backlog, cloud.sandboxes)

    def contents(self) -> Mapping[str, Contents]:
        """Return the ids of writes that each region's loaded table holds under each key."""
        return self.ground.contents()

    def let_pass(self, seconds: float) -> None:
        """Let so much of AWS's time pass at once."""
        self.ground.cloud.let_pass(seconds)

    @property
    def folder(self) -> Path:
        """The drill's folder: the load's log is in it, and what commands leave."""
        return self._folder

    def lifeboat(self, *arguments: str) -> Said:
        """Run the command line with the stack's saved outputs, in the drill's folder: what it keeps stays there."""
        outputs = self._folder / OUTPUTS
        outputs.write_text(json.dumps(dict(self.ground.outputs)))
        command = [sys.executable, "-m", "ops", *arguments, "-s", STACK, "--outputs", OUTPUTS]
        ended = subprocess.run(
            command,
            cwd=self._folder,
            env={**os.environ, **self._environment()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=ORDER_SECONDS,
            check=False,
        )
        return Said(code=ended.returncode, output=ended.stdout.strip())

    def _environment(self) -> dict[str, str]:
        home = self.ground.stack.far_control_regions[0]
        who = {"AWS_ACCESS_KEY_ID": f"operator.{home}.person.0", "AWS_SECRET_ACCESS_KEY": "embedded"}
        return {**who, "AWS_ENDPOINT_URL": self.ground.cloud.endpoint, "PYTHONPATH": str(ROOT)}

    def _orchestrator(self, region: str) -> str:
        return self.ground.stack.orchestrators[region]
