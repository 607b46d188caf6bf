"""DynamoDB tables as moto keeps them in memory, with the types that replication needs.

Callers hold the gateway's ``dynamodb`` lock.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table

Attributes = Mapping[str, Mapping[str, object]]
"""An item as the API spells it: ``{"id": {"S": "a"}}``."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One item as it stands after a write; no image means that it was deleted."""

    table: str
    keys: Attributes
    image: Attributes | None

    @property
    def item(self) -> str:
        """Name the item within its table."""
        return json.dumps(self.keys, sort_keys=True)


class MotoTables:
    """The tables of the account in all regions."""

    def exists(self, region: str, name: str) -> bool:
        """Say whether the region has a table of that name."""
        return name in self._backend(region).tables

    def keys(self, region: str, name: str, attributes: Attributes) -> Attributes:
        """Give the key attributes among an item's; absent ones are left out for the service to refuse."""
        names = [key["AttributeName"] for key in self._table(region, name).schema]
        return {key: attributes[key] for key in names if key in attributes}

    def is_empty(self, region: str, name: str) -> bool:
        """Say whether a table has no items."""
        return not len(self._table(region, name))

    def has_local_indexes(self, region: str, name: str) -> bool:
        """Say whether a table has local secondary indexes."""
        return bool(self._table(region, name).indexes)

    def streams_both_images(self, region: str, name: str) -> bool:
        """Say whether a table's stream has old and new images, as replication needs."""
        specification = self._table(region, name).stream_specification or {}
        return specification.get("StreamViewType") == "NEW_AND_OLD_IMAGES"

    def shard(self, region: str, name: str) -> StreamShard | None:
        """Give the one shard of a table's stream; None without a table or a stream."""
        table = self._backend(region).tables.get(name)
        return table.stream_shard if table else None

    def shards(self) -> Iterator[StreamShard]:
        """Give the shards of all streams."""
        tables = [table for backend in self._backends() for table in backend.tables.values()]
        yield from (table.stream_shard for table in tables if table.stream_shard)

    def stream_label(self, region: str, name: str) -> str | None:
        """Give what tells a table's stream from those that it had before; None without."""
        table = self._backend(region).tables.get(name)
        return table.latest_stream_label if table else None

    def copy(self, name: str, source: str, target: str) -> None:
        """Make an empty table in ``target`` like the one in ``source``."""
        table = self._table(source, name)
        self._backend(target).create_table(
            name=name,
            schema=table.schema,
            throughput=table.throughput,
            attr=table.attr,
            global_indexes=[index.describe() for index in table.global_indexes],
            indexes=[index.describe() for index in table.indexes],
            streams=_view(table),
            billing_mode=table.billing_mode or "PROVISIONED",
            sse_specification=table.sse_specification,
            tags=[],
            deletion_protection_enabled=False,
            warm_throughput=None,
        )

    def drop(self, region: str, name: str) -> None:
        """Remove a replica."""
        self._backend(region).tables.pop(name, None)

    def items(self, region: str, name: str) -> Iterator[Change]:
        """Give every item as a change."""
        table = self._table(region, name)
        for item in table.all_items():
            image = item.to_json()["Attributes"]
            yield Change(table=name, keys=self.keys(region, name, image), image=image)

    def lengths(self, region: str, names: Iterable[str]) -> dict[str, int]:
        """Give how many changes the stream of each of those tables has had that the region has."""
        return {name: self.written(region, name) for name in names if self.exists(region, name)}

    def written(self, region: str, name: str) -> int:
        """Give how many changes the table's stream has had."""
        shard = self._table(region, name).stream_shard
        return len(shard.items) if shard else 0

    def tidy(self, region: str, name: str, since: int) -> None:
        """Make one stream record of the two that moto writes for an UpdateItem that creates its item.

        Only what the stream had after its ``since`` first changes is looked at, however long it is.
        """
        shard = self._table(region, name).stream_shard
        kept: list[StreamRecord] = []
        for record in shard.items[since:] if shard else ():
            if kept and _completes(record, kept[-1]):
                kept.pop()
            kept.append(record)
        if shard:
            _replace(shard, since, kept)

    def settle(self, region: str, name: str, since: int) -> None:
        """Leave no record of a write that changes nothing, and in each of the others the region that wrote it.

        Replication has seen such a write by then: it is the last writer all the same.
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
        """
        shard = self._table(region, name).stream_shard
        if shard:
            _replace(shard, since, [record for record in shard.items[since:] if not _changes_nothing(record)])
            for record in shard.items[since:]:
                record.record["awsRegion"] = region

    def changes(self, region: str, name: str, since: int) -> list[Change]:
        """Give what the stream had after its ``since`` first changes, the last of each item only."""
        shard = self._table(region, name).stream_shard
        records = [record.to_json()["dynamodb"] for record in shard.items[since:]] if shard else []
        found = [Change(table=name, keys=record["Keys"], image=record.get("NewImage")) for record in records]
        return list({change.item: change for change in found}.values())

    def apply(self, region: str, change: Change) -> None:
        """Make an item what the change says, without any condition."""
        table, since = self._table(region, change.table), self.written(region, change.table)
        if change.image is not None:
            table.put_item(dict(change.image), overwrite=True)
        else:
            table.delete_item(*_place(table, change))
        self.settle(region, change.table, since)

    def lapsing(self) -> Iterator[tuple[str, str, str]]:
        """Give region, table and attribute of every table whose items have a time to live."""
        tables = [table for backend in self._backends() for table in backend.tables.values()]
        for table in tables:
            if table.ttl.get("TimeToLiveStatus") == "ENABLED":
                yield table.region_name, table.name, str(table.ttl["AttributeName"])

    def deletions(self, region: str, name: str, attribute: str, condition: Callable[[object], bool]) -> list[Change]:
        """Give the deletion of each item whose attribute, as the API spells its value, meets a condition."""
        table = self._table(region, name)
        return [
            Change(table=name, keys=_keys(table, item), image=None)
            for item in _unordered(table)
            if attribute in item.attrs and condition(item.attrs[attribute].to_json())
        ]

    def value(self, region: str, change: Change, attribute: str) -> object:
        """Give an attribute of the item that a change is about, as the API spells it; None without either."""
        table = self._table(region, change.table)
        item = table.get_item(*_place(table, change))
        return item.attrs[attribute].to_json() if item and attribute in item.attrs else None

    def mark(self, region: str, name: str, since: int, identity: Mapping[str, str]) -> None:
        """Note in the records after a stream's ``since`` first ones who made the changes."""
        shard = self._table(region, name).stream_shard
        for record in shard.items[since:] if shard else ():
            record.record["userIdentity"] = dict(identity)

    def _backends(self) -> list[DynamoDBBackend]:
        return list(dynamodb_backends[DEFAULT_ACCOUNT_ID].values())

    def _backend(self, region: str) -> DynamoDBBackend:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][region]

    def _table(self, region: str, name: str) -> Table:
        return self._backend(region).tables[name]


def _place(table: Table, change: Change) -> tuple[DynamoType, DynamoType | None]:
    """Give partition and sort key of a change's item."""
    partition, sort = DynamoType(dict(change.keys[table.hash_key_attr])), table.range_key_attr
    return partition, DynamoType(dict(change.keys[sort])) if sort else None


def _keys(table: Table, item: Item) -> Attributes:
    return {name: item.attrs[name].to_json() for name in table.table_key_attrs}


def _unordered(table: Table) -> Iterator[Item]:
    """Give all items without sorting them, which takes moto most of the time."""
    held: Iterable[Any] = table.items.values()
    return iter([item for below in held for item in below.values()] if table.range_key_attr else held)


def _replace(shard: StreamShard, since: int, records: list[StreamRecord]) -> None:
    """Put records in the place of those after the ``since`` first ones, numbered on from there."""
    for at, record in enumerate(records, shard.starting_sequence_number + since):
        record.record["dynamodb"]["SequenceNumber"] = str(at)
    shard.items[since:] = records


def _changes_nothing(record: StreamRecord) -> bool:
    """Say whether a record tells of an item that stayed as it was; without both images that cannot be told."""
    change = record.record["dynamodb"]
    return {"OldImage", "NewImage"} <= change.keys() and bool(change["OldImage"] == change["NewImage"])


def _completes(record: StreamRecord, before: StreamRecord) -> bool:
    """Say whether a record inserts the item that the one before it inserted, which no two writes do."""
    inserted = [each.record["dynamodb"]["Keys"] for each in (record, before) if each.record["eventName"] == "INSERT"]
    return len(inserted) == 2 and bool(inserted[0] == inserted[1])


def _view(table: Table) -> dict[str, object] | None:
    """Give the stream specification of a replica: a copy, since moto writes into it."""
    specification = table.stream_specification or {}
    return dict(specification) if specification.get("StreamEnabled") else None
