"""Writes of an application into an `mrec` or `streams` table: each leaves a stamp newer than what it was made upon.

Nothing is read before most writes. The first attempt assumes what nearly always holds: that the item is new, or was
written by this site alone with an earlier clock. If not, the failed condition shows the item, and the next one names
its very version. A deletion leaves a tombstone, or an older write of the other site would bring the item back; to the
application's own conditions a tombstone is no item.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from failover.failures import Failure, failure_of, item_of
from failover.replication.stamps import ATTRIBUTE, Item, Stamp, succeed
from failover.replication.writing import changed, of_version
from failover.sites import Site
from failover.write_grants import NotWritable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_ATTEMPTS = 8
SET_CLAUSE, REMOVE_CLAUSE = (re.compile(rf"(?<![#:.\w]){word}(?!\w)", re.IGNORECASE) for word in ("SET", "REMOVE"))
ALONE = (
    "attribute_not_exists(#lb) OR "
    "(#lb.#lbo = :lbo AND #lb.#lbv < :lbv AND attribute_not_exists(#lb.#lbs) AND attribute_not_exists(#lb.#lbd))"
)
ALONE_NAMES = {"#lb": ATTRIBUTE, "#lbo": "o", "#lbv": "v", "#lbs": "s", "#lbd": "d"}
PLACEHOLDER = re.compile(r"[#:]\w+")
EXPRESSIONS = ("ConditionExpression", "UpdateExpression")
OURS = ("#lb", ":lb")
PLACEHOLDERS = ("ExpressionAttributeNames", "ExpressionAttributeValues")
Verb = Literal["put", "update", "delete"]


class OutdatedEpoch(NotWritable):
    """The item was written in a later epoch than the client's view: another site is active by now."""


class Contended(NotWritable):
    """Others changed the item each time that it was about to be written; nothing was."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """One request as boto3's client takes it, less ``TableName``."""

    verb: Verb
    table: str
    request: Mapping[str, Any]
    key: Item
    epoch: int
    here: Site

    def __post_init__(self) -> None:
        """Keep our placeholders apart from the application's.

        Raises:
            ValueError: one of its own begins as ours do.
        """
        for place in PLACEHOLDERS:
            if taken := [name for name in self.request.get(place, ()) if name.startswith(OURS)]:
                raise ValueError(f"{place} names {', '.join(taken)}; what begins with {' or '.join(OURS)} is reserved")


class VersionedWrites:
    """``now`` gives the time of day in microseconds; tombstones expire by ``ttl_attribute``."""

    def __init__(self, *, now: Callable[[], int], ttl_attribute: str, tombstone_seconds: int) -> None:
        self._now = now
        self._ttl_attribute = ttl_attribute
        self._tombstone_seconds = tombstone_seconds

    def carry_out(
        self, client: "DynamoDBClient", write: Write, go_on: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Write, and return the attributes that ``ReturnValues`` asked for, without the stamp.

        ``go_on`` is called before each call but the first, and raises if there is no time for one.

        Raises:
            OutdatedEpoch, Contended: it was not written.
            ClientError: the service refused it, or the application's own condition does not hold.
            BotoCoreError: no answer.
        """
        held: Stamp | None = None
        for _ in range(MOST_ATTEMPTS):
            stamp = self._stamp(write, held)
            over_tombstone = held is not None and held.deleted
            if over_tombstone and "ConditionExpression" in write.request:
                _hold_without_an_item(client, write)
                go_on()
            try:
                answer = self._send(client, write, _request(write, held, stamp), stamp, over_tombstone)
            except ClientError as error:
                held = _met(write, held, stamp, error)
                go_on()
            else:
                return _attributes(write, answer, over_tombstone=over_tombstone)
        raise Contended(f"{write.table} {dict(write.key)} changed {MOST_ATTEMPTS} times while it was being written")

    def carry_out_upon(self, client: "DynamoDBClient", write: Write, held: Stamp) -> None:
        """Write once, and only if this very version still stands there.

        Raises:
            OutdatedEpoch: the version is of a later epoch than the write.
            Changed: another one stands there.
            ClientError, BotoCoreError: the service refused it, or did not answer.
        """
        _require_epoch(write, held)
        stamp = self._stamp(write, held)
        try:
            self._send(client, write, _request(write, held, stamp), stamp, held.deleted)
        except ClientError as error:
            raise changed(error) from error

    def _stamp(self, write: Write, held: Stamp | None) -> Stamp:
        deleted = write.verb == "delete"
        return succeed(held, epoch=write.epoch, now=self._now(), origin=write.here, deleted=deleted)

    def _send(
        self, client: "DynamoDBClient", write: Write, request: dict[str, Any], stamp: Stamp, over_tombstone: bool
    ) -> Any:
        if write.verb == "update":
            updating = self._updating(request, stamp, over_tombstone)
            return client.update_item(TableName=write.table, Key=write.key, **updating)
        item = write.request["Item"] if write.verb == "put" else {**write.key, self._ttl_attribute: self._expiry()}
        return client.put_item(TableName=write.table, Item={**item, ATTRIBUTE: stamp.attribute()}, **request)

    def _updating(self, request: dict[str, Any], stamp: Stamp, over_tombstone: bool) -> dict[str, Any]:
        """Set the stamp beside what the application sets; a tombstone's expiry is not the new item's."""
        expression, names = request.get("UpdateExpression", ""), dict(request["ExpressionAttributeNames"])
        if over_tombstone:
            expression = _afresh(expression, _spellings(self._ttl_attribute, names))
        if over_tombstone and not _mentions(expression, _spellings(self._ttl_attribute, names)):
            expression = _with_clause(expression, REMOVE_CLAUSE, "REMOVE", "#lbt")
            names["#lbt"] = self._ttl_attribute
        values = {**request["ExpressionAttributeValues"], ":lbstamp": stamp.attribute()}
        return {
            **request,
            "UpdateExpression": _with_clause(expression, SET_CLAUSE, "SET", "#lb = :lbstamp"),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }

    def _expiry(self) -> dict[str, str]:
        return {"N": str(self._now() // 1_000_000 + self._tombstone_seconds)}


def _met(write: Write, held: Stamp | None, stamp: Stamp, error: ClientError) -> Stamp | None:
    """Return what is there if that failed the attempt; else the application's condition did, or it was refused."""
    if failure_of(error) is not Failure.CONDITION:
        raise error
    found = Stamp.of(item_of(error))
    if found == held or (held is None and found is not None and _alone(found, stamp)):
        raise _told(write, error, found) from error
    _require_epoch(write, found)
    return found


def _require_epoch(write: Write, held: Stamp | None) -> None:
    if held is not None and held.version.epoch > write.epoch:
        seen = f"{write.table} {dict(write.key)} is of epoch {held.version.epoch}"
        raise OutdatedEpoch(f"{seen}, the client's view of {write.epoch}")


def _alone(found: Stamp, stamp: Stamp) -> bool:
    """Whether what was found met the first attempt's own condition."""
    mine = found.version.origin == stamp.version.origin and found.seen is None and not found.deleted
    return mine and found.version < stamp.version


def _told(write: Write, error: ClientError, found: Stamp | None) -> ClientError:
    """Return a failed condition as the service would tell it of an item without a stamp, in boto3's own class."""
    response = dict(error.response)
    item = dict(item_of(error) or {})
    response.pop("Item", None)
    if write.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and item and not (found and found.deleted):
        item.pop(ATTRIBUTE, None)
        response["Item"] = item
    return type(error)(response, error.operation_name)  # type: ignore[arg-type]


def _hold_without_an_item(client: "DynamoDBClient", write: Write) -> None:
    """Ask the service whether the application's condition holds where there is no item: under a key that nobody has.

    Deleting what is not there changes nothing and is in no stream.
    """
    parts = ("ConditionExpression", *PLACEHOLDERS)
    asked = _used({name: write.request[name] for name in parts if name in write.request})
    client.delete_item(TableName=write.table, Key=_nobodys(write.key), **asked)


def _request(write: Write, held: Stamp | None, stamp: Stamp) -> dict[str, Any]:
    """Put our condition beside the application's, which a tombstone never sees."""
    request = {name: value for name, value in write.request.items() if name not in ("Key", "Item")}
    if held is not None and held.deleted:
        request.pop("ConditionExpression", None)
        request = _used(request)
    ours, theirs = of_version(held) if held is not None else _alone_so_far(stamp), request.get("ConditionExpression")
    condition = ours["ConditionExpression"]
    return {
        **request,
        "ConditionExpression": f"({theirs}) AND ({condition})" if theirs else condition,
        **{place: {**request.get(place, {}), **ours[place]} for place in PLACEHOLDERS},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _alone_so_far(stamp: Stamp) -> dict[str, Any]:
    values = {":lbo": {"S": stamp.version.origin}, ":lbv": {"S": str(stamp.version)}}
    return {
        "ConditionExpression": ALONE,
        "ExpressionAttributeNames": ALONE_NAMES,
        "ExpressionAttributeValues": values,
    }


def _used(request: dict[str, Any]) -> dict[str, Any]:
    """Leave out placeholders that no expression names, which the service refuses."""
    named = set(PLACEHOLDER.findall(" ".join(str(request.get(name, "")) for name in EXPRESSIONS)))
    kept = {place: {k: v for k, v in request.get(place, {}).items() if k in named} for place in PLACEHOLDERS}
    rest = {name: value for name, value in request.items() if name not in PLACEHOLDERS}
    return {**rest, **{place: values for place, values in kept.items() if values}}


def _with_clause(expression: str, clause: re.Pattern[str], word: str, more: str) -> str:
    """Do more in a clause, of which there may be one of each kind only."""
    found = clause.search(expression)
    if found is None:
        return f"{word} {more} {expression}".strip()
    return f"{expression[: found.end()]} {more},{expression[found.end() :]}"


def _spellings(attribute: str, names: Mapping[str, str]) -> str:
    """Return a pattern of all that an expression may call an attribute."""
    spelt = [attribute, *(alias for alias, name in names.items() if name == attribute)]
    return rf"(?<![#:.\w])(?:{'|'.join(map(re.escape, spelt))})(?!\w)"


def _mentions(expression: str, attribute: str) -> bool:
    return re.search(attribute, expression) is not None


def _afresh(expression: str, attribute: str) -> str:
    """Take the default that is given for an attribute: a tombstone's is not the application's."""
    return re.sub(rf"if_not_exists\s*\(\s*{attribute}\s*,\s*([^()\s]+)\s*\)", r"\1", expression)


def _nobodys(key: Item) -> dict[str, Any]:
    """Return a key of the same types that no item has."""
    unique = uuid.uuid4()
    made: dict[str, Any] = {"S": str(unique), "N": str(unique.int % 10**37), "B": unique.bytes}
    return {name: {kind: made[kind]} for name, value in key.items() for kind in value}


def _attributes(write: Write, answer: Any, *, over_tombstone: bool) -> dict[str, Any]:
    """Return what the service tells of the item, without the stamp; a tombstone was no item."""
    if over_tombstone and str(write.request.get("ReturnValues", "")).endswith("_OLD"):
        return {}
    return {name: value for name, value in answer.get("Attributes", {}).items() if name != ATTRIBUTE}
