"""The look itself: every region at once, each call under its own deadline and all of them under one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from failover.clock import AwsTimeUnknown, Clock
from failover.control_table import ControlTable, TierRowMissing
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of
from failover.fan_out import FanOut, NoAnswerInTime
from failover.protocol import Protocol
from failover.readiness import reading
from failover.readiness.facts import Facts, Place, QueueFacts, Unseen
from failover.readiness.inventory import DEAD_RECORDS, FUNCTIONS, ORCHESTRATOR, QUEUES, SCHEDULES, SOURCES, Inventory
from failover.rows import MalformedRow
from failover.votes import Freshness

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

LOOK_SECONDS: Final = 12.0
SPARE_SECONDS: Final = 4.0  # for a call that the watch has begun in its last moment
REASON_LENGTH: Final = 200
Key = tuple[str, Place]
Calls = dict[Key, Callable[[], object]]


@dataclass(frozen=True, kw_only=True)
class Machines:
    """The clients that any region with functions has."""

    functions: LambdaClient
    queues: SQSClient
    topics: SNSClient
    alarms: CloudWatchClient


@dataclass(frozen=True, kw_only=True)
class ControlRegion:
    """What only a control region has; ``slow`` waits for an orchestrator's cold start and its calls."""

    control: ControlTable
    dynamodb: DynamoDBClient
    slow: LambdaClient
    schedules: EventBridgeSchedulerClient
    secrets: SecretsManagerClient
    parameters: SSMClient


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Looks at a stack. ``rehearses`` names the control regions whose orchestrator is asked to rehearse."""

    tier: str
    inventory: Inventory
    protocol: Protocol
    control: Mapping[str, ControlRegion]
    machines: Mapping[str, Machines]
    tables: Mapping[str, DynamoDBClient]
    rehearses: tuple[str, ...]
    clock: Clock
    fan_out: FanOut

    def take(self) -> Facts:
        """Look at everything while watching the votes, then at the queues again; whatever fails is told as unseen."""
        queues = self._queues()
        watch: Calls = {("moved", Place("", "")): self.watch}
        seen = self._gather({**watch, **self._values(), **self._machinery(), **queues})
        again = self._gather(queues)
        moved = seen["moved", Place("", "")]
        return Facts(
            now=self._now(),
            moved=frozenset() if isinstance(moved, Unseen) else moved,
            queues=_queue_facts(_of(seen, "queue"), _of(again, "queue")),
            dead_records={place.region: one for place, one in _of(seen, "queue").items() if place.name == DEAD_RECORDS},
            snapshots=_by_region(seen, "snapshot"),
            alarms=_by_region(seen, "alarms"),
            concurrency=_by_region(seen, "concurrency"),
            secrets=_by_region(seen, "secret"),
            parameters=_by_region(seen, "parameter"),
            copies=_by_region(seen, "copy"),
            rehearsals=_by_region(seen, "rehearsal"),
            tables=_of(seen, "table"),
            functions=_of(seen, "function"),
            sources={**_of(seen, "source"), **self._readers_sources(_by_region(seen, "sources"))},
            schedules=_of(seen, "schedule"),
            topics=_of(seen, "topic"),
        )

    def watch(self) -> frozenset[str]:
        """Read the votes again and again until every counter has moved, for as long as a fresh one may stand still."""
        voters, freshness = self.protocol.electorates[self.tier], Freshness(self.protocol.vote_fresh)
        began, moved, regions = self.clock.monotonic(), set[str](), list(self.control)
        while moved < set(voters) and self.clock.monotonic() - began <= self.protocol.vote_fresh:
            freshness.see(self._counters(regions), self.clock.monotonic())
            moved |= {observer for observer in voters if freshness.fresh(observer, self.clock.monotonic())}
            self.clock.sleep(self.protocol.probe_interval / 3)
        return frozenset(moved)

    def _values(self) -> Calls:
        """What says where things stand: rows, tables, secrets, parameters."""
        calls: Calls = {}
        stack, voters = self.inventory, self.protocol.electorates[self.tier]
        for region, at in self.control.items():
            calls["snapshot", Place(region, "")] = lambda at=at: at.control.snapshot(self.tier, voters)  # type: ignore[misc]
            calls["secret", Place(region, "")] = _call(reading.secret, at.secrets, stack.secret)
            calls["parameter", Place(region, "")] = _call(reading.parameter, at.parameters, stack.active_parameter)
            calls["copy", Place(region, "")] = _call(reading.outputs_copy, at.dynamodb, stack.control_table)
        for region, client in self.tables.items():
            for name in stack.tables_in(region):
                calls["table", Place(region, name)] = _call(reading.table, client, name)
        return calls

    def _machinery(self) -> Calls:
        """What acts: functions and what starts, wakes and watches them."""
        calls: Calls = {}
        stack = self.inventory
        for region, at in self.machines.items():
            calls |= self._readers(region, at)
            for noun in stack.topics_in(region):
                calls["topic", Place(region, noun)] = _call(reading.topic, at.topics, stack.topic_arn(region, noun))
            alarms = partial(reading.alarms, at.alarms, stack.named(""), stack.alarms_in(region))
            calls["alarms", Place(region, "")] = alarms
            calls["concurrency", Place(region, "")] = partial(reading.concurrency, at.functions)
        for region in self.control:
            calls |= self._control_plane(region)
        return calls

    def _control_plane(self, region: str) -> Calls:
        """What a control region has: functions by name, what starts and wakes them, the orchestrator's rehearsal."""
        calls: Calls = {}
        at, functions, named = self.control[region], self.machines[region].functions, self.inventory.named
        for noun in FUNCTIONS:
            calls["function", Place(region, noun)] = _call(reading.function, functions, named(noun))
        for noun in SOURCES:
            calls["source", Place(region, noun)] = _call(reading.source, functions, named(noun))
        for noun in SCHEDULES:
            calls["schedule", Place(region, noun)] = _call(reading.schedule, at.schedules, named(noun))
        if region in self.rehearses:
            calls["rehearsal", Place(region, "")] = _call(reading.rehearsal, at.slow, named(ORCHESTRATOR))
        return calls

    def _readers(self, region: str, at: Machines) -> Calls:
        """What reads a region's streams; their sources at once, or they would be more calls than Lambda takes."""
        calls: Calls = {}
        readers = self.inventory.readers_in(region)
        for noun in readers:
            name = self.inventory.named(noun)
            calls["function", Place(region, noun)] = _call(reading.reader, at.functions, name)
        if readers:
            calls["sources", Place(region, "")] = _call(reading.sources, at.functions, self.inventory.named(""))
        return calls

    def _readers_sources(self, seen: Mapping[str, Mapping[str, str] | Unseen]) -> dict[Place, str | Unseen]:
        """Tell the state of each reader's source out of what was read of all its region's."""
        return {
            Place(region, noun): found if isinstance(found, Unseen) else found.get(noun, reading.NO_SOURCE)
            for region, found in seen.items()
            for noun in self.inventory.readers_in(region)
        }

    def _queues(self) -> Calls:
        calls: Calls = {}
        for region, at in self.machines.items():
            for noun in self.inventory.queues_in(region):
                calls["queue", Place(region, noun)] = _call(reading.visible, at.queues, self.inventory.named(noun))
        return calls

    def _gather(self, calls: Calls) -> dict[Key, Any]:
        keys = {f"{kind} {place.region} {place.name}": (kind, place) for kind, place in calls}
        told = {name: _told(calls[key]) for name, key in keys.items()}
        answers = self.fan_out(told, max(LOOK_SECONDS, self.protocol.vote_fresh + SPARE_SECONDS))
        return {keys[name]: _unseen(one) if isinstance(one, Exception) else one for name, one in answers.items()}

    def _counters(self, regions: list[str]) -> dict[str, int]:
        """Read the counters in the first of the regions; one that does not answer is the last to be asked again."""
        try:
            votes = self.control[regions[0]].control.votes(self.tier, self.protocol.electorates[self.tier])
        except AWS_ERRORS:
            regions.append(regions.pop(0))
            return {}
        return {vote.observer: vote.counter for vote in votes}

    def _now(self) -> datetime | None:
        for at in self.control.values():
            try:
                return at.control.time.now()
            except AwsTimeUnknown:
                continue
        return None


def _call(read: Callable[[Any, str], object], client: Any, name: str) -> Callable[[], object]:
    return lambda: read(client, name)


def _told(call: Callable[[], object]) -> Callable[[], object]:
    """Take a row that is missing or malformed for something that was seen to be so."""

    def answered() -> object:
        try:
            return call()
        except (TierRowMissing, MalformedRow) as error:
            return Unseen(why=str(error), silent=False)

    return answered


def _unseen(error: Exception) -> Unseen:
    silent = isinstance(error, NoAnswerInTime) or failure_of(error) is Failure.UNREACHABLE
    return Unseen(why=f"{code_of(error)}: {error}"[:REASON_LENGTH], silent=silent)


def _of(seen: Mapping[Key, Any], wanted: str) -> dict[Place, Any]:
    return {place: one for (kind, place), one in seen.items() if kind == wanted}


def _by_region(seen: Mapping[Key, Any], wanted: str) -> dict[str, Any]:
    return {place.region: one for place, one in _of(seen, wanted).items()}


def _queue_facts(first: Mapping[Place, Any], second: Mapping[Place, Any]) -> dict[Place, QueueFacts | Unseen]:
    """Put a queue and its dead letters together; what waited at both looks may have waited all the time."""
    found: dict[Place, QueueFacts | Unseen] = {}
    for region, noun in ((place.region, place.name) for place in first if place.name in QUEUES):
        looks = [first[Place(region, noun)], second[Place(region, noun)], first[Place(region, f"{noun}-dead")]]
        missed = next((one for one in looks if isinstance(one, Unseen)), None)
        found[Place(region, noun)] = missed or QueueFacts(waiting=min(looks[0], looks[1]), dead=looks[2])
    return found
