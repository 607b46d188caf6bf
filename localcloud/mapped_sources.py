"""What reads event sources, put together."""

from dataclasses import dataclass

from localcloud.calendar import Calendar
from localcloud.destinations import Destinations
from localcloud.discards import Discards
from localcloud.event_sources import EventSources, Source
from localcloud.functions import Runner
from localcloud.gateway import Gateway
from localcloud.mapping_metrics import MappingMetrics
from localcloud.metrics import Metrics
from localcloud.permissions import Permissions
from localcloud.queue_mappings import QueueMappings
from localcloud.queues import Queues
from localcloud.stream_attempts import Attempts
from localcloud.stream_mappings import StreamMappings, StreamServices
from localcloud.streams import Streams
from localcloud.timers import Timers


@dataclass(frozen=True, kw_only=True)
class SourceServices:
    """What the sources stand on."""

    gateway: Gateway
    streams: Streams
    runner: Runner
    queues: Queues
    destinations: Destinations
    permissions: Permissions
    timers: Timers
    metrics: Metrics
    calendar: Calendar
    time_scale: float


def map_sources(services: SourceServices) -> None:
    """Set the routes of mappings; those that are made are read from then on."""
    streams = StreamMappings(_streams(services))
    services.gateway.admin.routes["GET", "streams/backlog"] = lambda _given: streams.backlog()
    sources: dict[str, Source] = {"sqs": _queues(services), "dynamodb": streams}
    EventSources(services.gateway, services.runner.functions, sources)


def _queues(services: SourceServices) -> QueueMappings:
    latency = services.gateway.latency
    return QueueMappings(
        services.gateway,
        services.runner,
        services.queues,
        services.permissions,
        services.timers,
        lambda: latency.draw(latency.profile.queue_poller_seconds),
    )


def _streams(services: SourceServices) -> StreamServices:
    latency, world, calendar = services.gateway.latency, services.gateway.world, services.calendar
    metrics, functions = MappingMetrics(services.metrics), services.runner.functions
    discards = Discards(services.destinations, functions, world, metrics, calendar.now)
    return StreamServices(
        streams=services.streams,
        functions=functions,
        attempts=Attempts(services.runner, world, discards, metrics, calendar.now, services.time_scale),
        permissions=services.permissions,
        metrics=metrics,
        world=world,
        timers=services.timers,
        clock=calendar.now,
        pause=lambda: latency.draw(latency.profile.stream_poller_seconds),
        time_scale=services.time_scale,
    )
