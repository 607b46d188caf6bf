"""An `mrec` or `streams` table as a client uses it: writes leave versions, reads see neither these nor tombstones.

Where DynamoDB replicates by itself (`mrec`), a version changes nothing about who wins: that is the last writer. It says
afterwards whether the winner knew of what it replaced, and so a deletion has to leave a tombstone there as well: of one
that DynamoDB makes, no record says whether it knew.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from failover.attempts import Effect, Request
from failover.replication.stamps import ATTRIBUTE, Stamp
from failover.replication.versioned_writes import Verb, VersionedWrites, Write
from failover.table_requests import DeleteItem, PutItem, UpdateItem
from failover.write_grants import Grant, NoCurrentView

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from failover.item_writes import Written

R = TypeVar("R", bound=Mapping[str, Any])
TOMBSTONE_SECONDS = 7 * 24 * 3600
EXPIRES = "_lifeboat_expires"


def time_of_day() -> int:
    """Return this host's, in microseconds."""
    return time.time_ns() // 1000


@dataclass(frozen=True, kw_only=True)
class VersionedTable:
    """What a client must know of the table: its key attributes, and the one that items expire by if it has any."""

    key: tuple[str, ...]
    ttl_attribute: str = EXPIRES


class TableWrites:
    """Puts a version on each write; a call may take ``seconds``, and ``monotonic`` is the clock that grants go by."""

    round_trips = 1

    def __init__(
        self, table: VersionedTable, *, seconds: float, monotonic: Callable[[], float], now: Callable[[], int]
    ) -> None:
        self._table = table
        self._seconds = seconds
        self._monotonic = monotonic
        self._versioned = VersionedWrites(
            now=now, ttl_attribute=table.ttl_attribute, tombstone_seconds=TOMBSTONE_SECONDS
        )

    def put(self, table: str, request: PutItem, grant: Grant, /) -> "Written":
        """Aims at a state, so it may be repeated."""
        key = {name: request["Item"][name] for name in self._table.key if name in request["Item"]}
        return self._written("put", table, request, key, grant)

    def update(self, table: str, request: UpdateItem, grant: Grant, /) -> "Written":
        """May count."""
        return self._written("update", table, request, request["Key"], grant)

    def delete(self, table: str, request: DeleteItem, grant: Grant, /) -> "Written":
        """Aims at a state."""
        return self._written("delete", table, request, request["Key"], grant)

    def _written(
        self, verb: Verb, table: str, request: Mapping[str, Any], key: Mapping[str, Any], grant: Grant
    ) -> "Written":
        write = Write(
            verb=verb, table=table, request=request, key=key, epoch=cast(int, grant.epoch), here=grant.sites[0]
        )

        def send(client: "DynamoDBClient") -> Any:
            return self._versioned.carry_out(client, write, lambda: self._go_on(grant))

        return Request(send=send, effect=Effect.TWICE if verb == "update" else Effect.SAME)

    def _go_on(self, grant: Grant) -> None:
        """Make another call only if it is over before the grant is."""
        left = grant.until - self._monotonic()
        if left < self._seconds:
            raise NoCurrentView(f"{left:.2f} s left of the view, {self._seconds:g} s needed for another look")


class TableReads:
    """Leaves stamps and tombstones out."""

    def of_keys(self, request: R, /) -> R:
        """Ask for the stamp too, which tells a tombstone."""
        if "ProjectionExpression" not in request:
            return request
        asked = {**request, "ProjectionExpression": f"{request['ProjectionExpression']}, #lb"}
        return cast(R, _naming(asked, {"#lb": ATTRIBUTE}))

    def of_many(self, request: R, /) -> R:
        """Have the service leave tombstones out, so that it does not count them either."""
        there, mine = "attribute_not_exists(#lb.#lbd)", request.get("FilterExpression")
        asked = {**request, "FilterExpression": f"({mine}) AND {there}" if mine else there}
        return cast(R, _naming(asked, {"#lb": ATTRIBUTE, "#lbd": "d"}))

    def seen(self, item: Mapping[str, Any], /) -> Mapping[str, Any] | None:
        """Return the item without its stamp, None for a tombstone."""
        stamp = Stamp.of(item)
        if stamp is None:
            return item
        return None if stamp.deleted else {name: value for name, value in item.items() if name != ATTRIBUTE}


def _naming(request: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    return {**request, "ExpressionAttributeNames": {**request.get("ExpressionAttributeNames", {}), **names}}
