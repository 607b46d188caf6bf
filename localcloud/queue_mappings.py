"""Event source mappings of queues: polled, their messages handed over in batches.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from moto.awslambda.models import EventSourceMapping
from moto.sqs.models import Message

from localcloud.batches import failed_messages, queue_event
from localcloud.deployed import NoSuchFunction
from localcloud.event_sources import Asked, Refused, exists
from localcloud.functions import RegionDark, Runner
from localcloud.gateway import Gateway
from localcloud.permissions import Permissions
from localcloud.pool import Throttled
from localcloud.queues import NoSuchQueue, Queues
from localcloud.timers import Timers

log = logging.getLogger(__name__)

ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
SHORTEST_PAUSE_SECONDS = 0.05
MOST_AT_ONCE = 10
DEFAULT_CONCURRENCY = 5


@dataclass(kw_only=True)
class _Poller:
    """One mapping at work: the batch it gathers and how many batches are being handled."""

    mapping: EventSourceMapping
    batch: list[Message] = field(default_factory=list)
    gathering_since: float = 0.0
    running: int = 0

    @property
    def region(self) -> str:
        return str(self.mapping.event_source_arn.split(":")[3])

    @property
    def concurrency(self) -> int:
        return int((self.mapping.scaling_config or {}).get("MaximumConcurrency", DEFAULT_CONCURRENCY))


class QueueMappings:
    """Polls the queues of all enabled mappings, and hands what it finds to their functions in batches."""

    def __init__(
        self,
        gateway: Gateway,
        runner: Runner,
        queues: Queues,
        permissions: Permissions,
        timers: Timers,
        pause: Callable[[], float],
    ) -> None:
        self._gateway = gateway
        self._runner = runner
        self._queues = queues
        self._permissions = permissions
        self._timers = timers
        self._pause = pause

    def settled(self, _region: str, asked: Asked) -> Asked:
        """Check a new mapping.

        Raises:
            Refused: the queue does not exist, or messages would have to be filtered.
        """
        self.check_change(asked)
        try:
            self._queues.queue(str(asked["EventSourceArn"]))
        except NoSuchQueue as missing:
            raise Refused(str(missing), "ResourceNotFoundException", 404) from missing
        return asked

    def check_change(self, asked: Asked) -> None:
        """Check what is to be changed.

        Raises:
            Refused: messages would have to be filtered.
        """
        if asked.get("FilterCriteria"):
            raise Refused("the embedded cloud filters the records of streams, but no messages of queues")

    def begin(self, mapping: EventSourceMapping) -> None:
        """Poll a mapping's queue until it is deleted."""
        self._begin(_Poller(mapping=mapping))

    def _begin(self, poller: _Poller) -> None:
        self._timers.after(self._next(), lambda: self._turn(poller))

    def _next(self) -> float:
        return max(SHORTEST_PAUSE_SECONDS, self._pause())

    def _turn(self, poller: _Poller) -> None:
        """Poll once and come back, unless the mapping was deleted."""
        if not exists(poller.mapping):
            return
        try:
            if poller.mapping.enabled and self._gateway.world.up(poller.region):
                self._poll(poller)
        finally:
            self._begin(poller)

    def _poll(self, poller: _Poller) -> None:
        if poller.running >= poller.concurrency or not self._may_read(poller.mapping):
            return
        self._gather(poller)
        window = float(poller.mapping.max_batch_window or 0)
        old = self._timers.clock() - poller.gathering_since >= window
        if poller.batch and (old or len(poller.batch) >= poller.mapping.batch_size):
            batch, poller.batch = poller.batch, []
            poller.running += 1
            self._timers.after(0.0, lambda: self._handle(poller, batch))

    def _gather(self, poller: _Poller) -> None:
        room = min(MOST_AT_ONCE, poller.mapping.batch_size - len(poller.batch))
        try:
            received = self._queues.receive(poller.mapping.event_source_arn, room)
        except NoSuchQueue as missing:
            log.warning("event source is gone", extra={"why": str(missing)})
            return
        if received and not poller.batch:
            poller.gathering_since = self._timers.clock()
        poller.batch += received

    def _may_read(self, mapping: EventSourceMapping) -> bool:
        """Ask the execution role, as Lambda polls in its name."""
        role = self._runner.functions.get(mapping.region, mapping.function_arn).role
        refused = [one for one in ACTIONS if not self._permissions.role_allows(role, one, mapping.event_source_arn)]
        if refused:
            log.warning("event source may not be read", extra={"role": role, "refused": refused})
        return not refused

    def _handle(self, poller: _Poller, batch: list[Message]) -> None:
        """Invoke with one batch and delete what was done; the rest comes back when its visibility times out."""
        mapping = poller.mapping
        event = json.dumps(queue_event(mapping.event_source_arn, batch)).encode()
        try:
            outcome = self._runner.invoke(poller.region, mapping.function_arn, event)
        except (Throttled, RegionDark, NoSuchFunction) as why:
            log.warning("batch was not taken", extra={"queue": mapping.event_source_arn, "why": str(why)})
        else:
            if not outcome.failed and self._gateway.world.up(poller.region):
                reports = "ReportBatchItemFailures" in (mapping.function_response_types or ())
                failed = failed_messages(batch, outcome.payload) if reports else set()
                self._delete(mapping, [message for message in batch if message.id not in failed])
        finally:
            poller.running -= 1

    def _delete(self, mapping: EventSourceMapping, done: list[Message]) -> None:
        for message in done:
            self._queues.delete(mapping.event_source_arn, message)
