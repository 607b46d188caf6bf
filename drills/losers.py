"""Whether a stack's own lists of lost writes say what the clients' logs say: every one of them, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drills.contents import write_ids
from drills.load_spec import LoadTable
from drills.recorder import Operation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Writes = frozenset[tuple[str, str]]  # keys and the ids of writes under them


@dataclass(frozen=True, kw_only=True)
class Compared:
    """How many acknowledged writes are gone and on no list, and how many are on a list though nobody lost them."""

    unlisted: int
    unfounded: int


def listed_losers(client: "DynamoDBClient", losers: str, table: LoadTable) -> Writes:
    """Read the writes that one region's list holds of the load's table.

    Raises:
        ClientError, BotoCoreError: the list could not be read to its end.
    """
    pages = client.get_paginator("query").paginate(
        TableName=losers,
        KeyConditionExpression="pk = :table",
        ExpressionAttributeValues={":table": {"S": table.name}},
        ConsistentRead=True,
    )
    return frozenset(one for page in pages for entry in page["Items"] for one in _writes(entry, table))


def compared(listed: Writes, operations: Iterable[Operation], final: Mapping[str, Iterable[str]]) -> Compared:
    """Hold the lists against the logs; ``final`` are the write ids under each key at the end.

    A write whose client was told nothing for sure may have landed and lost: on a list it is no mistake.
    """
    there = {(key, value) for key, values in final.items() for value in values}
    writes = [one for one in operations if one.is_write]
    gone = {(one.key, one.value) for one in writes if one.acknowledged} - there
    landed = {(one.key, one.value) for one in writes if one.outcome in ("acknowledged", "uncertain")}
    return Compared(unlisted=len(gone - listed), unfounded=len(listed - there - landed))


def _writes(entry: Mapping[str, Any], table: LoadTable) -> Iterable[tuple[str, str]]:
    item = entry.get("item", {}).get("M", {})
    return ((item[table.partition]["S"], value) for value in write_ids(item)) if item else ()
