"""One site's table as whoever reads all of it uses it: the model of replication's tests, with scans and batches."""

# ruff: noqa: N803, ARG002 - boto3's spelling of parameters, and all that it is called with

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from tests.failover.replication.model_site import Item, ModelSite

DATE = "Thu, 26 Nov 2026 10:00:00 GMT"
AT = 1795687200.0


class ScannedSite(ModelSite):
    """``calls`` counts what was asked for; ``before`` is called before each operation and may raise."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.scanned: Counter[str] = Counter()
        self.before: Callable[[str], None] = lambda _operation: None
        self._lock = threading.RLock()

    def describe_table(self, *, TableName: str) -> Item:
        keys = [{"AttributeName": "id", "KeyType": "HASH"}]
        table = {"KeySchema": keys, "ItemCount": len(self.items)}
        return {"Table": table, "ResponseMetadata": {"HTTPHeaders": {"date": DATE}}}

    def describe_time_to_live(self, *, TableName: str) -> Item:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}}

    def scan(self, *, Segment: int, TotalSegments: int, Limit: int, **asked: Any) -> Item:
        """Give a segment's items by their keys, in an order of this table's own."""
        self._asked("scan")
        start = asked.get("ExclusiveStartKey", {"id": {"S": ""}})["id"]["S"]
        names = sorted(name for name in self.items if zlib.crc32(name.encode()) % TotalSegments == Segment)
        page = [name for name in names if name > start][:Limit]
        self.scanned.update(page)
        last = {"LastEvaluatedKey": {"id": {"S": page[-1]}}} if len(page) == Limit else {}
        return {"Items": [self.items[name] for name in page], **last}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        """Leave the last key of several out, as the service may."""
        self._asked("batch_get_item")
        ((table, wanted),) = RequestItems.items()
        keys = wanted["Keys"]
        assert len({key["id"]["S"] for key in keys}) == len(keys) <= 100
        answered, left = (keys[:-1], keys[-1:]) if len(keys) > 1 else (keys, [])
        found = [self.items[key["id"]["S"]] for key in answered if key["id"]["S"] in self.items]
        return {
            "Responses": {table: found},
            "UnprocessedKeys": {table: {**wanted, "Keys": left}} if left else {},
        }

    def _write(self, operation: str, key: str, asked: Mapping[str, Any], change: Callable[[Item], Item | None]) -> Item:
        self._asked(operation)
        with self._lock:
            return super()._write(operation, key, asked, change)

    def _asked(self, operation: str) -> None:
        self.calls[operation] += 1
        self.before(operation)

    @property
    def writes(self) -> int:
        """How often somebody asked for a write, in vain or not."""
        return sum(self.calls[operation] for operation in ("PutItem", "UpdateItem", "DeleteItem"))
