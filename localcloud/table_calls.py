"""Which tables and items a DynamoDB call is about."""

from collections.abc import Iterator, Mapping

from localcloud.moto_tables import Attributes
from localcloud.request import Request

READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})


def tables(request: Request) -> list[str]:
    """Name the tables of a call, once each; an ARN counts as the name in it."""
    named = [str(request.params["TableName"])] if "TableName" in request.params else []
    batched = [str(name) for name in _fields(request.params.get("RequestItems"))]
    transacted = [str(asked.get("TableName")) for asked in _transacted(request)]
    return list(dict.fromkeys(name.rpartition("/")[2] for name in [*named, *batched, *transacted]))


def is_consistent(request: Request) -> bool:
    """Say whether any part of a read is strongly consistent."""
    parts = _fields(request.params.get("RequestItems")).values()
    return any(_fields(part).get("ConsistentRead") is True for part in [request.params, *parts])


def touched(request: Request) -> Iterator[tuple[str, Attributes]]:
    """Give table and key-holding attributes of each item that a write changes."""
    for name, parts in _fields(request.params.get("RequestItems")).items():
        for part in parts if isinstance(parts, list) else []:
            put, delete = _fields(_fields(part).get("PutRequest")), _fields(_fields(part).get("DeleteRequest"))
            yield name, _attributes(put.get("Item") or delete.get("Key"))
    if "TableName" in request.params:
        yield tables(request)[0], _attributes(request.params.get("Item") or request.params.get("Key"))


def _transacted(request: Request) -> Iterator[Mapping[str, object]]:
    parts = request.params.get("TransactItems")
    for part in parts if isinstance(parts, list) else []:
        yield from (_fields(asked) for asked in _fields(part).values())


def _attributes(given: object) -> Attributes:
    return given if isinstance(given, dict) else {}


def _fields(given: object) -> Mapping[str, object]:
    return given if isinstance(given, dict) else {}
