"""Tables for tests, each with a name of its own."""

from itertools import count
from typing import Any

_numbers = count(1)
BOTH_IMAGES = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def key(value: str) -> dict[str, dict[str, str]]:
    return {"id": {"S": value}}


def make(dynamodb: Any, **more: object) -> str:
    """Create a table with partition key ``id``; gives its name."""
    name = f"table-{next(_numbers)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return name


def replicate(dynamodb: Any, name: str, *regions: str, **more: object) -> None:
    updates = [{"Create": {"RegionName": region}} for region in regions]
    dynamodb.update_table(TableName=name, ReplicaUpdates=updates, **more)


def make_strong(dynamodb: Any) -> str:
    """Create an MRSC table from us-east-1 with full replicas in us-east-2 and us-west-2."""
    name = make(dynamodb)
    replicate(dynamodb, name, "us-east-2", "us-west-2", MultiRegionConsistency="STRONG")
    return name


def make_eventual(dynamodb: Any, *regions: str) -> str:
    """Create an MREC table with replicas in those regions."""
    name = make(dynamodb, StreamSpecification=BOTH_IMAGES)
    replicate(dynamodb, name, *regions)
    return name


def value(dynamodb: Any, table: str, item: str) -> str | None:
    """Give the attribute ``v`` of an item, None without the item."""
    found = dynamodb.get_item(TableName=table, Key=key(item), ConsistentRead=True).get("Item")
    return found["v"]["S"] if found else None


def put(dynamodb: Any, table: str, item: str, v: str, **more: object) -> None:
    dynamodb.put_item(TableName=table, Item={**key(item), "v": {"S": v}}, **more)
