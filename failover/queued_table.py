"""Writes that go to an outbox when they cannot be sent: the caller goes on, the write follows in its order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

from failover.acknowledgement import Acknowledgement, UncertainWrite
from failover.call_failed import Throttled, Unreachable, WriteConflict
from failover.outbox import Operation, Outbox, OutboxFull
from failover.regional_table import RegionalTable
from failover.request_text import key_text
from failover.table_requests import DeleteItem, PutItem, UpdateItem
from failover.write_grants import NotWritable

NOTHING_DONE = (NotWritable, Unreachable, Throttled, WriteConflict)


@dataclass(frozen=True, kw_only=True)
class Queued:
    """The write is on this host's disk and will be sent; until then no reader sees it. It may still be parked."""

    number: int
    because: str


class QueuedTable:
    """A `RegionalTable` with an outbox; thread-safe. ``key`` names the table's key attributes, partition key first.

    Reads go to ``table``, and do not see what waits.
    """

    def __init__(self, table: RegionalTable, outbox: Outbox, *, key: tuple[str, ...]) -> None:
        self.table = table
        self._outbox = outbox
        self._key = key

    def put_item(self, **request: Unpack[PutItem]) -> Acknowledgement | Queued:
        """Write one item now, or later.

        Raises:
            OutboxFull: it could not be sent and was not kept; ``failure`` is what kept it from being sent.
            NotText: it can be neither sent nor kept.
            ClientError: the service refused it.
        """
        return self._write("put_item", request["Item"], request, lambda: self.table.put_item(**request))

    def delete_item(self, **request: Unpack[DeleteItem]) -> Acknowledgement | Queued:
        """Delete one item now, or later; raises like ``put_item``."""
        return self._write("delete_item", request["Key"], request, lambda: self.table.delete_item(**request))

    def update_item(self, **request: Unpack[UpdateItem]) -> Acknowledgement | Queued:
        """Update one item now, or later; raises like ``put_item``.

        Raises:
            UncertainWrite: it may have been done, and must not be done twice; it is not kept.
        """
        return self._write("update_item", request["Key"], request, lambda: self.table.update_item(**request))

    def _write(
        self,
        operation: Operation,
        item: Mapping[str, Any],
        request: Mapping[str, Any],
        send: Callable[[], Acknowledgement],
    ) -> Acknowledgement | Queued:
        item_key = key_text(item, self._key)
        if self._outbox.holds(self.table.name, item_key):
            return self._queued(operation, item_key, request, None)
        try:
            return send()
        except NOTHING_DONE as failure:
            return self._queued(operation, item_key, request, failure)
        except UncertainWrite as failure:
            if operation == "update_item":
                raise
            return self._queued(operation, item_key, request, failure)

    def _queued(
        self, operation: Operation, item_key: str, request: Mapping[str, Any], failure: Exception | None
    ) -> Queued:
        try:
            number = self._outbox.add(self.table.name, item_key, operation, request)
        except OutboxFull as full:
            raise OutboxFull(str(full), failure) from failure
        return Queued(number=number, because=str(failure) if failure else "earlier writes of this item wait")
