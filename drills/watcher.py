"""Watches the control table, the pages and replication from outside, and records what changes.

It looks as the cloud's own caller, which no fault, latency or policy touches: seeing must not depend on what is broken.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from drills.events import EventLog, Fact, Source
from drills.repeatedly import Repeatedly
from failover import rows
from failover.votes import Freshness

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 0.15
OPINION = ("site", "epoch", "verdict", "misses", "reason", "standby")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing as it stands: ``key`` tells it from others of its source, ``facts`` say what is recorded of it."""

    source: Source
    key: str
    facts: Mapping[str, Fact]


Look = Callable[[], Iterable[Seen]]


class Watcher:
    """Takes every look a few times a second and records the facts that differ from the look before."""

    def __init__(self, looks: Sequence[Look], events: EventLog) -> None:
        self._looks = looks
        self._events = events
        self._known: dict[tuple[Source, str], Mapping[str, Fact]] = {}
        self._looking = Repeatedly("watcher", self.look, LOOK_EVERY_SECONDS)

    def look(self) -> None:
        """Look once. A look that fails is logged and changes nothing; the next one sees what was missed."""
        for look in self._looks:
            try:
                for seen in look():
                    self._take(seen)
            except (BotoCoreError, ClientError, OSError, rows.MalformedRow) as error:
                log.warning("look failed", extra={"error": repr(error)})

    def _take(self, seen: Seen) -> None:
        if self._known.get((seen.source, seen.key)) != seen.facts:
            self._known[seen.source, seen.key] = seen.facts
            self._events.write(seen.source, None, **seen.facts)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._looking.stop()


class ControlTableLook:
    """The tier's row, the votes and the journal of the plan that the row names."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        tier: str,
        observers: Sequence[str],
        vote_fresh: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._table = table
        self._keys = [rows.tier_key(tier), *(rows.vote_key(tier, observer) for observer in observers)]
        self._vote_fresh = vote_fresh
        self._freshness = Freshness(vote_fresh)
        self._monotonic = monotonic
        self._first_seen: dict[str, float] = {}

    def __call__(self) -> Iterable[Seen]:
        answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": self._keys, "ConsistentRead": True}})
        items = answer["Responses"][self._table]
        values = [rows.values_of(item) for item in items]
        for row in (one for one in values if one["sk"] == "row"):
            yield from self._tier(row)
        yield from self._votes([one for one in values if one["sk"] == "vote"])

    def _tier(self, row: Mapping[str, object]) -> Iterable[Seen]:
        facts = {name: _fact(value) for name, value in row.items() if name not in ("pk", "sk", "owner_counter")}
        yield Seen(source="row", key="row", facts=facts)
        if row.get("plan_id"):
            yield from self._journal(str(row["plan_id"]))

    def _votes(self, votes: Sequence[Mapping[str, object]]) -> Iterable[Seen]:
        now = self._monotonic()
        counters = {_observer(vote): int(str(vote["counter"])) for vote in votes}
        self._freshness.see(counters, now)
        for vote in votes:
            opinion = {name: _fact(vote.get(name)) for name in OPINION}
            known_for = now - self._first_seen.setdefault(_observer(vote), now)
            silent = known_for > self._vote_fresh and not self._freshness.fresh(_observer(vote), now)
            yield Seen(
                source="vote",
                key=_observer(vote),
                facts={"observer": _observer(vote), **opinion, **_shortcomings(vote, silent)},
            )

    def _journal(self, plan_id: str) -> Iterable[Seen]:
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :plan",
            ExpressionAttributeValues={":plan": {"S": f"journal#{plan_id}"}},
            ConsistentRead=True,
        )
        for entry in map(rows.values_of, answer["Items"]):
            key = f"{plan_id}/{entry['sk']}"
            facts = {name: _fact(value) for name, value in entry.items() if name not in ("pk", "sk")}
            yield Seen(source="step", key=key, facts={"id": key, "plan_id": plan_id, **facts})


def _shortcomings(vote: Mapping[str, object], silent: bool) -> dict[str, Fact]:
    return {name: True for name, holds in (("silent", silent), ("lag_unknown", "lag_ms" not in vote)) if holds}


def _observer(vote: Mapping[str, object]) -> str:
    return str(vote["pk"]).rsplit("#", 1)[1]


def _fact(value: object) -> Fact:
    """Keep what JSON holds as it is; anything nested becomes its text."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
