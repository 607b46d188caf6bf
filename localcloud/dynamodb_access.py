"""The accesses that a DynamoDB call needs: one per table, with the partition keys it touches.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from localcloud.iam import Access
from localcloud.request import Request

PartitionKey = Callable[[str, str], str]
"""Gives the partition key's attribute name of a table in a region; "" for an unknown table."""

Fields = Mapping[str, object]
LEADING_KEYS = "dynamodb:leadingkeys"
SINGLE = frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem"})
WHOLE_TABLE = frozenset(
    {"Scan", "DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups", "UpdateTable", "DeleteTable"}
)
TRANSACTED = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
"""A transaction needs the permissions of its parts."""


def accesses(request: Request, account: str, partition_key: PartitionKey) -> tuple[Access, ...]:
    """Give what the caller must be allowed; nothing for an operation that is not known here."""
    return tuple(
        Access(action=f"dynamodb:{action}", resource=_arn(request, account, table, index), context=_context(keys))
        for action, table, index, keys in _touched(request, partition_key)
    )


Touched = tuple[str, str, str, list[str]]


def _touched(request: Request, partition_key: PartitionKey) -> Iterator[Touched]:
    """Give action, table, index and partition key values of each part of the call."""
    params, operation = request.params, request.operation

    def key_of(table: str) -> str:
        return partition_key(request.region, table)

    if operation in SINGLE:
        yield _item(operation, params, key_of)
    elif operation == "Query":
        table = str(params.get("TableName"))
        yield operation, table, str(params.get("IndexName", "")), _queried(params, key_of(table))
    elif operation in WHOLE_TABLE:
        yield operation, str(params.get("TableName")), str(params.get("IndexName", "")), []
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        yield from _batch(operation, _fields(params.get("RequestItems")), key_of)
    elif operation in ("TransactWriteItems", "TransactGetItems"):
        yield from _transaction(params, key_of)


def _item(operation: str, params: Fields, key_of: Callable[[str], str]) -> Touched:
    table = str(params.get("TableName"))
    holder = _fields(params.get("Item") or params.get("Key"))
    return operation, table, "", _values([holder], key_of(table))


def _batch(operation: str, tables: Fields, key_of: Callable[[str], str]) -> Iterator[Touched]:
    for table, asked in tables.items():
        if operation == "BatchGetItem":
            holders = _list(_fields(asked).get("Keys"))
        else:
            holders = [_written(each) for each in _list(asked)]
        yield operation, table, "", _values(holders, key_of(table))


def _written(part: Fields) -> Fields:
    put, delete = _fields(part.get("PutRequest")), _fields(part.get("DeleteRequest"))
    return _fields(put.get("Item") or delete.get("Key"))


def _transaction(params: Fields, key_of: Callable[[str], str]) -> Iterator[Touched]:
    for part in _list(params.get("TransactItems")):
        for verb, asked in part.items():
            yield _item(TRANSACTED[verb], _fields(asked), key_of)


def _queried(params: Fields, key: str) -> list[str]:
    """Give the partition key value that a Query's condition names."""
    names, values = _fields(params.get("ExpressionAttributeNames")), _fields(params.get("ExpressionAttributeValues"))
    for name, value in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", str(params.get("KeyConditionExpression", ""))):
        if names.get(name, name) == key:
            return _scalar(values.get(value))
    return []


def _values(holders: Iterable[Fields], key: str) -> list[str]:
    return [text for holder in holders for text in _scalar(holder.get(key))]


def _scalar(attribute: object) -> list[str]:
    """Give the text of ``{"S": "a"}``; nothing for an absent value."""
    return [str(value) for value in _fields(attribute).values()]


def _context(keys: list[str]) -> Mapping[str, tuple[str, ...]]:
    return {LEADING_KEYS: tuple(keys)} if keys else {}


def _arn(request: Request, account: str, table: str, index: str) -> str:
    whole = table if table.startswith("arn:") else f"arn:aws:dynamodb:{request.region}:{account}:table/{table}"
    return f"{whole}/index/{index}" if index else whole


def _fields(given: object) -> Fields:
    return given if isinstance(given, dict) else {}


def _list(given: object) -> list[Fields]:
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
