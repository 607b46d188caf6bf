"""An application's way to its tables, with boto3's own clients."""

import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from failover.client_view import RowMissing
from failover.data_tier import DataTier, DataTierArgs
from failover.outbox import Outbox
from failover.outbox_replay import Replayer
from failover.protocol import Protocol
from failover.queued_table import Queued, QueuedTable
from failover.regional_table import Acknowledgement, NoSuchItem
from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from failover.replication.versioned_table import VersionedTable
from failover.replication.versioned_writes import OutdatedEpoch
from failover.rows import tier_key
from failover.sites import Sites
from failover.table_requests import UpdateItem
from failover.write_grants import NoCurrentView, TierMoving
from tests.waiting import eventually

CONTROL = ("us-east-1", "us-east-2", "us-west-2")
KEY = {"id": {"S": "order-1"}}
VISIT: UpdateItem = {
    "Key": KEY,
    "UpdateExpression": "ADD visits :one",
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}
ORDERS = VersionedTable(key=("id",))
ARGS = DataTierArgs(
    sites=Sites(primary="us-east-1", secondary="us-west-2"),
    control_table="control",
    control_regions=CONTROL,
    protocol=Protocol(),
)


def create(region: str, name: str, *keys: str) -> None:
    boto3.client("dynamodb", region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if number else "HASH"} for number, key in enumerate(keys)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )


def say(epoch: int, active: str, phase: str) -> None:
    row = {"epoch": {"N": str(epoch)}, "active": {"S": active}, "phase": {"S": phase}}
    for region in CONTROL:
        boto3.client("dynamodb", region).put_item(TableName="control", Item={**tier_key("data"), **row})


@pytest.fixture
def tier(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataTier]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "client.us-east-1.test.0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
    with mock_aws():
        for region in CONTROL:
            create(region, "control", "pk", "sk")
            create(region, "orders", "id")
        say(1, "primary", "steady")
        yield DataTier(ARGS, boto3.Session())


def stored(region: str) -> bool:
    return "Item" in boto3.client("dynamodb", region).get_item(TableName="orders", Key=KEY)


def test_a_write_lands_in_the_active_region_only(tier: DataTier) -> None:
    assert tier.table("orders", ORDERS).put_item(Item=KEY).region == "us-east-1"
    assert (stored("us-east-1"), stored("us-west-2")) == (True, False)


def test_a_write_leaves_a_version_that_its_reader_does_not_see(tier: DataTier) -> None:
    table = tier.table("orders", ORDERS)
    table.put_item(Item=KEY)
    stamp = Stamp.of(boto3.client("dynamodb", "us-east-1").get_item(TableName="orders", Key=KEY)["Item"])
    assert stamp is not None
    assert (stamp.version.epoch, stamp.version.origin) == (1, "primary")
    assert table.get_item(Key=KEY, ConsistentRead=True) == KEY


def test_an_item_of_a_later_epoch_than_the_view_is_left_alone(tier: DataTier) -> None:
    later = Stamp(version=Version(2, 1, "secondary")).attribute()
    boto3.client("dynamodb", "us-east-1").put_item(TableName="orders", Item={**KEY, ATTRIBUTE: later})
    with pytest.raises(OutdatedEpoch):
        tier.table("orders", ORDERS).put_item(Item={**KEY, "by": {"S": "epoch 1"}})
    assert tier.table("orders", ORDERS).get_item(Key=KEY) == KEY


def test_an_unlisted_table_holds_nothing_but_what_was_written(tier: DataTier) -> None:
    tier.unlisted_table("orders").put_item(Item=KEY)
    assert boto3.client("dynamodb", "us-east-1").get_item(TableName="orders", Key=KEY)["Item"] == KEY
    tier.unlisted_table("orders").delete_item(Key=KEY)
    assert not stored("us-east-1")


def test_a_failed_condition_is_boto3s_own_exception(tier: DataTier) -> None:
    table = tier.table("orders", ORDERS)
    table.put_item(Item=KEY)
    with pytest.raises(boto3.client("dynamodb", "us-east-1").exceptions.ClientError) as refused:
        table.put_item(Item=KEY, ConditionExpression="attribute_not_exists(id)")
    assert type(refused.value).__name__ == "ConditionalCheckFailedException"


def test_the_attributes_asked_for_come_with_the_acknowledgement(tier: DataTier) -> None:
    table = tier.table("orders", ORDERS)
    table.put_item(Item=KEY)
    done = table.update_item(
        Key=KEY,
        UpdateExpression="ADD visits :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    assert (done.epoch, done.attributes) == (1, {"visits": {"N": "1"}})


def test_deleting_and_reading_follow_the_active_site(tier: DataTier) -> None:
    table = tier.table("orders", ORDERS)
    table.put_item(Item=KEY)
    assert table.get_item(Key=KEY, ConsistentRead=True) == KEY
    table.delete_item(Key=KEY)
    with pytest.raises(NoSuchItem):
        table.get_item(Key=KEY)
    with pytest.raises(NoSuchItem):
        table.get_item(Key=KEY, site="standby")


def test_writes_stop_while_the_tier_moves(tier: DataTier) -> None:
    say(2, "secondary", "moving")
    with pytest.raises(TierMoving):
        tier.table("orders", ORDERS).put_item(Item=KEY)


def test_writes_go_to_the_new_site_once_it_is_published(tier: DataTier) -> None:
    say(2, "secondary", "steady")
    assert tier.table("orders", ORDERS).put_item(Item=KEY).region == "us-west-2"


def test_an_mrsc_table_is_written_at_home_without_any_row(tier: DataTier) -> None:
    say(2, "secondary", "held")
    done = tier.mrsc_table("orders", "primary").put_item(Item=KEY)
    assert (done.region, done.epoch) == ("us-east-1", None)


def test_a_stack_without_a_row_is_told_apart_from_a_missing_table(tier: DataTier) -> None:
    for region in CONTROL:
        boto3.client("dynamodb", region).delete_item(TableName="control", Key=tier_key("data"))
    with pytest.raises(NoCurrentView) as refused:
        tier.table("orders", ORDERS).put_item(Item=KEY)
    assert isinstance(refused.value.__cause__, RowMissing)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        tier.mrsc_table("payments", "primary").put_item(Item=KEY)


def test_a_hedged_read_leaves_no_thread_behind_when_the_tier_is_left(tier: DataTier) -> None:
    with tier:
        table = tier.table("orders", ORDERS)
        for region in CONTROL:
            boto3.client("dynamodb", region).put_item(TableName="orders", Item=KEY)
        assert table.get_item(Key=KEY, stale="hedged") == KEY
    eventually(lambda: not any(thread.name.startswith("table-read") for thread in threading.enumerate()), 20, "ended")
    with pytest.raises(RuntimeError, match="shutdown"):
        table.get_item(Key=KEY, stale="hedged")


def test_writes_of_a_move_wait_in_the_outbox_and_go_to_the_new_site(tier: DataTier, tmp_path: Path) -> None:
    say(2, "secondary", "moving")
    table = tier.table("orders", ORDERS)
    with tier, Outbox(tmp_path / "outbox.db") as outbox, Replayer(outbox, [table], every_seconds=0.05):
        orders = QueuedTable(table, outbox, key=("id",))
        assert isinstance(orders.put_item(Item=KEY), Queued)
        assert isinstance(orders.update_item(**VISIT), Queued)
        say(2, "secondary", "steady")
        eventually(lambda: outbox.depth().waiting == 0, 30, "sent")
        assert isinstance(orders.update_item(**VISIT), Acknowledgement)
        assert table.get_item(Key=KEY, ConsistentRead=True) == {**KEY, "visits": {"N": "2"}}
    assert (stored("us-east-1"), stored("us-west-2")) == (False, True)
