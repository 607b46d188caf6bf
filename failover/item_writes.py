"""The one place where a write of a single item is put into words for boto3."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from failover.attempts import Effect, Request
from failover.table_requests import DeleteItem, PutItem, UpdateItem
from failover.write_grants import Grant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Written = Request[Mapping[str, AttributeValueTypeDef]]


class ItemWrites(Protocol):
    """Turns a write into what is sent.

    Each method is called once per write, under its grant, and what it returns is sent once per attempt: what belongs to
    the write and not to the attempt, such as a version, is made in the method. The reply is boto3's ``Attributes``.
    ``round_trips`` is the most calls that one attempt makes, so that its time can be asked for.
    """

    round_trips: int

    def put(self, table: str, request: PutItem, grant: Grant, /) -> "Written": ...

    def update(self, table: str, request: UpdateItem, grant: Grant, /) -> "Written": ...

    def delete(self, table: str, request: DeleteItem, grant: Grant, /) -> "Written": ...


class PlainWrites:
    """Sends what it was given."""

    round_trips = 1

    def put(self, table: str, request: PutItem, _grant: Grant, /) -> "Written":
        """Aims at a state, so it may be repeated."""
        return Request(
            send=lambda client: client.put_item(TableName=table, **request).get("Attributes", {}), effect=Effect.SAME
        )

    def update(self, table: str, request: UpdateItem, _grant: Grant, /) -> "Written":
        """May count: ``ADD`` or ``list_append`` would do so twice."""
        return Request(
            send=lambda client: client.update_item(TableName=table, **request).get("Attributes", {}),
            effect=Effect.TWICE,
        )

    def delete(self, table: str, request: DeleteItem, _grant: Grant, /) -> "Written":
        """Aims at a state, so it may be repeated."""
        return Request(
            send=lambda client: client.delete_item(TableName=table, **request).get("Attributes", {}),
            effect=Effect.SAME,
        )
