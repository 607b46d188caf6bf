"""A table of any size that takes no memory: its items are made when they are asked for."""

# ruff: noqa: N803, ARG002 - boto3's spelling of parameters, and all that it is called with

from collections.abc import Callable, Mapping
from typing import Any

from tests.failover.resync.scanned_site import DATE

Item = dict[str, Any]
Made = Callable[[int], Item | None]


class LazySite:
    """Items 0 to ``size``; ``made`` gives an item by its number, None for one that is not there."""

    def __init__(self, size: int, made: Made, *, backwards: bool = False) -> None:
        self._size = size
        self._made = made
        self._backwards = backwards
        self.read = 0

    def describe_table(self, *, TableName: str) -> Item:
        keys = [{"AttributeName": "id", "KeyType": "HASH"}]
        table = {"KeySchema": keys, "ItemCount": self._size}
        return {"Table": table, "ResponseMetadata": {"HTTPHeaders": {"date": DATE}}}

    def describe_time_to_live(self, *, TableName: str) -> Item:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}

    def scan(self, *, Segment: int, TotalSegments: int, Limit: int, **asked: Any) -> Item:
        """Give every so-manyth item, in an order of this table's own."""
        start = asked.get("ExclusiveStartKey")
        place = self._place(int(start["id"]["S"])) + TotalSegments if start else Segment
        places = range(place, self._size, TotalSegments)[:Limit]
        items = [item for one in places if (item := self._made(self._place(one))) is not None]
        self.read += len(items)
        last = {"id": {"S": f"{self._place(places[-1]):012d}"}} if len(places) == Limit else None
        return {"Items": items, **({"LastEvaluatedKey": last} if last else {})}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Item:
        ((table, wanted),) = RequestItems.items()
        found = [self._made(int(key["id"]["S"])) for key in wanted["Keys"]]
        return {"Responses": {table: [item for item in found if item is not None]}, "UnprocessedKeys": {}}

    def _place(self, number: int) -> int:
        return self._size - 1 - number if self._backwards else number
