"""A table with a stream and a function that answers as told, on a clock moved by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.buckets import Buckets
from localcloud.calendar import Calendar
from localcloud.destinations import Destinations
from localcloud.front import Front
from localcloud.mapped_sources import SourceServices, map_sources
from localcloud.metrics import Metric, Metrics
from localcloud.queues import LongPolls, Queues
from localcloud.sandbox import Outcome
from localcloud.stream_mappings import ACTIONS
from tests.localcloud.deploying import ClientOf, allow, make_role
from tests.localcloud.fake_functions import FakeRunner, failed, succeeded
from tests.localcloud.standing_still import StandingClock, timers_by
from tests.localcloud.tables import BOTH_IMAGES, make, put

EAST = "us-east-1"


class StreamBench:
    """A table with a stream, and a function that answers as told."""

    def __init__(self, front: Front, client: ClientOf, name: str, time_scale: float = 1.0) -> None:
        self.front = front
        self.client = client
        self.name = name
        self.clock = StandingClock()
        self.started_at = datetime.now(UTC)
        self.timers = timers_by(self.clock)
        self.runner = FakeRunner()
        self.metrics = Metrics(front.gateway, self.now)
        self.calendar = Calendar(self.now)
        self.streams = front.dynamodb.streams
        self._map_sources(time_scale)
        self.table = make(client("dynamodb"), StreamSpecification=BOTH_IMAGES)
        self.stream = client("dynamodb").describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
        self.runner.functions.role = make_role(client, f"{name}-role", [allow(list(ACTIONS), self.stream)])

    def _map_sources(self, time_scale: float) -> None:
        gateway, roles = self.front.gateway, self.front.gateway.roles
        LongPolls(gateway)
        queues = Queues(gateway, roles)
        self.destinations = Destinations(queues, Buckets(gateway), roles)
        map_sources(
            SourceServices(
                gateway=gateway,
                streams=self.streams,
                runner=self.runner,  # type: ignore[arg-type]
                queues=queues,
                destinations=self.destinations,
                permissions=roles,
                timers=self.timers,
                metrics=self.metrics,
                calendar=self.calendar,
                time_scale=time_scale,
            )
        )

    def now(self) -> datetime:
        """Give the time of day: the machine's when the mapped was made, moved by hand since."""
        return self.started_at + timedelta(seconds=self.clock.seconds - 1000)

    def let(self, *statements: dict[str, object]) -> None:
        """Allow the function's role more than to read the stream."""
        reads = allow(list(ACTIONS), self.stream)
        self.runner.functions.role = make_role(self.client, f"{self.name}-more", [reads, *statements])

    def map(self, **more: object) -> str:
        given = {"StartingPosition": "TRIM_HORIZON", **more}
        answer = self.client("lambda").create_event_source_mapping(
            EventSourceArn=self.stream, FunctionName=self.name, **given
        )
        return str(answer["UUID"])

    def change(self, uuid: str, **more: object) -> None:
        self.client("lambda").update_event_source_mapping(UUID=uuid, **more)

    def put(self, *items: str, v: str = "1") -> None:
        for item in items:
            put(self.client("dynamodb"), self.table, item, v)

    def wait(self, seconds: float, step: float = 0.25) -> None:
        self.clock.move(self.timers, seconds, step)

    def records(self) -> list[list[dict[str, Any]]]:
        """Give the records of each invocation so far."""
        return [json.loads(event)["Records"] for event in self.runner.events]

    def items(self) -> list[list[str]]:
        """Give the items of each invocation so far."""
        return [[record["dynamodb"]["Keys"]["id"]["S"] for record in records] for records in self.records()]

    def after(self, seconds: float) -> list[list[str]]:
        self.wait(seconds)
        return self.items()

    def samples(self, metric: str, **dimensions: str) -> list[float]:
        found = Metric(region=EAST, namespace="AWS/Lambda", name=metric, dimensions=tuple(dimensions.items()))
        return [one.total for one in self.metrics.samples(found, self.started_at)]


def failing_on(mapped: StreamBench, *bad: str, report: bool = False) -> Callable[..., Outcome]:
    """Return an invoke that fails on items by name: by raising, or by reporting the first of them."""

    def invoke(_region: str, _name: str, payload: bytes, *_request_id: str) -> Outcome:
        mapped.runner.events.append(payload)
        records = json.loads(payload)["Records"]
        hit = [record["dynamodb"] for record in records if record["dynamodb"]["Keys"]["id"]["S"] in bad]
        if not report:
            return failed() if hit else succeeded()
        failures = [{"itemIdentifier": one["SequenceNumber"]} for one in hit[:1]]
        return succeeded(json.dumps({"batchItemFailures": failures}).encode())

    return invoke
