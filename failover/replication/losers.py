"""Acknowledged writes that a newer one of the other site stands in place of: kept for a person to judge."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from failover.failures import AWS_ERRORS, Failure, code_of, failure_of
from failover.replication.changes import key_text
from failover.replication.stamps import Item, Stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PART_BYTES = (
    300_000  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: 400 KB an item
)


@dataclass(frozen=True)
class Loser:
    """One write that did not know of the one it lost to. Without a stamp it was written around the client.

    ``told_by`` numbers the record that told of it, if one region's stream alone does: where the last writer wins, an
    older version can come to stand again, and a host whose time runs late then gives a version a second time.
    """

    table: str
    key: Item
    item: Item | None
    stamp: Stamp | None
    winner: Stamp | None
    told_by: str = ""

    @property
    def version(self) -> str:
        """Return its version as text; a write around the client is told by what it wrote."""
        if self.stamp is not None:
            return str(self.stamp.version)
        return hashlib.sha256(key_text(self.item or {}).encode()).hexdigest()[:32]


class Losers(Protocol):
    """Keeps them. The same one noted twice, or by both directions, is one."""

    def note(self, loser: Loser) -> None: ...


class LoserTable:
    """Keeps them in a table of the replicator's own region."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def note(self, loser: Loser) -> None:
        """Keep one; one that is kept already, or that somebody has judged, stays as it is.

        Raises:
            BotoCoreError, ClientError: the table did not take it.
        """
        entry, item = _entry(loser), loser.item
        try:
            self._put({**entry, "item": {"M": item}} if item else entry)
        except ClientError as error:
            if code_of(error) != "ValidationException" or not item:
                raise
            self._put_in_parts(entry, item)

    def _put_in_parts(self, entry: Mapping[str, Any], item: Item) -> None:
        """Keep an item that has no room beside what is told of it: its JSON over several entries, this one last."""
        text = key_text(item).encode()
        parts = [text[start : start + PART_BYTES] for start in range(0, len(text), PART_BYTES)]
        for number, part in enumerate(parts, 1):
            sort_key = {"S": f"{entry['sk']['S']}#part{number}"}
            self._put({"pk": entry["pk"], "sk": sort_key, "state": {"S": "part"}, "part": {"B": part}})
        self._put({**entry, "parts": {"N": str(len(parts))}})

    def _put(self, entry: dict[str, Any]) -> None:
        try:
            self._client.put_item(TableName=self._name, Item=entry, ConditionExpression="attribute_not_exists(pk)")
        except AWS_ERRORS as error:
            if failure_of(error) is not Failure.CONDITION:
                raise


def _entry(loser: Loser) -> dict[str, Any]:
    key = key_text(loser.key)
    winner = {"winner": {"S": str(loser.winner.version)}} if loser.winner else {}
    about = hashlib.sha256(key.encode()).hexdigest()
    return {
        "pk": {"S": loser.table},
        "sk": {"S": "#".join(filter(None, (about, loser.version, loser.told_by)))},
        "key": {"M": loser.key},
        "version": {"S": loser.version},
        "state": {"S": "open"},
        **winner,
    }
