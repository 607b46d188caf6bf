"""The offline copy of the stack's outputs: one item of the control table, written at run time, never by Pulumi."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from failover import rows

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class NoCopy(Exception):
    """The control table answers and holds no copy of the outputs."""


@dataclass(frozen=True, kw_only=True)
class OfflineCopy:
    """``lifeboat`` is the outputs' object of that name as JSON; ``saved_at`` is AWS time."""

    lifeboat: str
    saved_at: datetime
    saved_by: str


def read_copy(client: DynamoDBClient, table: str) -> OfflineCopy:
    """Read the copy consistently.

    Raises:
        NoCopy: nobody has saved one.
        MalformedRow: it cannot be read.
        BotoCoreError, ClientError: the table does not answer in this region.
    """
    item = client.get_item(TableName=table, Key=rows.copy_key(), ConsistentRead=True).get("Item")
    if not item:
        raise NoCopy(f"{table} holds no copy of the outputs; `lifeboat outputs --save` or `lifeboat arm` writes one")
    values = rows.values_of(item)
    try:
        saved_at = datetime.fromisoformat(values["saved_at"])
        return OfflineCopy(lifeboat=values["lifeboat"], saved_at=saved_at, saved_by=values["saved_by"])
    except (KeyError, ValueError, TypeError) as error:
        raise rows.MalformedRow(f"the copy of the outputs in {table} cannot be read: {error!r}") from error


def write_copy(client: DynamoDBClient, table: str, copy: OfflineCopy) -> None:
    """Save a copy over the one before.

    Raises:
        BotoCoreError, ClientError: the table did not take it.
    """
    values = {"lifeboat": copy.lifeboat, "saved_at": copy.saved_at.isoformat(), "saved_by": copy.saved_by}
    client.put_item(TableName=table, Item={**rows.copy_key(), **rows.to_item(values)})
