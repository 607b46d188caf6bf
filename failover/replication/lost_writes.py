"""What the tables of losers say: each acknowledged write that another stands in place of, and what was judged of it.

Both regions keep what their own replicator found, so that one write can have an entry in each; it is one write.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from failover.failures import AWS_ERRORS, Failure, failure_of, item_of
from failover.replication.changes import key_text
from failover.replication.stamps import ATTRIBUTE, Item, MalformedStamp, Stamp, Version

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class State(StrEnum):
    """What somebody decided: nothing yet, that what stands stays, or that the lost write is written again."""

    OPEN = "open"
    KEPT_OURS = "kept-ours"
    KEPT_THEIRS = "kept-theirs"


class JudgedOtherwise(Exception):
    """Somebody else has decided about this write."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A decision, and who took it; ``at`` is AWS time."""

    state: State
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LostWrite:
    """One write; ``states`` are what the entries of the regions that have one say. ``item`` is absent of a deletion."""

    table: str
    sort_key: str
    key: Item
    item: Item | None
    version: str
    winner: str | None
    states: Mapping[str, State]
    by: str = ""
    reason: str = ""

    @property
    def state(self) -> State:
        """What was decided: one region's entry is enough."""
        return next((one for one in self.states.values() if one is not State.OPEN), State.OPEN)

    @property
    def half_marked(self) -> bool:
        """Whether whoever decided was interrupted before every entry said so."""
        return len(set(self.states.values())) > 1

    @property
    def deleted(self) -> bool:
        """Whether the lost write was a deletion."""
        return plain(self.item) is None


def plain(item: Item | None) -> Item | None:
    """Return an item as its application sees it: without its stamp, and none for a tombstone."""
    if not item:
        return None
    stamp = Stamp.of(item)
    if stamp is not None and stamp.deleted:
        return None
    return {name: value for name, value in item.items() if name != ATTRIBUTE}


def version_of(text: str) -> Version | None:
    """Read a version; ``None`` for a write around the client, which had none."""
    try:
        return Version.parse(text)
    except MalformedStamp:
        return None


def moment_of(version: Version) -> datetime:
    """Return the time of day that a version's clock says: of the host that wrote, or later."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=version.clock)


def differences(lost: Item | None, stands: Item | None) -> dict[str, tuple[Any, Any]]:
    """Return each attribute that differs, as (what was lost, what stands); ``None`` where there is none."""
    was, now = lost or {}, stands or {}
    names = sorted({*was, *now})
    return {name: (was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)}


class LoserEntries:
    """The table of losers in one region."""

    def __init__(self, client: "DynamoDBClient", name: str, region: str) -> None:
        self._client = client
        self._name = name
        self._region = region

    def of_table(self, table: str) -> Iterator[LostWrite]:
        """Read all entries of one application table, consistently.

        Raises:
            BotoCoreError, ClientError: the region does not answer.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": table}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from (self._read(entry) for entry in page["Items"])

    def _read(self, entry: Mapping[str, Any]) -> LostWrite:
        return LostWrite(
            table=entry["pk"]["S"],
            sort_key=entry["sk"]["S"],
            key=entry["key"]["M"],
            item=entry["item"]["M"] if "item" in entry else None,
            version=entry["version"]["S"],
            winner=entry["winner"]["S"] if "winner" in entry else None,
            states={self._region: State(entry["state"]["S"])},
            by=entry.get("judged_by", {}).get("S", ""),
            reason=entry.get("judged_reason", {}).get("S", ""),
        )

    def mark(self, lost: LostWrite, judgement: Judgement) -> None:
        """Note what was decided, with who and why; the same decision said again changes nothing.

        Raises:
            JudgedOtherwise: somebody decided otherwise meanwhile.
            BotoCoreError, ClientError: the region does not answer.
        """
        told = {"judged_by": judgement.by, "judged_reason": judgement.reason, "judged_at": judgement.at.isoformat()}
        try:
            self._client.update_item(
                TableName=self._name,
                Key={"pk": {"S": lost.table}, "sk": {"S": lost.sort_key}},
                UpdateExpression=f"SET #state = :state, {', '.join(f'{name} = :{name}' for name in told)}",
                ConditionExpression="#state = :open",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":state": {"S": judgement.state},
                    ":open": {"S": State.OPEN},
                    **{f":{name}": {"S": value} for name, value in told.items()},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except AWS_ERRORS as error:
            if failure_of(error) is not Failure.CONDITION:
                raise
            self._require_same(item_of(error) or {}, judgement.state, error)

    def _require_same(self, entry: Mapping[str, Any], state: State, error: Exception) -> None:
        found = entry.get("state", {}).get("S")
        if found != state:
            by = entry.get("judged_by", {}).get("S", "nobody")
            raise JudgedOtherwise(f"in {self._region} it is {found or 'gone'}, decided by {by}") from error


def merged(entries: Iterable[LostWrite]) -> list[LostWrite]:
    """Make one of the entries of both regions, by table, item and version; the newest write of each item first."""
    found: dict[tuple[str, str], LostWrite] = {}
    for one in entries:
        twin = found.get((one.table, one.sort_key))
        found[one.table, one.sort_key] = _both(twin, one) if twin else one
    return sorted(found.values(), key=_newest_first)


def _both(one: LostWrite, other: LostWrite) -> LostWrite:
    told = other if other.by else one
    return LostWrite(
        table=one.table,
        sort_key=one.sort_key,
        key=one.key,
        item=one.item,
        version=one.version,
        winner=max(filter(None, (one.winner, other.winner)), default=None),
        states={**one.states, **other.states},
        by=told.by,
        reason=told.reason,
    )


def _newest_first(one: LostWrite) -> tuple[str, str, int, int]:
    version = version_of(one.version)
    return (one.table, key_text(one.key), *((-version.epoch, -version.clock) if version else (0, 0)))
