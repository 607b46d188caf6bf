"""Sends what is known of a batch that was given up to its mapping's failure destination."""

import logging
from dataclasses import replace
from uuid import uuid4

from moto.awslambda.models import EventSourceMapping

from localcloud.deployed import Functions, NoSuchFunction
from localcloud.destinations import Destinations, NotDelivered
from localcloud.discarded_batches import Origin, invocation_record, object_key
from localcloud.mapping_metrics import MappingMetrics
from localcloud.metrics import Clock
from localcloud.regions import World
from localcloud.stream_batches import Batch
from localcloud.stream_settings import on_failure

log = logging.getLogger(__name__)


class Discards:
    """Gives batches up; their lanes go on once a destination was told."""

    def __init__(
        self, destinations: Destinations, functions: Functions, world: World, metrics: MappingMetrics, clock: Clock
    ) -> None:
        self._destinations = destinations
        self._functions = functions
        self._world = world
        self._metrics = metrics
        self._clock = clock

    def give_up(self, mapping: EventSourceMapping, batch: Batch, shard: str) -> bool:
        """Tell the destination; False if it has to be done later, as its region or the function is away."""
        destination = "" if batch.fate == "trimmed" else on_failure(mapping)
        region = self._destinations.region(destination) if destination else ""
        if region and not self._world.reachable(mapping.region, region):
            return False
        try:
            delivered = bool(destination) and self._is_sent(mapping, destination, batch, shard)
        except NoSuchFunction:
            return False
        self._tell(mapping, batch, delivered)
        return True

    def _tell(self, mapping: EventSourceMapping, batch: Batch, delivered: bool) -> None:
        """Count what was given up: neither what a destination got nor what left the stream counts as dropped."""
        extra = {"function": mapping.function_arn, "condition": batch.fate, "records": len(batch.records)}
        log.warning("records given up", extra=extra)
        if delivered:
            self._metrics.count(mapping, "OnFailureDestinationDeliveredEventCount", len(batch.records))
        elif batch.fate != "trimmed":
            self._metrics.count(mapping, "DroppedEventCount", len(batch.records))

    def _is_sent(self, mapping: EventSourceMapping, destination: str, batch: Batch, shard: str) -> bool:
        """Send the record; one that the destination does not take is lost, as on AWS."""
        try:
            self._deliver(mapping, destination, batch, shard)
        except NotDelivered as why:
            log.warning("record was not delivered", extra={"destination": destination, "why": str(why)})
            self._metrics.delivery_failed(mapping)
            return False
        return True

    def _deliver(self, mapping: EventSourceMapping, destination: str, batch: Batch, shard: str) -> None:
        function = self._functions.get(mapping.region, mapping.function_arn)
        now = self._clock()
        origin = Origin(
            mapping_id=mapping.uuid,
            function_arn=mapping.function_arn,
            stream_arn=mapping.event_source_arn,
            shard=shard,
        )
        is_bucket = destination.split(":")[2] == "s3"
        named = batch if batch.request_id else replace(batch, request_id=str(uuid4()))
        record = invocation_record(origin, named, now, with_payload=is_bucket)
        self._destinations.deliver(function, destination, record, object_key(origin, now, str(uuid4())))
