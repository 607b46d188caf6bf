"""A conditional store with DynamoDB's answers, a hundred times faster than moto; `test_model_table` compares them."""

# ruff: noqa: N803 - boto3's spelling of parameters

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
ADD = re.compile(r"ADD (#\w+) (:\w+)")
SET = re.compile(r"(#\w+) = (?:if_not_exists\(#\w+, (:\w+)\)|(:\w+))")


class ModelDynamoDB:
    """One region's tables; items by table and key."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str, str], Item] = {}

    def get_item(self, *, TableName: str, Key: Item, **_consistent: bool) -> Item:
        item = self.items.get(_key(TableName, Key))
        return _answer({"Item": _copy(item)} if item else {})

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        (table, wanted), *_none = RequestItems.items()
        found = [self.items[key] for one in wanted["Keys"] if (key := _key(table, one)) in self.items]
        return _answer({"Responses": {table: [_copy(item) for item in found]}, "UnprocessedKeys": {}})

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        for table, requests in RequestItems.items():
            for request in requests:
                item = request["PutRequest"]["Item"]
                self.items[_key(table, item)] = _copy(item)
        return _answer({"UnprocessedItems": {}})

    def put_item(self, *, TableName: str, Item: Item, ConditionExpression: str = "") -> Item:
        key = _key(TableName, Item)
        if ConditionExpression and key in self.items:
            raise refusal("ConditionalCheckFailedException", "PutItem")
        self.items[key] = _copy(Item)
        return _answer({})

    def query(self, *, TableName: str, ExpressionAttributeValues: Item, **_rest: object) -> Item:
        pk = ExpressionAttributeValues[":pk"]["S"]
        found = sorted((key, item) for key, item in self.items.items() if key[:2] == (TableName, pk))
        return _answer({"Items": [_copy(item) for _, item in found]})

    def update_item(
        self,
        *,
        TableName: str,
        Key: Item,
        UpdateExpression: str,
        ConditionExpression: str,
        ExpressionAttributeNames: Mapping[str, str],
        ExpressionAttributeValues: Item,
        **_returned: str,
    ) -> Item:
        key, names, values = _key(TableName, Key), ExpressionAttributeNames, ExpressionAttributeValues
        old = self.items.get(key, {})
        if not _holds(ConditionExpression, old, names, values):
            raise refusal("ConditionalCheckFailedException", "UpdateItem", old)
        self.items[key] = _updated({**Key, **old}, UpdateExpression, names, values)
        return _answer({"Attributes": _copy(self.items[key])})


def refusal(code: str, operation: str, item: Item | None = None, status: int = 400) -> ClientError:
    """Make the error that botocore raises for a service's answer."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if item:
        response["Item"] = _copy(item)
    return ClientError(response, operation)


def _copy(item: Item) -> Item:
    """Copy what a caller could change; nobody reaches deeper into an attribute."""
    return {name: dict(value) for name, value in item.items()}


def _key(table: str, key: Item) -> tuple[str, str, str]:
    return (table, key["pk"]["S"], key["sk"]["S"]) if "pk" in key else (table, key["id"]["S"], "")


def _answer(values: Item) -> Item:
    return {**values, "ResponseMetadata": {"HTTPHeaders": {}}}


def _holds(condition: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    def one(term: str) -> bool:
        if match := re.fullmatch(r"attribute_(not_)?exists\((#?\w+)\)", term):
            return bool((names.get(match[2], match[2]) in item) is (match[1] is None))
        name, sign, value = term.split(" ")
        have = item.get(names[name])
        if sign == "=":
            return bool(have == values[value])
        assert sign == "<", f"{term} is beyond this model"
        return have is not None and int(have["N"]) < int(values[value]["N"])

    return any(all(one(term) for term in part.split(" AND ")) for part in condition.split(" OR "))


def _updated(item: Item, expression: str, names: Mapping[str, str], values: Item) -> Item:
    sets, _, removes = expression.partition(" REMOVE ")
    removes, _, _ = removes.partition(" ADD ")
    if add := ADD.search(expression):
        before = int(item.get(names[add[1]], {"N": "0"})["N"])
        item[names[add[1]]] = {"N": str(before + int(values[add[2]]["N"]))}
    for name, default, value in SET.findall(sets):
        if not default or names[name] not in item:
            item[names[name]] = dict(values[default or value])
    for name in filter(None, removes.split(", ")):
        item.pop(names[name], None)
    return item
