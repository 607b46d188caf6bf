"""One site's table with its stream, as far as replication uses them; compared with moto's in a test."""

# ruff: noqa: N803, ARG002 - boto3's spelling of parameters, and all that it is called with

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.failover.model_table import refusal

Item = dict[str, Any]
TOKEN = re.compile(r"\s*(\(|\)|,|<=|>=|<>|=|<|>|[#:]?\w+(?:\.[#:]?\w+)*)")
SET = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")
CLAUSES = re.compile(r"(?<![#:.\w])(SET|REMOVE|ADD)(?!\w)", re.IGNORECASE)
ADD = re.compile(r"([#\w]+) (:\w+)")
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "<": lambda one, other: bool(one < other),
    "<>": lambda one, other: bool(one != other),
}


class ModelSite:
    """Items by their key attribute ``id``; each write that changes something leaves a record, as Lambda gets it."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.records: list[dict[str, Any]] = []
        self.clock = 1_000.0

    def get_item(self, *, TableName: str, Key: Item, **_rest: object) -> Item:
        item = self.items.get(Key["id"]["S"])
        return {"Item": item} if item else {}

    def put_item(self, *, TableName: str, Item: Item, **asked: Any) -> Item:
        return self._write("PutItem", Item["id"]["S"], asked, lambda _old: dict(Item))

    def delete_item(self, *, TableName: str, Key: Item, **asked: Any) -> Item:
        return self._write("DeleteItem", Key["id"]["S"], asked, lambda _old: None)

    def update_item(self, *, TableName: str, Key: Item, **asked: Any) -> Item:
        return self._write("UpdateItem", Key["id"]["S"], asked, lambda old: _updated({**Key, **old}, asked))

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        ((table, asked),) = RequestItems.items()
        found = [self.items.get(key["id"]["S"]) for key in asked["Keys"]]
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        ((table, requests),) = RequestItems.items()
        for request in requests:
            self.put_item(TableName=table, Item=request["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def expire(self, key: str) -> None:
        """Remove an item as the service does once its time to live is over."""
        old = self.items.pop(key)
        self._record(key, old, None)
        self.records[-1]["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}

    def _write(self, operation: str, key: str, asked: Mapping[str, Any], change: Callable[[Item], Item | None]) -> Item:
        old = self.items.get(key)
        if not holds(asked.get("ConditionExpression"), old or {}, asked):
            shown = old if asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else None
            raise refusal("ConditionalCheckFailedException", operation, shown)
        new = change(old or {})
        if new is None:
            self.items.pop(key, None)
        else:
            self.items[key] = new
        self._record(key, old, new)
        returned = {"ALL_OLD": old, "ALL_NEW": new}.get(asked.get("ReturnValues", ""))
        return {"Attributes": returned} if returned else {}

    def _record(self, key: str, old: Item | None, new: Item | None) -> None:
        if old == new:
            return
        event = "REMOVE" if new is None else "INSERT" if old is None else "MODIFY"
        told: dict[str, Any] = {"Keys": {"id": {"S": key}}, "SequenceNumber": str(len(self.records) + 1)}
        told |= {"NewImage": new} if new is not None else {}
        told |= {"OldImage": old} if old is not None else {}
        self.records.append({"eventName": event, "dynamodb": {**told, "ApproximateCreationDateTime": self.clock}})


def holds(condition: str | None, item: Item, asked: Mapping[str, Any]) -> bool:
    """Say whether a condition holds for an item."""
    if condition is None:
        return True
    tokens = TOKEN.findall(condition)
    result = _either(tokens, item, asked)
    assert not tokens, f"{condition}: {tokens} is beyond this model"
    return result


def _either(tokens: list[str], item: Item, asked: Mapping[str, Any]) -> bool:
    result = _both(tokens, item, asked)
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        result = _both(tokens, item, asked) or result
    return result


def _both(tokens: list[str], item: Item, asked: Mapping[str, Any]) -> bool:
    result = _term(tokens, item, asked)
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        result = _term(tokens, item, asked) and result
    return result


def _term(tokens: list[str], item: Item, asked: Mapping[str, Any]) -> bool:
    first = tokens.pop(0)
    if first == "(":
        result = _either(tokens, item, asked)
        assert tokens.pop(0) == ")"
        return result
    if first in ("attribute_exists", "attribute_not_exists"):
        _, path, _ = (tokens.pop(0) for _ in range(3))
        return (_at(path, item, asked) is not None) is (first == "attribute_exists")
    sign, value = tokens.pop(0), asked["ExpressionAttributeValues"][tokens.pop(0)]
    found = _at(first, item, asked)
    return found is not None and found.keys() == value.keys() and COMPARE[sign](_plain(found), _plain(value))


def _plain(value: Item) -> Any:
    ((kind, plain),) = value.items()
    return int(plain) if kind == "N" else plain


def _at(path: str, item: Item, asked: Mapping[str, Any]) -> Item | None:
    names = [asked.get("ExpressionAttributeNames", {}).get(part, part) for part in path.split(".")]
    found: Item | None = {"M": item}
    for name in names:
        found = (found or {}).get("M", {}).get(name)
    return found


def _updated(item: Item, asked: Mapping[str, Any]) -> Item:
    parts = CLAUSES.split(asked["UpdateExpression"])
    for clause, body in zip(parts[1::2], parts[2::2], strict=True):
        if clause.upper() == "SET":
            for path, value in SET.findall(body):
                item[_name(path, asked)] = asked["ExpressionAttributeValues"][value]
        elif clause.upper() == "ADD":
            for path, value in ADD.findall(body):
                name, more = _name(path, asked), asked["ExpressionAttributeValues"][value]
                item[name] = {"N": str(_plain(item.get(name, {"N": "0"})) + _plain(more))}
        else:
            for path in body.split(","):
                item.pop(_name(path.strip(), asked), None)
    return item


def _name(path: str, asked: Mapping[str, Any]) -> str:
    return str(asked.get("ExpressionAttributeNames", {}).get(path, path))
