from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import ClientOf
from tests.localcloud.tables import BOTH_IMAGES, key, make, make_eventual, make_strong, put, replicate, value

EAST, OHIO, WEST = "us-east-1", "us-east-2", "us-west-2"


def described(client: ClientOf, region: str, table: str) -> dict[str, Any]:
    found: dict[str, Any] = client("dynamodb", region).describe_table(TableName=table)["Table"]
    return found


@pytest.mark.parametrize("region", [EAST, OHIO, WEST])
def test_each_replica_describes_the_others(client: ClientOf, region: str) -> None:
    table = make_strong(client("dynamodb", EAST))
    found = described(client, region, table)
    assert {each["RegionName"] for each in found["Replicas"]} == {EAST, OHIO, WEST} - {region}
    assert (found["MultiRegionConsistency"], found["GlobalTableVersion"]) == ("STRONG", "2019.11.21")
    assert found["TableArn"].split(":")[3] == region


def test_a_replica_has_the_keys_and_indexes_of_its_origin(client: ClientOf) -> None:
    east = client("dynamodb", EAST)
    name = "orders-with-index"
    east.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("id", "at", "shop")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-shop",
                "KeySchema": [{"AttributeName": "shop", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification=BOTH_IMAGES,
    )
    replicate(east, name, WEST)
    fields = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingModeSummary")
    here, there = described(client, EAST, name), described(client, WEST, name)
    assert {field: here[field] for field in fields} == {field: there[field] for field in fields}


def test_a_witness_is_described_and_can_be_neither_read_nor_written(client: ClientOf) -> None:
    east = client("dynamodb", EAST)
    name = make(east)
    witness = [{"Create": {"RegionName": WEST}}]
    replicate(east, name, OHIO, GlobalTableWitnessUpdates=witness, MultiRegionConsistency="STRONG")
    assert described(client, OHIO, name)["GlobalTableWitnesses"] == [{"RegionName": WEST, "WitnessStatus": "ACTIVE"}]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("dynamodb", WEST).get_item(TableName=name, Key=key("a"))


Made = Callable[[Any], str]


def with_item(dynamodb: Any) -> str:
    name = make(dynamodb)
    put(dynamodb, name, "a", "1")
    return name


def with_local_index(dynamodb: Any) -> str:
    name = "with-local-index"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("id", "at", "shop")],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-shop",
                "KeySchema": [
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "shop", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


@pytest.mark.parametrize(
    ("made", "regions", "consistency"),
    [
        (make, [OHIO], "STRONG"),
        (make, [OHIO, "eu-west-1"], "STRONG"),
        (make, [OHIO, WEST, "eu-west-1"], "STRONG"),
        (with_item, [OHIO, WEST], "STRONG"),
        (with_local_index, [OHIO, WEST], "STRONG"),
        (make, [WEST], "EVENTUAL"),
        (lambda dynamodb: make_eventual(dynamodb, OHIO), [WEST], "STRONG"),
        (lambda dynamodb: make_eventual(dynamodb, WEST), [WEST], "EVENTUAL"),
    ],
    ids=["two", "other set", "four", "not empty", "local index", "no stream", "change of mode", "twice"],
)
def test_replicas_that_dynamodb_refuses_are_refused(
    client: ClientOf, made: Made, regions: list[str], consistency: str
) -> None:
    east = client("dynamodb", EAST)
    name = made(east)
    with pytest.raises(ClientError, match="ValidationException"):
        replicate(east, name, *regions, MultiRegionConsistency=consistency)


def test_a_new_replica_has_what_was_there(client: ClientOf) -> None:
    east = client("dynamodb", EAST)
    name = make(east, StreamSpecification=BOTH_IMAGES)
    put(east, name, "a", "1")
    replicate(east, name, WEST)
    assert value(client("dynamodb", WEST), name, "a") == "1"


def test_a_removed_replica_is_gone_and_no_longer_described(client: ClientOf) -> None:
    east = client("dynamodb", EAST)
    name = make_eventual(east, WEST)
    east.update_table(TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": WEST}}])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("dynamodb", WEST).describe_table(TableName=name)
    assert described(client, EAST, name)["Replicas"] == []


def test_an_mrsc_table_is_not_deleted_before_its_other_replicas(client: ClientOf) -> None:
    east = client("dynamodb", EAST)
    name = make_strong(east)
    with pytest.raises(ClientError, match="ValidationException"):
        east.delete_table(TableName=name)
    east.update_table(TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": each}} for each in (OHIO, WEST)])
    east.delete_table(TableName=name)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        east.describe_table(TableName=name)
