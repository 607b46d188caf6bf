"""Whose turn it is to work on a certificate: one region's at a time, the next one's when its counter stands still.

A row of the control table, `certificate#NAME`. Nothing unsafe follows from two at work: certificates are whole or not
there, and the next run makes all regions alike. The turn spares the issuer's limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from failover.clock import AwsTime, Clock
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of, item_of
from failover.rows import Item, to_item, values_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BEAT_SECONDS: Final = 5.0
# More than one exchange and one slice of a pause may lie between two beats.
STILL_SECONDS: Final = 45.0
LOOK_SECONDS: Final = 3.0
ATTEMPTS: Final = 4


class Busy(Exception):
    """Another region is at work."""


class TurnLost(Exception):
    """Somebody else took over, or the table cannot be reached: stop before the next effect."""


class OutOfTime(Exception):
    """The run's time is over."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The row, and who wants it; ``owner`` is another one for each run."""

    table: str
    name: str
    owner: str

    def key(self) -> Item:
        """Return the row's key."""
        return {"pk": {"S": f"certificate#{self.name}"}, "sk": {"S": "certificate"}}


class Turn:
    """Conditional writes on one row; also where this run hears of AWS's time."""

    def __init__(self, place: Place, client: DynamoDBClient, clock: Clock, seconds: float) -> None:
        self._place = place
        self._client = client
        self._clock = clock
        self._until = clock.monotonic() + seconds
        self._beaten = clock.monotonic()
        self.time = AwsTime(clock)

    def row(self) -> dict[str, Any]:
        """Read the row; empty before the first run.

        Raises:
            TurnLost: the table does not serve.
        """
        key = self._place.key()
        answer = self._retried(
            lambda: self._client.get_item(TableName=self._place.table, Key=key, ConsistentRead=True), TurnLost
        )
        return values_of(answer.get("Item", {}))

    def take(self) -> None:
        """Begin, unless somebody is seen at work.

        Raises:
            Busy: another's counter moved, or it was faster.
        """
        row = self.row()
        if owner := row.get("owner"):
            self._watch(str(owner), row.get("counter"))
        expected = {":owner": owner, ":counter": row.get("counter")} if owner else {}
        condition = "#owner = :owner AND #counter = :counter" if owner else "attribute_not_exists(#owner)"
        self._write("SET #owner = :me ADD #counter :one", condition, expected, Busy)

    def pause(self, seconds: float) -> None:
        """Wait, and show now and then that this run lives.

        Raises:
            OutOfTime: the run's time would be over.
            TurnLost: it is somebody else's turn.
        """
        until = self._clock.monotonic() + seconds
        while True:
            left = until - self._clock.monotonic()
            if self._clock.monotonic() + max(left, 0) > self._until:
                raise OutOfTime("the run's time is over; the next one begins anew")
            if self._clock.monotonic() - self._beaten >= BEAT_SECONDS:
                self.beat()
            if left <= 0:
                return
            self._clock.sleep(min(left, BEAT_SECONDS))

    def beat(self) -> None:
        """Show that this run lives, and see that it is its turn.

        Raises:
            TurnLost: it is not.
        """
        self._write("ADD #counter :one", "#owner = :me", {}, TurnLost)

    def end(self, outcome: str, at: datetime) -> None:
        """Give the turn back and say what came of it."""
        self._write(
            "SET outcome = :outcome, ended_at = :at, ended_by = :me ADD #counter :one REMOVE #owner",
            "#owner = :me",
            {":outcome": outcome, ":at": at.isoformat()},
            TurnLost,
        )

    def _watch(self, owner: str, counter: object) -> None:
        """See whether an owner still lives, by this host's clock alone."""
        until = self._clock.monotonic() + STILL_SECONDS
        while self._clock.monotonic() < until:
            self._clock.sleep(LOOK_SECONDS)
            row = self.row()
            if (row.get("owner"), row.get("counter")) != (owner, counter):
                raise Busy(f"{row.get('owner') or owner} is at work on {self._place.name}")

    def _write(self, update: str, condition: str, values: dict[str, Any], otherwise: type[Exception]) -> None:
        names = {"#counter": "counter", "#owner": "owner"}
        written = {**values, ":me": self._place.owner, ":one": 1}
        self._retried(
            lambda: self._client.update_item(
                TableName=self._place.table,
                Key=self._place.key(),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={key: name for key, name in names.items() if key in f"{update} {condition}"},
                ExpressionAttributeValues=to_item(
                    {key: value for key, value in written.items() if key in f"{update} {condition}"}
                ),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            ),
            otherwise,
        )
        self._beaten = self._clock.monotonic()

    def _retried(self, call: Callable[[], Any], otherwise: type[Exception]) -> Any:
        """Call until it works; a condition that fails is no failure if it is our own write that is in its way."""
        for attempt in range(ATTEMPTS):
            try:
                answer = call()
            except AWS_ERRORS as error:
                if failure_of(error) is Failure.CONDITION:
                    return self._condition(error, otherwise, again=attempt > 0)
                if attempt == ATTEMPTS - 1 or failure_of(error) is Failure.REFUSED:
                    raise TurnLost(f"the control table does not serve: {code_of(error)}: {error}") from error
                self._clock.sleep(1.0)
            else:
                self.time.observe(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _condition(self, error: Exception, otherwise: type[Exception], *, again: bool) -> None:
        row = values_of(item_of(error) or {})
        ours = (row.get("owner"), row.get("ended_by"))
        if not (again and self._place.owner in ours):
            raise otherwise(f"{row.get('owner') or 'somebody'} is at work on {self._place.name}") from error
