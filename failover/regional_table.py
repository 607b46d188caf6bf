"""A DynamoDB table in two regions: writes follow the tier's epoch, nothing is acknowledged that might be undone.

The methods take the parameters of boto3's DynamoDB client under its names, less ``TableName``. What the service
refuses (``ConditionalCheckFailedException``, validation, permissions) is raised as boto3 raises it; everything else is
a class of `call_failed`, `write_grants` or `acknowledgement`. No method returns None for a failure. docs/client.md has
the table of errors: what was sent, whether it may have landed, what to do next.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar, Unpack

from failover.acknowledgement import Acknowledgement, BatchIncomplete, UncertainWrite
from failover.attempts import Attempts
from failover.batches import BatchAcknowledgement, BatchRead, BatchWrite, KeysUnprocessed
from failover.call_failed import Cancelled
from failover.clock import Clock
from failover.first_of_two import FirstOfTwo
from failover.item_reads import ItemReads, PlainReads, all_seen, responses_seen
from failover.item_writes import ItemWrites, PlainWrites
from failover.read_answers import Found, Freshness, Item, NoSuchItem, Page, Served, Snapshot, Stale, Which
from failover.region_calls import RegionCalls
from failover.sites import Site
from failover.table_metrics import Metrics, NoMetrics, outcome_of, region_of
from failover.table_reads import How, TableReads
from failover.table_requests import (
    BatchGetItem,
    BatchWriteItem,
    DeleteItem,
    GetItem,
    PutItem,
    Query,
    Scan,
    TransactGetItems,
    TransactWriteItems,
    UpdateItem,
)
from failover.transactions import TransactionWrite, as_boto3_says, reads_of
from failover.write_grants import Grant, Views

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryOutputTypeDef, ScanOutputTypeDef

    from failover.item_writes import Written

__all__ = [
    "Acknowledgement",
    "BatchAcknowledgement",
    "BatchIncomplete",
    "Found",
    "Freshness",
    "Item",
    "KeysUnprocessed",
    "NoSuchItem",
    "Page",
    "RegionalTable",
    "Served",
    "Snapshot",
    "TableOptions",
    "UncertainWrite",
]

HEDGES = 16


class FromRegion(Protocol):
    """Every answer names the region that gave it."""

    @property
    def region(self) -> str: ...


Told = TypeVar("Told", bound=FromRegion)


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What an application may choose beside the protocol.

    ``pool`` carries hedged reads; its threads start with the first one. Each such read may hold two of them.
    """

    writes: ItemWrites = field(default_factory=PlainWrites)
    reads: ItemReads = field(default_factory=PlainReads)
    metrics: Metrics = field(default_factory=NoMetrics)
    hedge_seconds: float = 0.1
    pinned_after_seconds: float = 30.0
    pool: Executor = field(default_factory=lambda: ThreadPoolExecutor(HEDGES, thread_name_prefix="table-read"))


class RegionalTable:
    """Thread-safe. ``views`` decides on every write: a `ClientView`, or `AnyRegion` for an ``mrsc`` table.

    Reads take ``site`` (who answers) and ``stale``: ``"never"``; ``"if-active-fails"``, the standby after the active
    site failed; ``"hedged"``, the standby too if the active site is slow. An answer's ``served`` says where it is from.
    """

    def __init__(
        self,
        name: str,
        regions: Mapping[Site, RegionCalls],
        views: Views,
        *,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        options: TableOptions | None = None,
    ) -> None:
        chosen = options or TableOptions()
        self.name = name
        self._views = views
        self._clock = clock
        self._metrics = chosen.metrics
        self._writes = chosen.writes
        self._shown = chosen.reads
        self._attempts = Attempts(regions, clock, jitter)
        self._seconds = self._attempts.shortest * chosen.writes.round_trips
        race = FirstOfTwo(chosen.pool, chosen.hedge_seconds)
        self._reads = TableReads(self._attempts, views, clock, race, pinned_after_seconds=chosen.pinned_after_seconds)

    # Writes.

    def put_item(self, **request: Unpack[PutItem]) -> Acknowledgement:
        """Write one item.

        Raises:
            NotWritable, CallFailed: it was not written.
            UncertainWrite: it may have been.
            ClientError: the service refused it.
        """
        return self._measured(
            "put_item", lambda: self._write(lambda grant: self._writes.put(self.name, request, grant))
        )

    def delete_item(self, **request: Unpack[DeleteItem]) -> Acknowledgement:
        """Delete one item; raises like ``put_item``."""
        return self._measured(
            "delete_item", lambda: self._write(lambda grant: self._writes.delete(self.name, request, grant))
        )

    def update_item(self, **request: Unpack[UpdateItem]) -> Acknowledgement:
        """Update one item; raises like ``put_item``.

        An attempt that may have landed is not repeated: ``ADD`` or ``list_append`` would count twice.
        """
        return self._measured(
            "update_item", lambda: self._write(lambda grant: self._writes.update(self.name, request, grant))
        )

    def batch_write_item(self, **request: Unpack[BatchWriteItem]) -> BatchAcknowledgement:
        """Put and delete any number of items under one grant; not atomic, and no conditions.

        Raises:
            NotWritable: nothing was written.
            BatchIncomplete: says which were written, which were not, and which may have been.
            ClientError: refused before anything was written.
        """

        def write() -> BatchAcknowledgement:
            batch = BatchWrite(self.name, self._attempts, self._views.grant(self._attempts.shortest), self._clock)
            return batch.run(request["RequestItems"])

        return self._measured("batch_write_item", write)

    def transact_write_items(self, **request: Unpack[TransactWriteItems]) -> Acknowledgement:
        """Carry out up to 100 writes and checks together or not at all; raises like ``put_item``.

        Conflicts with other transactions are tried again. A part may name another table of the tier by ``TableName``.
        """
        transaction = TransactionWrite(self.name, self._attempts, self._clock)
        return self._measured(
            "transact_write_items", lambda: transaction.run(self._views.grant(self._attempts.shortest), request)
        )

    # Reads.

    def get_item(self, *, site: Which = "active", stale: Stale = "never", **request: Unpack[GetItem]) -> Item:
        """Read one item from the active site, or from elsewhere if asked.

        A plain read goes by the newest view, however old. ``ConsistentRead`` follows the rule of writes, or it could
        miss a write acknowledged elsewhere.

        Raises:
            NoSuchItem: that region has none.
            NotWritable: a consistent read without a current view, or no view at all.
            CallFailed: no final answer in time.
            ValueError: a consistent read of the standby, or one that may be stale.
            ClientError: the service refused.
        """
        how = How(site=site, stale=stale, consistent=request.get("ConsistentRead", False))

        def read() -> Item:
            asked = self._shown.of_keys(request)
            reply, served = self._reads.answer(lambda client: client.get_item(TableName=self.name, **asked), how)
            item = self._shown.seen(reply["Item"]) if "Item" in reply else None
            if item is None:
                raise NoSuchItem(self.name, request["Key"], served)
            return Item(item, served)

        return self._measured("get_item", read)

    def query(self, *, site: Which = "active", stale: Stale = "never", **request: Unpack[Query]) -> Page:
        """Read one page; raises like ``get_item``, but finding nothing is an empty page."""
        how = How(site=site, stale=stale, consistent=request.get("ConsistentRead", False))
        asked = self._shown.of_many(request)
        return self._measured(
            "query", lambda: self._page(lambda client: client.query(TableName=self.name, **asked), how)
        )

    def query_pages(
        self, *, site: Which = "active", stale: Stale = "never", **request: Unpack[Query]
    ) -> Iterator[Page]:
        """Read page after page, each as one ``query``: a failover in between lets the next come from another region."""
        page = self.query(site=site, stale=stale, **request)
        yield page
        while page.last_evaluated_key:
            request["ExclusiveStartKey"] = page.last_evaluated_key
            page = self.query(site=site, stale=stale, **request)
            yield page

    def scan(self, *, site: Which = "active", stale: Stale = "never", **request: Unpack[Scan]) -> Page:
        """Read one page of the whole table; raises like ``query``."""
        how = How(site=site, stale=stale, consistent=request.get("ConsistentRead", False))
        asked = self._shown.of_many(request)
        return self._measured("scan", lambda: self._page(lambda client: client.scan(TableName=self.name, **asked), how))

    def scan_pages(self, *, site: Which = "active", stale: Stale = "never", **request: Unpack[Scan]) -> Iterator[Page]:
        """Read page after page, each as one ``scan``."""
        page = self.scan(site=site, stale=stale, **request)
        yield page
        while page.last_evaluated_key:
            request["ExclusiveStartKey"] = page.last_evaluated_key
            page = self.scan(site=site, stale=stale, **request)
            yield page

    def batch_get_item(
        self, *, site: Which = "active", stale: Stale = "never", **request: Unpack[BatchGetItem]
    ) -> Found:
        """Read any number of keys in a few seconds; those that are not there are left out, as boto3 does.

        Raises:
            KeysUnprocessed: the service kept turning some away; has the others' items.
            Exception: as ``get_item``.
        """
        how = How(site=site, stale=stale, consistent=request.get("ConsistentRead", False))

        def read() -> Found:
            batch = BatchRead(self.name, self._attempts, self._clock, lambda send: self._reads.answer(send, how))
            found = batch.run(self._shown.of_keys(request))
            return replace(found, items=all_seen(self._shown, found.items))

        return self._measured("batch_get_item", read)

    def transact_get_items(self, **request: Unpack[TransactGetItems]) -> Snapshot:
        """Read up to 100 items as they were at one moment; the rule and the errors are those of consistent reads."""
        gets = [{"Get": self._shown.of_keys(one["Get"])} for one in request["TransactItems"]]
        items = reads_of(self.name, gets)

        def read() -> Snapshot:
            try:
                reply, served = self._reads.answer(
                    lambda client: client.transact_get_items(TransactItems=items), How(consistent=True)
                )
            except Cancelled as failure:
                raise as_boto3_says(failure) from None
            return Snapshot(responses=responses_seen(self._shown, reply["Responses"]), served=served)

        return self._measured("transact_get_items", read)

    # What they have in common.

    def _write(self, put_into_words: "Callable[[Grant], Written]") -> Acknowledgement:
        grant = self._views.grant(self._seconds)
        answered = self._attempts.run(grant, put_into_words(grant))
        if not grant.honours(self._clock.monotonic()):
            raise UncertainWrite(answered.region, grant.epoch, "the answer came after the client's view had expired")
        return Acknowledgement(region=answered.region, epoch=grant.epoch, attributes=answered.reply)

    def _page(self, send: "Callable[[DynamoDBClient], QueryOutputTypeDef | ScanOutputTypeDef]", how: How) -> Page:
        reply, served = self._reads.answer(send, how)
        return Page(
            items=all_seen(self._shown, reply.get("Items", ())),
            count=reply["Count"],
            scanned_count=reply["ScannedCount"],
            last_evaluated_key=reply.get("LastEvaluatedKey"),
            served=served,
        )

    def _measured(self, operation: str, act: Callable[[], Told]) -> Told:
        began = self._clock.monotonic()
        try:
            answer = act()
        except Exception as error:
            seconds = self._clock.monotonic() - began
            self._metrics.called(operation, region_of(error), outcome_of(error), seconds)
            raise
        self._metrics.called(operation, answer.region, "answered", self._clock.monotonic() - began)
        return answer
