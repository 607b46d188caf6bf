"""The auditor's edge over moto: its environment, a batch, and what is handed to it a second time."""

import os
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from failover.environment import Misconfigured
from lambdas.divergence_auditor import handler
from lambdas.divergence_auditor.settings import Settings
from tests.failover.replication.records import THERE, item, overwrite, stamp

HERE, FAR = "us-east-1", "us-west-2"
TOLD = {
    "AWS_REGION": HERE,
    "PRIMARY_REGION": HERE,
    "SECONDARY_REGION": FAR,
    "LOSERS_TABLE": "losers",
    "DEAD_LETTER_BUCKET": "test-dead-letters",
    "AWS_LAMBDA_FUNCTION_NAME": "auditor",
}
POISON = {"dynamodb": {"SequenceNumber": "7"}, "eventName": "UPSERT"}


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({key: value for key, value in TOLD.items() if key != name})


def test_a_region_that_is_no_site_is_named() -> None:
    with pytest.raises(Misconfigured, match="AWS_REGION"):
        Settings.from_env({**TOLD, "AWS_REGION": "us-east-2"})


@pytest.mark.parametrize(("region", "site"), [(HERE, "primary"), (FAR, "secondary")])
def test_a_function_looks_for_what_its_own_region_lost(region: str, site: str) -> None:
    assert Settings.from_env({**TOLD, "AWS_REGION": region}).here == site


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The region's list and bucket, and a process that has not begun yet."""
    for name, value in {**TOLD, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    handler.auditor.cache_clear()
    with mock_aws():
        boto3.client("dynamodb", HERE).create_table(
            TableName="losers",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        boto3.client("s3", HERE).create_bucket(Bucket="test-dead-letters")
        yield
    handler.auditor.cache_clear()


@pytest.mark.usefixtures("account")
def test_a_batch_is_listed_once_however_often_it_comes() -> None:
    batch = {"Records": [overwrite(item(stamp(5)), item(stamp(9, THERE), value={"S": "y"}))]}
    assert [handler.handle(batch, None) for _ in range(2)] == [{"batchItemFailures": []}] * 2
    [entry] = boto3.client("dynamodb", HERE).scan(TableName="losers")["Items"]
    assert (entry["pk"], entry["version"]) == ({"S": "orders"}, {"S": str(stamp(5).version)})
    assert entry["item"] == {"M": item(stamp(5))}


@pytest.mark.usefixtures("account")
def test_a_version_that_was_given_twice_is_two_writes() -> None:
    lost = [overwrite(item(stamp(5), value={"S": text}), item(stamp(9, THERE)), int(text)) for text in ("1", "2")]
    handler.handle({"Records": lost}, None)
    kept = boto3.client("dynamodb", HERE).scan(TableName="losers")["Items"]
    assert sorted(entry["item"]["M"]["value"]["S"] for entry in kept) == ["1", "2"]


@pytest.mark.usefixtures("account")
def test_what_cannot_be_read_is_kept_and_fails_if_somebody_tries_it_again() -> None:
    assert handler.handle({"Records": [POISON]}, None) == {"batchItemFailures": []}
    [kept] = boto3.client("s3", HERE).list_objects_v2(Bucket="test-dead-letters")["Contents"]
    assert kept["Key"] == "auditor/7.json"
    again = handler.handle({"redriven": True, "Records": [POISON]}, None)
    assert again == {"batchItemFailures": [{"itemIdentifier": "7"}]}
