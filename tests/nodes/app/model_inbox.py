"""As much of DynamoDB as an inbox asks for, fast enough for thousands of events; `test_inbox` runs over it and moto.

Each name has a table. `python -m tests.nodes.app.model_inbox MS` serves it, each put after so many milliseconds, and
prints where.
"""

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.failover.stub_dynamodb import Refusal, StubDynamoDB

Item = Mapping[str, Any]
REFUSED = Refusal("ConditionalCheckFailedException")


class ModelInbox:
    """Tables of items by box and event; one request at a time."""

    def __init__(self, write_seconds: float = 0.0) -> None:
        self._write_seconds = write_seconds
        self._lock = threading.Lock()
        self._tables = defaultdict[str, dict[tuple[str, str], Item]](dict)

    def __call__(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "PutItem":
            time.sleep(self._write_seconds)
        with self._lock:
            table = self._tables[request["TableName"]]
            return {
                "PutItem": self._put,
                "UpdateItem": self._update,
                "DeleteItem": self._delete,
                "Query": self._query,
            }[operation](table, request)

    @staticmethod
    def _put(table: dict[tuple[str, str], Item], request: Mapping[str, Any]) -> Item:
        key = _key(request["Item"])
        if "ConditionExpression" in request and key in table:
            raise REFUSED
        table[key] = request["Item"]
        return {}

    @staticmethod
    def _update(table: dict[tuple[str, str], Item], request: Mapping[str, Any]) -> Item:
        key, values = _key(request["Key"]), request["ExpressionAttributeValues"]
        if key not in table:
            raise REFUSED
        table[key] = {**table[key], **{name.removeprefix(":"): value for name, value in values.items()}}
        return {}

    @staticmethod
    def _delete(table: dict[tuple[str, str], Item], request: Mapping[str, Any]) -> Item:
        table.pop(_key(request["Key"]), None)
        return {}

    @staticmethod
    def _query(table: dict[tuple[str, str], Item], request: Mapping[str, Any]) -> Item:
        box, most = request["ExpressionAttributeValues"][":box"]["S"], request.get("Limit", 100)
        after = _key(request["ExclusiveStartKey"]) if "ExclusiveStartKey" in request else ("", "")
        keys = sorted(key for key in table if key[0] == box and key > after)
        if request.get("Select") == "COUNT":
            return {"Count": len(keys), "ScannedCount": len(keys)}
        last = table[keys[most - 1]] if len(keys) > most else None
        found = [table[key] for key in keys[:most]]
        more = {"LastEvaluatedKey": {name: last[name] for name in ("box", "event")}} if last else {}
        return {"Items": found, "Count": len(found), "ScannedCount": len(found), **more}


def _key(item: Item) -> tuple[str, str]:
    return item["box"]["S"], item["event"]["S"]


if __name__ == "__main__":
    with StubDynamoDB(ModelInbox(int(sys.argv[1]) / 1000)) as serving:
        print(serving.url, flush=True)
        threading.Event().wait()
