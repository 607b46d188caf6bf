"""The real load, as its own process, against moto: two regions that do not replicate, and a row to follow."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend

from drills.contents import contents
from drills.load_process import LoadFailed, LoadProcess
from drills.load_spec import LoadSpec, LoadTable
from drills.recorder import Operation, read_operations
from drills.writers import max_writers_per_epoch, overlapping_writers_seconds
from failover.data_tier import DataTierArgs
from failover.protocol import Protocol
from failover.rows import tier_key
from failover.sites import Sites
from localcloud.front import Front
from localcloud.latency import Profile
from tests.waiting import seen_within

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef

CONTROL = ("us-east-1", "us-east-2", "us-west-2")
TABLE = LoadTable(name="orders", partition="customer_id", sort="order_id")
PATIENCE_SECONDS = 30.0


def a_spec(log: Path) -> LoadSpec:
    tier = DataTierArgs(
        sites=Sites(primary="us-east-1", secondary="us-west-2"),
        control_table="control",
        control_regions=CONTROL,
        protocol=Protocol(),
    )
    return LoadSpec(tier=tier, table=TABLE, log=log, turns_per_second=10.0)


@dataclass
class Cloud:
    """A server that every region shares; the row is written to each control region."""

    endpoint: str
    log: Path

    def dynamodb(self, region: str) -> "DynamoDBClient":
        session = boto3.Session(aws_access_key_id="internal.-.cloud.0", aws_secret_access_key="embedded")
        return session.client("dynamodb", region, endpoint_url=self.endpoint)

    def create(self, region: str, name: str, partition: str, sort: str) -> None:
        schema: list[KeySchemaElementTypeDef] = [
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ]
        self.dynamodb(region).create_table(
            TableName=name,
            KeySchema=schema,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in (partition, sort)],
            BillingMode="PAY_PER_REQUEST",
        )

    def say(self, epoch: int, active: str, phase: str) -> None:
        row = {"epoch": {"N": str(epoch)}, "active": {"S": active}, "phase": {"S": phase}}
        for region in CONTROL:
            self.dynamodb(region).put_item(TableName="control", Item={**tier_key("data"), **row})

    def spec(self) -> LoadSpec:
        return a_spec(self.log)

    def wait(self, holds: Callable[[tuple[Operation, ...]], bool]) -> tuple[Operation, ...]:
        """Return the log once it is as wanted."""

        def look() -> tuple[Operation, ...]:
            operations = self.operations()
            return operations if holds(operations) else ()

        seen = seen_within(PATIENCE_SECONDS, look)
        assert seen, f"not within {PATIENCE_SECONDS:g} s; last of the log: {self.operations()[-5:]}"
        return seen

    def operations(self) -> tuple[Operation, ...]:
        """Return what the log has so far."""
        return read_operations(self.log) if self.log.exists() else ()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    front = Front.open(Profile())  # behind it moto checks and writes in one step, which it does not by itself
    front.warming.join()
    yield front.endpoint
    front.close()


@pytest.fixture
def cloud(endpoint: str, tmp_path: Path) -> Cloud:
    moto_api_backend.reset()
    made = Cloud(endpoint=endpoint, log=tmp_path / "load.jsonl")
    for region in CONTROL:
        made.create(region, "control", "pk", "sk")
        made.create(region, "orders", "customer_id", "order_id")
    made.say(1, "primary", "steady")
    return made


def acknowledged(operations: tuple[Operation, ...], epoch: int, region: str) -> set[str]:
    """Return the cooperating clients that wrote there under that epoch."""
    return {
        operation.client
        for operation in operations
        if operation.cooperates and operation.acknowledged
        if (operation.epoch, operation.region) == (epoch, region)
    }


def test_the_load_follows_the_row_and_keeps_an_honest_log(cloud: Cloud) -> None:
    everyone = {"primary-1", "primary-2", "secondary-1", "secondary-2"}
    with LoadProcess(cloud.spec(), cloud.endpoint):
        cloud.wait(lambda log: acknowledged(log, 1, "us-east-1") == everyone)
        cloud.say(2, "secondary", "moving")
        cloud.wait(lambda log: {o.client for o in log if o.error == "TierMoving"} == everyone)
        cloud.say(2, "secondary", "steady")
        cloud.wait(lambda log: acknowledged(log, 2, "us-west-2") == everyone)
        moved = time.monotonic()
        cloud.wait(lambda log: any(o.op == "stale-insert" and o.at > moved for o in log))
    log = read_operations(cloud.log)
    assert (max_writers_per_epoch(log), overlapping_writers_seconds(log)) == (1, 0)
    assert {o.region for o in log if o.op == "stale-insert" and o.acknowledged} == {"us-east-1"}
    kept = {region: contents(cloud.dynamodb(region), TABLE) for region in ("us-east-1", "us-west-2")}
    written = [o for o in log if o.is_write and o.acknowledged]
    assert {o.op for o in written} == {"insert", "append", "stale-insert"}
    assert [o for o in written if o.value not in kept[str(o.region)].get(o.key, ())] == []
    assert len({o.value for o in written}) == len(written)


def test_clients_that_ignore_the_age_of_their_views_write_in_both_regions_at_once(cloud: Cloud) -> None:
    spec = replace(cloud.spec(), views="ageless", reread_seconds=3.0, defiant=False)
    with LoadProcess(spec, cloud.endpoint):
        cloud.wait(lambda log: len(acknowledged(log, 1, "us-east-1")) == 4)
        assert any(overlap_once_moved(cloud, epoch) > 0 for epoch in range(2, 12))


def overlap_once_moved(cloud: Cloud, epoch: int) -> float:
    """Move the row and return the overlap of all moves: in one alone a busy machine may let all reread at once."""
    site, region = ("primary", "us-east-1") if epoch % 2 else ("secondary", "us-west-2")
    cloud.say(epoch, site, "moving")
    cloud.wait(lambda log: len(acknowledged(log, epoch, region)) == 4)
    return overlapping_writers_seconds(cloud.operations())


def test_the_load_ends_with_its_parent(cloud: Cloud) -> None:
    parent = "import sys, time; from drills.load_process import *; from drills.load_spec import *\n"
    parent += "LoadProcess(LoadSpec.from_json(sys.argv[1]), sys.argv[2]); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", parent, cloud.spec().to_json(), cloud.endpoint])
    cloud.wait(lambda log: len(log) > 5)
    process.kill()
    process.wait()
    cloud.wait(lambda log: log[-1].ended < time.monotonic() - 1.0)


def test_a_load_that_broke_is_not_taken_for_one_that_ended(endpoint: str) -> None:
    process = LoadProcess(a_spec(Path("/proc/nowhere/load.jsonl")), endpoint)
    with pytest.raises(LoadFailed, match="exit code 1"):
        process.stop()


def test_a_spec_survives_the_command_line(tmp_path: Path) -> None:
    spec = a_spec(tmp_path / "load.jsonl")
    assert LoadSpec.from_json(spec.to_json()) == spec
