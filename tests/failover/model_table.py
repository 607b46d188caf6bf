"""A conditional store with DynamoDB's answers, a hundred times faster than moto; `test_model_table` compares them."""

# ruff: noqa: N803 - boto3's spelling of parameters

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
Term = Callable[[Item, Mapping[str, str], Item], bool]
Update = tuple[list[tuple[str, str]], list[tuple[str, str, str]], list[str]]
ADD = re.compile(r"ADD (#\w+) (:\w+)")
SET = re.compile(r"(#\w+) = (?:if_not_exists\(#\w+, (:\w+)\)|(:\w+))")


class ModelDynamoDB:
    """One region's tables; items by table and key. An item is never changed once it is there, only replaced."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str, str], Item] = {}

    def get_item(self, *, TableName: str, Key: Item, **_consistent: bool) -> Item:
        item = self.items.get(_key(TableName, Key))
        return _answer({"Item": item} if item else {})

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        (table, wanted), *_none = RequestItems.items()
        found = [self.items[key] for one in wanted["Keys"] if (key := _key(table, one)) in self.items]
        return _answer({"Responses": {table: found}, "UnprocessedKeys": {}})

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        for table, requests in RequestItems.items():
            for request in requests:
                item = request["PutRequest"]["Item"]
                self.items[_key(table, item)] = item
        return _answer({"UnprocessedItems": {}})

    def put_item(self, *, TableName: str, Item: Item, ConditionExpression: str = "") -> Item:
        key = _key(TableName, Item)
        if ConditionExpression and key in self.items:
            raise refusal("ConditionalCheckFailedException", "PutItem")
        self.items[key] = Item
        return _answer({})

    def query(self, *, TableName: str, ExpressionAttributeValues: Item, **_rest: object) -> Item:
        pk = ExpressionAttributeValues[":pk"]["S"]
        found = sorted((key, item) for key, item in self.items.items() if key[:2] == (TableName, pk))
        return _answer({"Items": [item for _, item in found]})

    def update_item(
        self,
        *,
        TableName: str,
        Key: Item,
        UpdateExpression: str,
        ConditionExpression: str,
        ExpressionAttributeNames: Mapping[str, str],
        ExpressionAttributeValues: Item,
        **returned: str,
    ) -> Item:
        key, names, values = _key(TableName, Key), ExpressionAttributeNames, ExpressionAttributeValues
        old = self.items.get(key, {})
        if not _holds(ConditionExpression, old, names, values):
            raise refusal("ConditionalCheckFailedException", "UpdateItem", old)
        self.items[key] = _updated({**Key, **old}, UpdateExpression, names, values)
        shown = {"ALL_OLD": old, "ALL_NEW": self.items[key]}.get(returned.get("ReturnValues", "NONE"))
        return _answer({"Attributes": shown} if shown else {})


def refusal(code: str, operation: str, item: Item | None = None, status: int = 400) -> ClientError:
    """Make the error that botocore raises for a service's answer."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if item:
        response["Item"] = item
    return ClientError(response, operation)


def _key(table: str, key: Item) -> tuple[str, str, str]:
    return (table, key["pk"]["S"], key["sk"]["S"]) if "pk" in key else (table, key["id"]["S"], "")


def _answer(values: Item) -> Item:
    return {**values, "ResponseMetadata": {"HTTPHeaders": {}}}


def _holds(condition: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    for terms in _condition(condition):  # not `any` and `all`: the simulation comes here a hundred times a schedule
        for term in terms:
            if not term(item, names, values):
                break
        else:
            return True
    return False


@functools.cache
def _condition(text: str) -> tuple[tuple[Term, ...], ...]:
    if match := re.fullmatch(r"\((.+)\) AND \((.+)\)", text):
        return tuple((*one, *other) for one in _condition(match[1]) for other in _condition(match[2]))
    return tuple(tuple(_term(term) for term in part.split(" AND ")) for part in text.split(" OR "))


def _term(text: str) -> Term:
    if match := re.fullmatch(r"attribute_(not_)?exists\((#?\w+)\)", text):
        name, there = match[2], match[1] is None
        return lambda item, names, _values: (names.get(name, name) in item) is there
    name, sign, value = text.split(" ")
    if "." in name:
        assert sign == "=", f"{text} is beyond this model"
        outer, inner = name.split(".")
        return lambda item, names, values: bool(
            item.get(names[outer], {"M": {}})["M"].get(names[inner]) == values[value]
        )
    if sign == "=":
        return lambda item, names, values: bool(item.get(names[name]) == values[value])
    assert sign == "<", f"{text} is beyond this model"
    return lambda item, names, values: names[name] in item and int(item[names[name]]["N"]) < int(values[value]["N"])


@functools.cache
def _update(text: str) -> Update:
    sets, _, rest = text.partition(" REMOVE ")
    removes, _, _ = rest.partition(" ADD ")
    return ADD.findall(text), SET.findall(sets), [name for name in removes.split(", ") if name]


def _updated(item: Item, expression: str, names: Mapping[str, str], values: Item) -> Item:
    adds, sets, removes = _update(expression)
    for name, value in adds:
        item[names[name]] = {"N": str(int(item.get(names[name], {"N": "0"})["N"]) + int(values[value]["N"]))}
    for name, default, value in sets:
        if not default or names[name] not in item:
            item[names[name]] = values[default or value]
    for name in removes:
        item.pop(names[name], None)
    return item
