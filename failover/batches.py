"""Batches of any size in calls of the size that the service takes, until nothing is left unprocessed.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from failover.acknowledgement import BatchIncomplete, UncertainWrite
from failover.attempts import Answered, Attempts, Effect, Request
from failover.call_failed import CALL_ERRORS, CallFailed, Throttled
from failover.clock import Clock
from failover.read_answers import Found, Served
from failover.table_reads import READ_SECONDS
from failover.table_requests import BatchGetItem
from failover.write_grants import Grant, NoCurrentView, NotWritable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchGetItemOutputTypeDef, KeysAndAttributesTypeDef, WriteRequestTypeDef

    from failover.read_answers import Attributes

    Ask = Callable[[Callable[[DynamoDBClient], BatchGetItemOutputTypeDef]], tuple[BatchGetItemOutputTypeDef, Served]]

T = TypeVar("T")
KEYS_IN_A_CALL = 100
WRITES_IN_A_CALL = 25


class KeysUnprocessed(Throttled):
    """The service kept turning some keys of a batch away, for their rate or size; the others' items are here."""

    def __init__(self, region: str, items: "Sequence[Attributes]", keys: "Sequence[Attributes]") -> None:
        super().__init__(region, f"{len(keys)} keys unprocessed, {len(items)} items found; read those keys again")
        self.items = tuple(items)
        self.keys = tuple(keys)


@dataclass(frozen=True, kw_only=True)
class BatchAcknowledgement:
    """All of the batch is written, in one region and under one epoch."""

    region: str
    epoch: int | None
    written: int


def chunks(things: Sequence[T], size: int) -> list[Sequence[T]]:
    """Cut a sequence into pieces of at most ``size``."""
    return [things[start : start + size] for start in range(0, len(things), size)]


class BatchRead:
    """One batch; ``ask`` carries a call out where the caller wants to read."""

    def __init__(self, table: str, attempts: Attempts, clock: Clock, ask: "Ask") -> None:
        self._table = table
        self._attempts = attempts
        self._ask = ask
        self._until = clock.monotonic() + READ_SECONDS
        self._turn = 0
        self._items = list["Attributes"]()
        self._served = list[Served]()

    def run(self, request: BatchGetItem) -> Found:
        """Read all keys, each call again for those that were not processed.

        Raises:
            KeysUnprocessed: the time was over before all were.
        """
        for keys in chunks(request["Keys"], KEYS_IN_A_CALL):
            left: Sequence[Mapping[str, object]] = keys
            while left := self._one_call(cast("KeysAndAttributesTypeDef", {**request, "Keys": left})):
                if not self._attempts.paused(self._turn, self._until):
                    raise KeysUnprocessed(self._served[-1].region, self._items, left)
                self._turn += 1
        return Found(items=tuple(self._items), served=tuple(self._served))

    def _one_call(self, request: "KeysAndAttributesTypeDef") -> "Sequence[Attributes]":
        reply, served = self._ask(lambda client: client.batch_get_item(RequestItems={self._table: request}))
        self._served.append(served)
        self._items += reply["Responses"].get(self._table, [])
        left = reply.get("UnprocessedKeys", {}).get(self._table)
        return left["Keys"] if left else ()


@dataclass
class BatchWrite:
    """One batch under one grant. Not thread-safe: made for each call."""

    table: str
    attempts: Attempts
    grant: Grant
    clock: Clock
    written: "list[WriteRequestTypeDef]" = field(default_factory=list)
    uncertain: "list[WriteRequestTypeDef]" = field(default_factory=list)
    region: str = ""
    turn: int = 0

    def run(self, requests: "Sequence[WriteRequestTypeDef]") -> BatchAcknowledgement:
        """Write all.

        What the service left unprocessed is sent again before what comes after it, so that two writes of one key keep
        their order.

        Raises:
            BatchIncomplete: part of it is not, or not surely, written.
            ClientError: the service refused the first call, so nothing was written.
        """
        for number, chunk in enumerate(pieces := chunks(requests, WRITES_IN_A_CALL)):
            later = [request for piece in pieces[number + 1 :] for request in piece]
            self._write(list(chunk), later)
        return BatchAcknowledgement(region=self.region, epoch=self.grant.epoch, written=len(self.written))

    def _write(self, waiting: "list[WriteRequestTypeDef]", later: "list[WriteRequestTypeDef]") -> None:
        doubted = False
        while waiting:
            answered = self._call(waiting, later, doubted)
            doubted, self.region = doubted or answered.doubted, answered.region
            left = _left(waiting, answered.reply)
            done = [request for request in waiting if request not in left]
            if not self.grant.honours(self.clock.monotonic()):
                late = NoCurrentView(f"the answer from {self.region} came after the client's view had expired")
                raise self._incomplete(left, later, doubted, late=done) from late
            self.written += done
            if left and not self.attempts.paused(self.turn, self.grant.until):
                raise self._incomplete(left, later, doubted) from Throttled(self.region, f"{len(left)} unprocessed")
            self.turn += 1
            waiting = left

    def _call(
        self, waiting: "list[WriteRequestTypeDef]", later: "list[WriteRequestTypeDef]", doubted: bool
    ) -> "Answered[list[WriteRequestTypeDef]]":
        try:
            return self.attempts.run(
                self.grant, Request(send=lambda client: self._send(client, waiting), effect=Effect.SAME)
            )
        except UncertainWrite as error:
            raise self._incomplete(waiting, later, doubted=True) from error
        except (*CALL_ERRORS, CallFailed, NotWritable) as error:
            if isinstance(error, CALL_ERRORS) and not self.written and not doubted:
                raise
            raise self._incomplete(waiting, later, doubted) from error

    def _send(self, client: "DynamoDBClient", requests: "list[WriteRequestTypeDef]") -> "list[WriteRequestTypeDef]":
        """Send one call; return what the service left unprocessed."""
        reply = client.batch_write_item(RequestItems={self.table: requests})
        return cast("list[WriteRequestTypeDef]", reply.get("UnprocessedItems", {}).get(self.table, []))

    def _incomplete(
        self,
        waiting: "list[WriteRequestTypeDef]",
        later: "list[WriteRequestTypeDef]",
        doubted: bool,
        late: "Sequence[WriteRequestTypeDef]" = (),
    ) -> BatchIncomplete:
        """``waiting`` may have been written by an attempt before, if ``doubted``; ``late`` was, but not in time."""
        return BatchIncomplete(
            epoch=self.grant.epoch,
            written=self.written,
            not_written=later if doubted else [*waiting, *later],
            uncertain=[*late, *waiting] if doubted else list(late),
        )


def _left(sent: "list[WriteRequestTypeDef]", unprocessed: "list[WriteRequestTypeDef]") -> "list[WriteRequestTypeDef]":
    """Return what has to be sent again: all of it, if the service spells one of them in another way."""
    left = [request for request in sent if request in unprocessed]
    return left if len(left) == len(unprocessed) else sent
