"""Transactions of one tier's tables: all or nothing, at the active site only.

A transaction is atomic in the region that carried it out; another region gets its writes one by one
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html). MRSC tables take none.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from failover.acknowledgement import Acknowledgement, UncertainWrite
from failover.attempts import Attempts, Effect, Request
from failover.call_failed import Cancelled
from failover.clock import Clock
from failover.table_requests import TransactWriteItems
from failover.write_grants import Grant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactGetItemTypeDef, TransactWriteItemTypeDef


def named(table: str, items: Iterable[Mapping[str, object]]) -> list[dict[str, dict[str, object]]]:
    """Give each part the table's name, unless it names one itself."""
    return [
        {kind: {"TableName": table, **cast("Mapping[str, object]", part)} for kind, part in item.items()}
        for item in items
    ]


def reads_of(table: str, items: Iterable[Mapping[str, object]]) -> "list[TransactGetItemTypeDef]":
    """Return a transaction's reads as boto3 takes them."""
    return cast("list[TransactGetItemTypeDef]", named(table, items))


def as_boto3_says(failure: Cancelled) -> BaseException:
    """Return the exception, with its ``CancellationReasons``, of a transaction that was cancelled to the end."""
    return failure.__cause__ or failure


class TransactionWrite:
    """Attempts at one transaction share a token, so that however many arrive it is carried out once.

    The service remembers a token for ten minutes, in one region; a grant ends long before.
    """

    def __init__(self, table: str, attempts: Attempts, clock: Clock) -> None:
        self._table = table
        self._attempts = attempts
        self._clock = clock

    def run(self, grant: Grant, request: TransactWriteItems) -> Acknowledgement:
        """Carry it out.

        Raises:
            CallFailed, NoCurrentView: nothing was done.
            UncertainWrite: it may have been; ``token`` is what it was sent with.
            ClientError: refused or cancelled, with boto3's ``CancellationReasons``.
        """
        token = request.get("ClientRequestToken") or str(uuid.uuid4())
        one_region = replace(grant, sites=grant.sites[:1])
        try:
            return self._acknowledged(one_region, request, token)
        except UncertainWrite as error:
            error.token = token
            raise
        except Cancelled as failure:
            raise as_boto3_says(failure) from None

    def _acknowledged(self, grant: Grant, request: TransactWriteItems, token: str) -> Acknowledgement:
        items = cast("list[TransactWriteItemTypeDef]", named(self._table, _mappings(request)))
        answered = self._attempts.run(
            grant,
            Request(
                send=lambda client: client.transact_write_items(TransactItems=items, ClientRequestToken=token),
                effect=Effect.SAME,
            ),
        )
        if not grant.honours(self._clock.monotonic()):
            detail = "the answer came after the client's view had expired"
            raise UncertainWrite(answered.region, grant.epoch, detail)
        return Acknowledgement(region=answered.region, epoch=grant.epoch, attributes={})


def _mappings(request: TransactWriteItems) -> Iterable[Mapping[str, object]]:
    return cast("Iterable[Mapping[str, object]]", request["TransactItems"])
