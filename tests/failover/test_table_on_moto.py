"""Queries, batches and transactions as DynamoDB's model answers them, with boto3's own clients."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from failover.data_tier import DataTier, DataTierArgs
from failover.protocol import Protocol
from failover.read_answers import Freshness
from failover.regional_table import RegionalTable
from failover.replication.versioned_table import VersionedTable
from failover.rows import tier_key
from failover.sites import Sites
from failover.table_requests import Query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

REGIONS = ("us-east-1", "us-west-2")
ORDERS = VersionedTable(key=("customer", "number"))
ARGS = DataTierArgs(
    sites=Sites(primary="us-east-1", secondary="us-west-2"),
    control_table="control",
    control_regions=("us-west-2",),
    protocol=Protocol(),
)
OF_ADA: Query = {"KeyConditionExpression": "customer = :who", "ExpressionAttributeValues": {":who": {"S": "ada"}}}


def create(region: str, name: str, *keys: str) -> None:
    boto3.client("dynamodb", region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if number else "HASH"} for number, key in enumerate(keys)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[RegionalTable]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "client.us-east-1.test.0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
    with mock_aws():
        create("us-west-2", "control", "pk", "sk")
        for region in REGIONS:
            create(region, "orders", "customer", "number")
            create(region, "stock", "article")
        row = {"epoch": {"N": "1"}, "active": {"S": "primary"}, "phase": {"S": "steady"}}
        boto3.client("dynamodb", "us-west-2").put_item(TableName="control", Item={**tier_key("data"), **row})
        yield DataTier(ARGS, boto3.Session()).table("orders", ORDERS)


def order(number: int, customer: str = "ada") -> "dict[str, AttributeValueTypeDef]":
    return {"customer": {"S": customer}, "number": {"S": f"{number:04}"}}


def fill(table: RegionalTable, count: int) -> None:
    table.batch_write_item(RequestItems=[{"PutRequest": {"Item": order(number)}} for number in range(count)])


def test_a_query_gives_a_page_and_where_the_next_begins(table: RegionalTable) -> None:
    fill(table, 5)
    two_of_ada: Query = {**OF_ADA, "Limit": 2, "ConsistentRead": True}
    page = table.query(**two_of_ada)
    assert (page.count, page.scanned_count, page.last_evaluated_key) == (2, 2, order(1))
    assert list(page.items) == [order(0), order(1)]
    assert page.served.freshness is Freshness.CONSISTENT


def test_the_pages_of_a_query_are_all_there_is(table: RegionalTable) -> None:
    fill(table, 5)
    table.put_item(Item=order(9, "bob"))
    backwards: Query = {**OF_ADA, "Limit": 2, "ScanIndexForward": False}
    pages = list(table.query_pages(**backwards))
    assert [item for page in pages for item in page.items] == [order(number) for number in (4, 3, 2, 1, 0)]
    assert pages[-1].last_evaluated_key is None


def test_finding_nothing_is_an_empty_page_and_no_error(table: RegionalTable) -> None:
    assert table.query(**OF_ADA).items == ()


def test_the_standby_is_queried_only_if_asked(table: RegionalTable) -> None:
    fill(table, 1)
    boto3.client("dynamodb", "us-west-2").put_item(TableName="orders", Item=order(7))
    page = table.query(**OF_ADA, site="standby")
    assert (list(page.items), page.region, page.served.may_be_stale) == ([order(7)], "us-west-2", True)


def test_the_pages_of_a_scan_are_all_there_is(table: RegionalTable) -> None:
    fill(table, 60)
    pages = list(table.scan_pages(Limit=25))
    assert sorted(item["number"]["S"] for page in pages for item in page.items) == [f"{n:04}" for n in range(60)]
    assert table.scan(Select="COUNT").count == 60


def test_a_batch_puts_and_deletes(table: RegionalTable) -> None:
    fill(table, 60)
    done = table.batch_write_item(RequestItems=[{"DeleteRequest": {"Key": order(number)}} for number in range(30)])
    assert (done.written, done.region, done.epoch) == (30, "us-east-1", 1)
    assert table.scan(Select="COUNT").count == 30


def test_a_batch_reads_more_keys_than_one_call_takes_and_leaves_out_what_is_not_there(table: RegionalTable) -> None:
    fill(table, 150)
    answer = table.batch_get_item(Keys=[order(number) for number in range(160)], ConsistentRead=True)
    assert sorted(item["number"]["S"] for item in answer.items) == [f"{n:04}" for n in range(150)]


def test_a_transaction_is_all_or_nothing_over_tables_of_the_tier(table: RegionalTable) -> None:
    table.transact_write_items(
        TransactItems=[
            {"Put": {"Item": order(1)}},
            {"Put": {"TableName": "stock", "Item": {"article": {"S": "boat"}, "left": {"N": "3"}}}},
        ]
    )
    seen = table.transact_get_items(
        TransactItems=[
            {"Get": {"Key": order(1)}},
            {"Get": {"Key": order(2)}},
            {"Get": {"TableName": "stock", "Key": {"article": {"S": "boat"}}}},
        ]
    )
    assert list(seen.responses) == [{"Item": order(1)}, {}, {"Item": {"article": {"S": "boat"}, "left": {"N": "3"}}}]


def test_a_cancelled_transaction_is_boto3s_own_exception_with_its_reasons(table: RegionalTable) -> None:
    exceptions = boto3.client("dynamodb", "us-east-1").exceptions
    with pytest.raises(exceptions.ClientError) as cancelled:
        table.transact_write_items(
            TransactItems=[
                {"Put": {"Item": order(1)}},
                {"ConditionCheck": {"Key": order(2), "ConditionExpression": "attribute_exists(customer)"}},
            ]
        )
    assert type(cancelled.value).__name__ == "TransactionCanceledException"
    response: Any = cancelled.value.response
    assert [reason["Code"] for reason in response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert table.scan().count == 0
