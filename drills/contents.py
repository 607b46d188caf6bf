"""Reads what a region's table holds of the load's writes, for the accounting."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from drills.load_spec import LoadTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def contents(client: "DynamoDBClient", table: LoadTable) -> dict[str, tuple[str, ...]]:
    """Return the write ids under each key, by consistent reads of the client's region.

    Raises:
        ClientError, BotoCoreError: the table could not be read to its end.
    """
    pages = client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    return {item[table.partition]["S"]: write_ids(item) for page in pages for item in page["Items"]}


def write_ids(item: "Mapping[str, AttributeValueTypeDef]") -> tuple[str, ...]:
    """Return the ids that an item of the load holds."""
    if "values" in item:
        return tuple(value["S"] for value in item["values"]["L"])
    return (item["value"]["S"],) if "value" in item else ()
