"""The canary: a counter written where the application's data is written, and looked for where it must arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from failover.clock import Clock
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of, item_of
from failover.fan_out import FanOut
from failover.observation import Probe
from failover.votes import Verdict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REMEMBERED: Final = 200
NEUTRAL = (Failure.THROTTLED, Failure.REFUSED)


@dataclass(frozen=True, kw_only=True)
class CanaryItem:
    """Where a canary lives: table, key and the ``status`` of a healthy one."""

    table: str
    item_id: str
    healthy_status: str


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One answer of one site: its counter (0 without an item), the item's status, and how long it took."""

    counter: int
    status: str | None
    latency_ms: float


class Writes(Protocol):
    """How an update of a canary is made, by what carries it to the other site."""

    def update(self, client: DynamoDBClient, region: str, request: Mapping[str, Any], epoch: int) -> None: ...

    def saw(self, region: str, item: Mapping[str, Any]) -> None: ...


class PlainWrites:
    """For tables that DynamoDB replicates, and for canaries that stay where they are: the update as it is."""

    def update(self, client: DynamoDBClient, _region: str, request: Mapping[str, Any], _epoch: int) -> None:
        """Carry out an update.

        Raises:
            BotoCoreError, ClientError: the region did not answer, or refused.
        """
        client.update_item(**request)

    def saw(self, region: str, item: Mapping[str, Any]) -> None:
        """Need nothing of what is there."""


class Canary:
    """Reads and conditionally writes one canary in any data region."""

    def __init__(
        self,
        item: CanaryItem,
        clients: Mapping[str, DynamoDBClient],
        clock: Clock,
        writes: Writes | None = None,
    ) -> None:
        self._item = item
        self._clients = clients
        self._clock = clock
        self._writes = writes or PlainWrites()

    def read(self, region: str) -> Sighting:
        """Read it consistently in one region.

        Raises:
            BotoCoreError, ClientError: the region did not answer, or refused.
        """
        sent = self._clock.monotonic()
        answer = self._clients[region].get_item(
            TableName=self._item.table, Key={"id": {"S": self._item.item_id}}, ConsistentRead=True
        )
        item = answer.get("Item", {})
        self._writes.saw(region, item)
        return self._sighting(item, sent)

    def write(self, region: str, counter: int, epoch: int = 0) -> Sighting:
        """Raise the counter; one that is already as high or higher is left and returned.

        ``epoch`` is the writer's, which is told to a replicator of ours; 0 for that of what stands there.

        Raises:
            BotoCoreError, ClientError: the region did not answer, or refused.
        """
        sent = self._clock.monotonic()
        try:
            self.raise_to(region, counter, epoch)
        except AWS_ERRORS as error:
            if failure_of(error) is not Failure.CONDITION:
                raise
            return self._sighting(item_of(error) or {}, sent)
        return Sighting(counter=counter, status=None, latency_ms=self._since(sent))

    def raise_to(self, region: str, counter: int, epoch: int = 0) -> None:
        """Raise the counter by this very write, so that it is known since when it stands there.

        Raises:
            BotoCoreError, ClientError: the region did not answer, or refused; or the counter is as high already.
        """
        request = {
            "TableName": self._item.table,
            "Key": {"id": {"S": self._item.item_id}},
            "UpdateExpression": "SET #status = if_not_exists(#status, :status), #counter = :counter",
            "ConditionExpression": "attribute_not_exists(#counter) OR #counter < :counter",
            "ExpressionAttributeNames": {"#status": "status", "#counter": "counter"},
            "ExpressionAttributeValues": {
                ":status": {"S": self._item.healthy_status},
                ":counter": {"N": str(counter)},
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        self._writes.update(self._clients[region], region, request, epoch)

    def _sighting(self, item: Mapping[str, object], sent: float) -> Sighting:
        counter, status = item.get("counter"), item.get("status")
        return Sighting(
            counter=int(counter["N"]) if isinstance(counter, dict) else 0,
            status=str(status["S"]) if isinstance(status, dict) else None,
            latency_ms=self._since(sent),
        )

    def _since(self, sent: float) -> float:
        return (self._clock.monotonic() - sent) * 1000

    @property
    def healthy_status(self) -> str:
        """The status that a healthy canary carries."""
        return self._item.healthy_status


class Lag:
    """How far the standby is behind, on this observer's own clock: the age of its oldest canary not seen there."""

    def __init__(self) -> None:
        self._acknowledged: deque[tuple[int, float]] = deque(maxlen=REMEMBERED)
        self._first: int | None = None

    def acknowledged(self, counter: int, now: float) -> None:
        """The active site has this counter."""
        if not self._acknowledged or counter > self._acknowledged[-1][0]:
            self._acknowledged.append((counter, now))
            self._first = self._first or counter

    def ms(self, standby_counter: int | None, now: float) -> int | None:
        """Return milliseconds, 0 when everything has arrived, or ``None`` when nothing is known.

        Until a canary of this observer's own time was seen to arrive, the standby may be behind by any length.
        """
        if standby_counter is None or self._first is None or standby_counter < self._first:
            return None
        missing = [at for counter, at in self._acknowledged if counter > standby_counter]
        return int((now - missing[0]) * 1000) if missing else 0


class CanaryWatch:
    """One observer's turns over both sites, under one deadline."""

    def __init__(self, canary: Canary, fan_out: FanOut, clock: Clock) -> None:
        self._canary = canary
        self._fan_out = fan_out
        self._clock = clock
        self._active: str | None = None
        self._counter = 0
        self._standby_counter: int | None = None
        self._lag = Lag()

    def turn(
        self,
        active_region: str,
        standby_region: str,
        epoch: int,
        seconds: float,
        others: Mapping[str, Callable[[], object]],
    ) -> tuple[Probe, Mapping[str, object]]:
        """Probe both sites and make the ``others`` calls at the same time; return the probe and their results."""
        self._start_over_if_moved(active_region)
        calls: dict[str, Callable[[], object]] = {
            "active read": lambda: self._canary.read(active_region),
            "active write": lambda: self._canary.write(active_region, self._counter + 1, epoch),
            "standby read": lambda: self._canary.read(standby_region),
            **others,
        }
        answers = self._fan_out(calls, seconds)
        return self._probe(answers), {name: answers[name] for name in others}

    def _start_over_if_moved(self, active_region: str) -> None:
        if active_region != self._active:
            self._active, self._lag, self._standby_counter = active_region, Lag(), None

    def _probe(self, answers: Mapping[str, object]) -> Probe:
        now = self._clock.monotonic()
        write, standby = answers["active write"], answers["standby read"]
        for seen in (answers["active read"], write):
            if isinstance(seen, Sighting):
                self._counter = max(self._counter, seen.counter)
        if isinstance(write, Sighting):
            self._lag.acknowledged(write.counter, now)
        if isinstance(standby, Sighting):
            self._standby_counter = standby.counter
        lag_ms = self._lag.ms(self._standby_counter, now)
        return judge(answers["active read"], write, standby, lag_ms, self._canary.healthy_status)


def judge(read: object, write: object, standby: object, lag_ms: int | None, healthy_status: str) -> Probe:
    """Turn a turn's answers into one probe. A throttled or refused call proves nothing about the region."""
    failed = [answer for answer in (read, write) if not isinstance(answer, Sighting)]
    sick = isinstance(read, Sighting) and read.status not in (None, healthy_status)
    answered = [seen.latency_ms for seen in (read, write) if isinstance(seen, Sighting)]
    return Probe(
        latency_ms=None if failed or sick else max(answered),
        acknowledged=isinstance(write, Sighting),
        neutral=bool(failed) and all(failure_of(answer) in NEUTRAL for answer in failed),
        reason=_reason(failed, read if sick else None),
        standby=_verdict(standby),
        lag_ms=lag_ms,
    )


def _reason(failed: list[object], sick: object) -> str:
    if failed:
        return f"{code_of(failed[0])}: {failed[0]}" if isinstance(failed[0], Exception) else "no answer"
    return f"status is {sick.status!r}" if isinstance(sick, Sighting) else "answered in time"


def _verdict(standby: object) -> Verdict:
    if isinstance(standby, Sighting):
        return Verdict.HEALTHY
    return Verdict.UNKNOWN if failure_of(standby) in NEUTRAL else Verdict.UNHEALTHY
