"""The control table: consistent reads, one conditional write at a time. The only module that talks to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import BotoCoreError

from failover import rows
from failover.backoff import Backoff
from failover.clock import AwsTime, Clock
from failover.failures import AWS_ERRORS, Failure, failure_of, item_of
from failover.tier import Change, TierRow, Value
from failover.votes import Vote

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
PATIENT_ATTEMPTS: Final = 8
BETWEEN_ATTEMPTS: Final = Backoff(first_seconds=0.05, longest_seconds=0.5)
MAY_RETRY = (Failure.UNREACHABLE, Failure.BROKEN, Failure.THROTTLED, Failure.CONFLICT)


class AlreadyMoved(Exception):
    """The row no longer is what the write was conditional on: somebody else acted."""


class TierRowMissing(Exception):
    """There is no row for this tier; `lifeboat arm` makes the first one, nothing else does."""


class PartlyAnswered(BotoCoreError):
    """An answer came back cut, or a batch with what was not processed; the same call is safe to send again."""

    fmt = "an answer is not whole"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One consistent read of a tier's row, its electorate's votes, and what an order was answered before, if it was."""

    row: TierRow
    votes: tuple[Vote, ...]
    answered: Mapping[str, str] = field(default_factory=dict)


class ControlTable:
    """Calls raise botocore's errors once their few quick retries are spent; each attempt has the client's deadline."""

    def __init__(
        self, table: str, client: DynamoDBClient, clock: Clock, dice: random.Random, attempts: int = PATIENT_ATTEMPTS
    ) -> None:
        self._table = table
        self._client = client
        self._clock = clock
        self._dice = dice
        self._attempts = attempts
        self.time = AwsTime(clock)
        self._last: tuple[Mapping[str, object], TierRow] | None = None

    def row(self, tier: str) -> TierRow:
        """Read the tier's row.

        Raises:
            TierRowMissing, MalformedRow: there is nothing to decide on.
        """
        answer = self._retried(
            lambda: self._client.get_item(TableName=self._table, Key=rows.tier_key(tier), ConsistentRead=True)
        )
        return self._row_of(tier, answer.get("Item"))

    def snapshot(self, tier: str, electorate: tuple[str, ...], order_id: str | None = None) -> Snapshot:
        """Read the row, the votes and the first answer to an order in one consistent batch.

        Raises:
            TierRowMissing, MalformedRow: there is nothing to decide on.
        """
        keys = [rows.tier_key(tier), *(rows.vote_key(tier, observer) for observer in electorate)]
        found = self._items([*keys, rows.answer_key(order_id)] if order_id else keys)
        return Snapshot(
            row=self._row_of(tier, _of_kind("row", found)),
            votes=_votes(found),
            answered=rows.values_of(_of_kind("answer", found) or {}),
        )

    def votes(self, tier: str, electorate: tuple[str, ...]) -> tuple[Vote, ...]:
        """Read the votes alone, where there may be no row to vote about."""
        return _votes(self._items([rows.vote_key(tier, observer) for observer in electorate]))

    def apply(self, tier: str, change: Change) -> TierRow:
        """Write one transition and return the new row.

        Without an answer, or against a write in flight, the row is read again: it then shows the change (done), still
        what was expected (again), or something else.

        Raises:
            AlreadyMoved: somebody else changed the row first.
        """
        for attempt in range(self._attempts):
            try:
                return self._written(tier, change)
            except AWS_ERRORS as error:
                values = self._after(error, tier, attempt)
            if _holds({**change.expects, **change.sets}, values):
                return rows.tier_row(values["item"])
            if not _holds(change.expects, values):
                raise AlreadyMoved(f"tier {tier} is at epoch {values.get('epoch')}, phase {values.get('phase')}")
        raise AlreadyMoved(f"tier {tier}: {self._attempts} attempts met a write in flight each time")

    def create_row(self, tier: str, values: Mapping[str, Value]) -> None:
        """Write a tier's first row; one that is there is left as it is."""
        item = {**rows.tier_key(tier), **rows.to_item(values)}
        try:
            self._retried(
                lambda: self._client.put_item(
                    TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
                )
            )
        except AWS_ERRORS as error:
            if failure_of(error) is not Failure.CONDITION:
                raise

    def write_entries(self, entries: list[rows.Item]) -> None:
        """Write journal entries, one round trip for them all; the same entry twice is one."""
        request: Any = {self._table: [{"PutRequest": {"Item": entry}} for entry in entries]}
        self._retried(lambda: _whole(self._client.batch_write_item(RequestItems=request)))

    def first_answer(self, order_id: str) -> dict[str, Any] | None:
        """Read what an order with this id was answered before."""
        key = rows.answer_key(order_id)
        answer = self._retried(lambda: self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True))
        return rows.values_of(answer["Item"]) if "Item" in answer else None

    def entries(self, plan_id: str) -> list[dict[str, Any]]:
        """Read a plan's journal, oldest first, and the answer to its order last."""
        answer = self._retried(
            lambda: self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"journal#{plan_id}"}},
                ConsistentRead=True,
            )
        )
        return [rows.values_of(item) for item in answer["Items"]]

    def _written(self, tier: str, change: Change) -> TierRow:
        answer = self._client.update_item(
            TableName=self._table,
            Key=rows.tier_key(tier),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **_expressions(change),
        )
        self._note_time(answer)
        return rows.tier_row(_whole(answer, "Attributes")["Attributes"])

    def _after(self, error: Exception, tier: str, attempt: int) -> dict[str, Any]:
        """Return the row's values after a write that failed, or may have; raise what no retry mends."""
        failure = failure_of(error)
        if failure is Failure.REFUSED:
            raise error
        item = item_of(error)
        if failure is not Failure.CONDITION:
            self._pause(attempt)
            item = self._retried(
                lambda: self._client.get_item(TableName=self._table, Key=rows.tier_key(tier), ConsistentRead=True)
            ).get("Item")
        if not item:
            raise TierRowMissing(f"no row for tier {tier!r}; create it with `lifeboat arm`") from error
        return {**rows.values_of(item), "item": item}

    def _items(self, keys: list[rows.Item]) -> list[Any]:
        request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        answer = self._retried(lambda: _whole(self._client.batch_get_item(RequestItems=request), "Responses"))
        return answer["Responses"].get(self._table, [])

    def _row_of(self, tier: str, item: Mapping[str, object] | None) -> TierRow:
        if not item:
            raise TierRowMissing(f"no row for tier {tier!r}; create it with `lifeboat arm`")
        last = self._last
        if last is None or last[0] != item:  # a row seldom changes from one read to the next
            last = self._last = (item, rows.tier_row(item))
        return last[1]

    def _retried(self, call: Callable[[], T]) -> T:
        for attempt in range(self._attempts):
            try:
                answer = call()
            except AWS_ERRORS as error:
                if attempt == self._attempts - 1 or failure_of(error) not in MAY_RETRY:
                    raise
                self._pause(attempt)
            else:
                self._note_time(answer)
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, attempt: int) -> None:
        self._clock.sleep(BETWEEN_ATTEMPTS.pause(attempt, self._dice.random()))

    def _note_time(self, answer: object) -> None:
        headers = answer["ResponseMetadata"]["HTTPHeaders"] if isinstance(answer, dict) else {}
        if "date" in headers:
            self.time.observe(headers["date"])


def _of_kind(kind: str, items: list[Any]) -> Mapping[str, Any] | None:
    return next((item for item in items if item["sk"]["S"] == kind), None)


def _votes(items: list[Any]) -> tuple[Vote, ...]:
    return tuple(vote for item in items if item["sk"]["S"] == "vote" and (vote := rows.readable_vote(item)))


def _whole(answer: T, *parts: str) -> T:
    """Take no batch that was processed in part and no answer that was cut, whose body the SDK reads as an empty one."""
    told: Any = answer
    if told.get("UnprocessedKeys") or told.get("UnprocessedItems") or not told.keys() >= set(parts):
        raise PartlyAnswered
    return answer


def _holds(wanted: Mapping[str, Value], values: Mapping[str, Any]) -> bool:
    return all(values.get(name) == value for name, value in wanted.items())


def _expressions(change: Change) -> Any:
    """Write a change as DynamoDB's expressions; every name and value by placeholder."""
    names = {f"#{name}": name for name in {**change.expects, **change.sets}}
    present = {name: value for name, value in change.sets.items() if value is not None}
    absent = [name for name, value in change.sets.items() if value is None]
    expected = {name: value for name, value in change.expects.items() if value is not None}
    update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in present)
    remove = " REMOVE " + ", ".join(f"#{name}" for name in absent) if absent else ""
    conditions = ["attribute_exists(pk)", *(f"#{name} = :old_{name}" for name in expected)]
    conditions += [f"attribute_not_exists(#{name})" for name in change.expects if name not in expected]
    values = {f":new_{name}": value for name, value in present.items()}
    values |= {f":old_{name}": value for name, value in expected.items()}
    return {
        "UpdateExpression": update + remove,
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": rows.to_item(values),
    }
