"""A deployed stack without its functions: the control table in three regions, the canaries, and a person's machine."""

import functools
import itertools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from typer.testing import CliRunner, Result

from evaluation import Evaluation
from failover.arming import arm
from failover.clock import SystemClock
from failover.control_table import ControlTable
from localcloud.caller import INTERNAL
from localcloud.front import Front
from localcloud.latency import Profile
from localcloud.request import Request, Response
from ops.__main__ import app
from tests.failover.world import World
from tests.ops.one_tier import OneTier, modelled

CONTROL_REGIONS = ("us-east-1", "us-east-2", "us-west-2")
DATA_REGIONS = ("us-east-1", "us-west-2")
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Ground(OneTier):
    """What the verbs act on."""

    front: Front
    outputs: Mapping[str, Any]
    saved: Path

    def lifeboat(self, *arguments: str, answers: str | None = None) -> Result:
        """Run a verb as a person does, with the saved outputs."""
        return CliRunner().invoke(app, [*arguments, "-s", "prod", "--outputs", str(self.saved)], input=answers)

    def document(self, *arguments: str, code: int = 0) -> Any:
        """Run a verb for a program; return the one document on its standard output."""
        ended = self.lifeboat(*arguments, "--json")
        assert ended.exit_code == code, ended.output
        return json.loads(ended.stdout)

    def client(self, service: str, region: str) -> Any:
        """Return a client that is the cloud itself."""
        return within(self.front.endpoint, service, region)


@functools.cache
def within(endpoint: str, service: str, region: str) -> Any:
    """Return a client of the embedded cloud that is the cloud itself."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=INTERNAL.access_key_id,
        aws_secret_access_key="embedded",
    )


@pytest.fixture(scope="session")
def whole_front() -> Iterator[Front]:
    """An empty cloud: moto keeps what the tests of other folders made in this process, whole stacks too."""
    moto_api_backend.reset()
    front = Front.open(Profile(), seed=7)
    front.warming.join()
    yield front
    front.close()


@pytest.fixture
def front(whole_front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials that it first saw
    monkeypatch.setenv("AWS_ENDPOINT_URL", whole_front.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator.us-east-2.person.0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
    yield whole_front
    whole_front.gateway.faults.clear()
    whole_front.gateway.world.restore()


@pytest.fixture
def bare_ground(front: Front, prod: Evaluation, tmp_path: Path) -> Ground:
    """The stack as deployed, never armed."""
    number = next(_numbers)
    named = {"controlTable": f"lifeboat-prod-control-{number}", "canaryTable": f"lifeboat-prod-canary-{number}"}
    named |= {"activeParameter": f"/lifeboat/prod-{number}/data/active-region"}
    outputs = {**prod.outputs["lifeboat"], "accountId": "123456789012", **named}  # type: ignore[dict-item]
    saved = tmp_path / "outputs.json"
    saved.write_text(json.dumps({"lifeboat": outputs}))
    make_tables(front, outputs)
    dice = random.Random(1)  # noqa: S311 jitter of retries
    table, store = named["controlTable"], within(front.endpoint, "dynamodb", "us-east-2")
    control = ControlTable(table, store, SystemClock(), dice)
    return Ground(front=front, outputs=outputs, saved=saved, control=control, store=store, table=table)


@pytest.fixture
def ground(bare_ground: Ground) -> Ground:
    """The stack, armed in epoch 1 with the primary active, all outside values in place, without its functions."""
    arm(bare_ground.control, "data", CONTROL_REGIONS)
    for region in CONTROL_REGIONS:
        bare_ground.client("ssm", region).put_parameter(
            Name=bare_ground.outputs["activeParameter"], Value="us-east-1", Type="String"
        )
    return bare_ground


@pytest.fixture
def tier() -> OneTier:
    """A tier over the model, armed in epoch 1 with the primary active: for many hundreds of calls."""
    return modelled(World())


@dataclass
class Orchestrators:
    """Answers instead of the functions, which this ground has none of; ``orders`` are (region, order)."""

    answer: dict[str, object]
    orders: list[tuple[str, dict[str, Any]]]

    def __call__(self, request: Request) -> Response:
        if request.environ.get("HTTP_X_AMZ_INVOCATION_TYPE") == "DryRun":
            return Response(status=204, body=b"")
        self.orders.append((request.region, json.loads(request.body)))
        return Response(status=200, body=json.dumps({"answers": [self.answer]}).encode())


@pytest.fixture
def orchestrators(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Orchestrators:
    taken = Orchestrators(answer={"outcome": "done", "code": "done", "reason": "secondary is active"}, orders=[])
    monkeypatch.setitem(ground.front.gateway.routes, ("lambda", "Invoke"), taken)
    return taken


def make_tables(front: Front, outputs: Mapping[str, Any]) -> None:
    """Make the control table (MRSC, three regions) and the canary table (MREC, two)."""
    home, primary = (within(front.endpoint, "dynamodb", region) for region in ("us-east-2", "us-east-1"))
    make_table(home, outputs["controlTable"], ("pk", "sk"))
    _replicate(home, outputs["controlTable"], ("us-east-1", "us-west-2"), MultiRegionConsistency="STRONG")
    make_table(primary, outputs["canaryTable"], ("id",), StreamSpecification=STREAM)
    _replicate(primary, outputs["canaryTable"], ("us-west-2",))


def make_table(dynamodb: Any, name: str, keys: tuple[str, ...], **more: Any) -> None:
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if number else "HASH"} for number, key in enumerate(keys)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        **more,
    )


def _replicate(dynamodb: Any, name: str, others: tuple[str, ...], **more: Any) -> None:
    updates = [{"Create": {"RegionName": other}} for other in others]
    dynamodb.update_table(TableName=name, ReplicaUpdates=updates, **more)
