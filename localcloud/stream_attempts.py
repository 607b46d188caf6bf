"""One attempt at a batch: an invocation and what follows from it, or the end of trying."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from moto.awslambda.models import EventSourceMapping

from localcloud.deployed import NoSuchFunction
from localcloud.discards import Discards
from localcloud.functions import RegionDark, Runner
from localcloud.mapping_metrics import MappingMetrics
from localcloud.metrics import Clock
from localcloud.pool import Throttled
from localcloud.regions import World
from localcloud.sandbox import Outcome
from localcloud.stream_batches import Batch, Failure, Limits, failure_told, left_after
from localcloud.stream_lanes import pause_after

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What is left of a batch, and for how many seconds of this cloud its lane waits now."""

    left: Sequence[Batch]
    pause_seconds: float = 0.0


class Attempts:
    """Invokes functions with batches of streams; ``time_scale`` shortens the pauses between retries."""

    def __init__(
        self, runner: Runner, world: World, discards: Discards, metrics: MappingMetrics, clock: Clock, time_scale: float
    ) -> None:
        self._runner = runner
        self._world = world
        self._discards = discards
        self._metrics = metrics
        self._clock = clock
        self._time_scale = time_scale

    def make(self, mapping: EventSourceMapping, batch: Batch, limits: Limits, shard: str) -> Attempt:
        """Invoke with a batch, or give it up; a region that is lost meanwhile takes the answer with it."""
        if batch.fate is not None:
            return Attempt(left=()) if self._discards.give_up(mapping, batch, shard) else self._later(batch)
        asked = replace(batch, request_id=str(uuid4()))
        try:
            payload = asked.payload.encode()
            outcome = self._runner.invoke(mapping.region, mapping.function_arn, payload, asked.request_id)
        except (Throttled, RegionDark, NoSuchFunction) as why:
            log.warning("batch was not taken", extra={"stream": mapping.event_source_arn, "why": str(why)})
            return self._later(batch)
        if not self._world.up(mapping.region):
            return self._later(batch)
        return self._judged(mapping, asked, outcome, limits)

    def _judged(self, mapping: EventSourceMapping, batch: Batch, outcome: Outcome, limits: Limits) -> Attempt:
        failure = _failure(batch, outcome, limits)
        left = left_after(batch, failure, limits)
        self._measure(mapping, batch, failure)
        again = len(left) == 1 and left[0].fate is None
        return Attempt(left=left, pause_seconds=self._pause(left[0].retries) if again else 0.0)

    def _measure(self, mapping: EventSourceMapping, batch: Batch, failure: Failure | None) -> None:
        age = self._clock().timestamp() - batch.records[-1].created_at
        self._metrics.iterator_age(mapping, age)
        failed = len(batch.records) - failure.first if failure else 0
        self._metrics.count(mapping, "InvokedEventCount", len(batch.records))
        self._metrics.count(mapping, "FailedInvokeEventCount", failed)

    def _later(self, batch: Batch) -> Attempt:
        """Keep the batch as it is: what could not start counts as no retry."""
        again = replace(batch, waits=batch.waits + 1)
        return Attempt(left=[again], pause_seconds=self._pause(again.waits))

    def _pause(self, failures: int) -> float:
        return pause_after(failures) * self._time_scale


def _failure(batch: Batch, outcome: Outcome, limits: Limits) -> Failure | None:
    if outcome.failed:
        return Failure(raised=True)
    return failure_told(batch, outcome.payload) if limits.reports else None
