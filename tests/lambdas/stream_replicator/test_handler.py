"""The replicator's edge over moto: its environment, whole batches between two regions, and what it tells of them."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from failover.environment import Misconfigured
from failover.replication.dead_letters import DeadLetterBucket
from failover.replication.stamps import Stamp
from lambdas.stream_replicator import handler
from lambdas.stream_replicator.settings import Settings
from tests.failover.replication.records import THERE, item, record, stamp

HERE, FAR, CONTROL = "us-east-1", "us-west-2", "us-east-2"
TOLD = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": HERE,
    "STACK": "test",
    "PRIMARY_REGION": HERE,
    "SECONDARY_REGION": FAR,
    "PRIMARY_TABLE_NAME": "orders-primary",
    "SECONDARY_TABLE_NAME": "orders-secondary",
    "PARTITION_KEY": "id",
    "KEY_TYPES": '{"id": "S"}',
    "STREAM_ARN": "arn:aws:dynamodb:us-east-1:123456789012:table/orders-primary/stream/1",
    "LANES": "10",
    "TTL_ATTRIBUTE": "expires",
    "EXPIRY": "ignore",
    "TOMBSTONE_SECONDS": "86400",
    "CONTROL_TABLE": "control",
    "CONTROL_REGIONS": CONTROL,
    "LOSERS_TABLE": "losers",
    "DEAD_LETTER_BUCKET": "test-dead-letters",
    "AWS_LAMBDA_FUNCTION_NAME": "replicator",
}


@dataclass(frozen=True)
class Invocation:
    """One with so much time left."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.mark.parametrize("name", sorted(TOLD.keys() - {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({key: value for key, value in TOLD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AWS_REGION", CONTROL),
        ("EXPIRY", "tell"),
        *(("TOMBSTONE_SECONDS", text) for text in ("0", "-1", "1.5", "day", "\u0661")),
    ],
)
def test_a_variable_without_a_meaning_is_named(name: str, text: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({**TOLD, name: text})


@pytest.mark.parametrize(("region", "site"), [(HERE, "primary"), (FAR, "secondary")])
def test_a_function_carries_over_what_changes_in_its_own_region(region: str, site: str) -> None:
    assert Settings.from_env({**TOLD, "AWS_REGION": region}).here == site


def test_excluded_attributes_are_told_with_commas_between() -> None:
    assert Settings.from_env({**TOLD, "EXCLUDED_ATTRIBUTES": "iban,tax_id"}).rules.excluded == {"iban", "tax_id"}
    assert Settings.from_env(TOLD).rules.excluded == frozenset()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two regions' tables, the control table and the bucket; and a process that has not begun yet."""
    for name, value in TOLD.items():
        monkeypatch.setenv(name, value)
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    handler.lane.cache_clear()
    handler.proofs.cache_clear()
    with mock_aws():
        _table(HERE, "orders-primary", "id")
        _table(FAR, "orders-secondary", "id")
        _table(HERE, "losers", "pk", "sk")
        _table(CONTROL, "control", "pk", "sk")
        boto3.client("s3", HERE).create_bucket(Bucket="test-dead-letters")
        yield
    handler.lane.cache_clear()
    handler.proofs.cache_clear()


def _table(region: str, name: str, *keys: str) -> None:
    boto3.client("dynamodb", region).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if number else "HASH"} for number, key in enumerate(keys)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
    )


def held(region: str, table: str) -> dict[str, Any]:
    items = boto3.client("dynamodb", region).scan(TableName=table)["Items"]
    return {one["id"]["S"]: one for one in items}


def carry(*records: Any, milliseconds: int = 60_000) -> list[str]:
    answer = handler.carry({"Records": list(records)}, Invocation(milliseconds))
    assert answer.keys() == {"batchItemFailures"}
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


@pytest.mark.usefixtures("account")
def test_a_batch_is_carried_over_and_told_as_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    changed = record(item(stamp(1), "a"), item(stamp(2), "a"), 2)
    assert carry(record(None, item(stamp(1), "a"), 1), changed, record(None, item(stamp(3, THERE), "b"), 3)) == []

    assert held(FAR, "orders-secondary") == {"a": item(stamp(2), "a")}
    told = metrics(capsys)
    assert (told["Stack"], told["Table"]) == ("test", "orders-primary")
    assert {name for name in told if name.startswith("Replication")} == {"ReplicationApplied", "ReplicationLagMs"}
    assert told["ReplicationApplied"] == 2
    assert told["ReplicationLagMs"] > 1_000_000
    (declared,) = told["_aws"]["CloudWatchMetrics"]
    assert {one["Name"] for one in declared["Metrics"]} <= told.keys()


@pytest.mark.usefixtures("account")
def test_a_batch_of_the_other_sites_own_changes_tells_no_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    assert carry(record(None, item(stamp(3, THERE), "b"), 3)) == []
    assert "_aws" not in capsys.readouterr().out


@pytest.mark.usefixtures("account")
def test_a_write_around_the_client_is_stamped_and_its_own_record_carried() -> None:
    boto3.client("dynamodb", HERE).put_item(TableName="orders-primary", Item=item(None, "a"))
    assert carry(record(None, item(None, "a"), 1)) == []
    stamped = held(HERE, "orders-primary")["a"]
    assert held(FAR, "orders-secondary") == {}
    assert carry(record(item(None, "a"), stamped, 2)) == []

    assert Stamp.of(stamped)
    assert held(FAR, "orders-secondary") == {"a": stamped}


@pytest.mark.usefixtures("account")
def test_what_cannot_be_replicated_is_an_object_in_the_bucket_once(capsys: pytest.CaptureFixture[str]) -> None:
    poison = {"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "a"}}, "SequenceNumber": "7"}}
    huge = record(None, item(stamp(8), "h", value={"S": "x" * 410_000}), 8)
    for _ in range(2):
        assert carry(poison, huge, record(None, item(stamp(9), "b"), 9)) == []

    s3 = boto3.client("s3", HERE)
    kept = {one["Key"] for one in s3.list_objects_v2(Bucket="test-dead-letters")["Contents"]}
    assert kept == {"replicator/7.json", "replicator/8.json"}
    body = json.load(s3.get_object(Bucket="test-dead-letters", Key="replicator/7.json")["Body"])
    assert (body["function"], body["Records"]) == ("replicator", [poison])
    assert "lacks an image" in body["reason"]
    assert held(FAR, "orders-secondary").keys() == {"b"}
    assert metrics(capsys)["ReplicationDead"] == 2


@pytest.mark.usefixtures("account")
def test_what_lost_is_listed_in_the_functions_own_region() -> None:
    boto3.client("dynamodb", FAR).put_item(TableName="orders-secondary", Item=item(stamp(9, THERE, epoch=2), "a"))
    assert carry(record(None, item(stamp(1), "a"), 1)) == []

    (loser,) = boto3.client("dynamodb", HERE).scan(TableName="losers")["Items"]
    assert loser["item"]["M"] == item(stamp(1), "a")
    assert Stamp.of(held(FAR, "orders-secondary")["a"]) == stamp(9, THERE, epoch=2)


@pytest.mark.usefixtures("account")
def test_with_no_time_left_everything_comes_again() -> None:
    assert carry(record(None, item(stamp(1), "a"), 1), record(None, item(stamp(2), "b"), 2), milliseconds=1_000) == [
        "1",
        "2",
    ]
    assert held(FAR, "orders-secondary") == {}


@pytest.mark.usefixtures("account")
def test_while_the_other_table_is_missing_its_records_come_again_and_none_is_buried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    boto3.client("dynamodb", FAR).delete_table(TableName="orders-secondary")

    assert carry(record(None, item(stamp(1), "a"), 1)) == ["1"]
    assert metrics(capsys)["ReplicationFailed"] == 1
    assert "Contents" not in boto3.client("s3", HERE).list_objects_v2(Bucket="test-dead-letters")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("junk", [None, 5, {"dynamodb": None}])
def test_records_without_a_number_are_kept_by_what_they_are(junk: Any) -> None:
    bucket = DeadLetterBucket(boto3.client("s3", HERE), "test-dead-letters", "replicator")
    for one in (junk, junk, {"another": 1}):
        bucket.keep(one, "malformed")

    assert boto3.client("s3", HERE).list_objects_v2(Bucket="test-dead-letters")["KeyCount"] == 2


@pytest.mark.usefixtures("account")
def test_a_planned_move_hears_how_many_markers_are_on_their_way() -> None:
    asked = {"id": "one", "places": "one", "numbers": [0, 1, 2]}
    answer = handler.handle({"arrived": asked, "seconds": 0.01}, Invocation())
    assert answer == {"waiting": 3, "like": {**asked, "numbers": ()}}
