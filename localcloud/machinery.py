"""Everything in the embedded cloud that runs by itself, put together."""

from dataclasses import dataclass

from localcloud.account_settings import AccountSettings
from localcloud.alarms import Alarms
from localcloud.assumed_roles import AssumedRoles
from localcloud.asynchronous import Asynchronous
from localcloud.buckets import BucketNotifications, Buckets
from localcloud.delivery import Delivery
from localcloud.deployed import Functions
from localcloud.destinations import Destinations
from localcloud.dynamodb import DynamoDb
from localcloud.function_logs import FunctionLogs
from localcloud.function_urls import FunctionUrls
from localcloud.functions import Runner, Surroundings
from localcloud.gateway import Gateway
from localcloud.health_checks import HealthChecks
from localcloud.health_status import HealthStatus
from localcloud.invoke import Invoke
from localcloud.linode.cloud import Linode
from localcloud.mapped_sources import SourceServices, map_sources
from localcloud.metrics import Metrics, utc_now
from localcloud.name_answers import NameAnswers
from localcloud.permissions import Permissions
from localcloud.queue_metrics import QueueMetrics
from localcloud.queues import LongPolls, Queues
from localcloud.schedules import Schedules, Times
from localcloud.sinks import Sinks
from localcloud.streams import RETENTION_SECONDS
from localcloud.table_metrics import TableMetrics
from localcloud.timers import Timers
from localcloud.topics import Topics

SCHEDULE_LOOK_SECONDS = 0.25
ALARM_LOOK_SECONDS = 1.0
CHECKERS_LOOK_SECONDS = 1.0
QUEUE_METRICS_SECONDS = 60.0
TABLE_METRICS_SECONDS = 60.0
FORGET_SECONDS = 60.0
EXPIRY_SECONDS = 60.0
TRIM_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Machinery:
    """What drills and the admin API need of the machinery; the rest works unseen."""

    runner: Runner
    asynchronous: Asynchronous
    logs: FunctionLogs
    sinks: Sinks
    timers: Timers

    def stop(self) -> None:
        """Start nothing more and end every sandbox."""
        self.timers.stop()
        self.runner.close()


def assemble(
    gateway: Gateway, dynamodb: DynamoDb, permissions: Permissions, surroundings: Surroundings, time_scale: float
) -> Machinery:
    """Set the gateway's routes and start what fires, polls, retries and judges."""
    timers, metrics, sinks = Timers(), Metrics(gateway), Sinks()
    profile = gateway.latency.profile
    logs = FunctionLogs(gateway, permissions, metrics)
    runner = Runner(Functions(gateway), logs, metrics, gateway.world, surroundings)
    queues = Queues(gateway, permissions)
    destinations = Destinations(queues, Buckets(gateway), permissions)
    asynchronous = Asynchronous(runner, timers, destinations.send, time_scale)
    delivery = Delivery(queues, asynchronous, sinks, permissions)
    topics = Topics(gateway, permissions, delivery, timers, profile.sns_to_sqs_seconds)
    destinations.publish, destinations.invoke = topics.publish, asynchronous.accept
    Invoke(runner, asynchronous).set_route(gateway)
    FunctionUrls(gateway, runner)
    AssumedRoles(gateway)
    AccountSettings(gateway)
    LongPolls(gateway)
    Linode(gateway, timers)
    BucketNotifications(gateway, queues, topics, timers)
    map_sources(
        SourceServices(
            gateway=gateway,
            streams=dynamodb.streams,
            runner=runner,
            queues=queues,
            destinations=destinations,
            permissions=permissions,
            timers=timers,
            metrics=metrics,
            calendar=gateway.calendar,
            time_scale=time_scale,
        )
    )
    schedules = Schedules(gateway, asynchronous, queues, permissions, _times(gateway, timers, time_scale))
    alarms = Alarms(gateway, metrics, topics.publish, time_scale)
    timers.every(lambda: SCHEDULE_LOOK_SECONDS * time_scale, schedules.tick)
    timers.every(lambda: ALARM_LOOK_SECONDS * time_scale, alarms.tick)
    _count(gateway, dynamodb, metrics, timers, time_scale)
    _let_data_age(dynamodb, timers, time_scale)
    _check_health(gateway, timers, time_scale)
    timers.start()
    return Machinery(runner=runner, asynchronous=asynchronous, logs=logs, sinks=sinks, timers=timers)


def _count(gateway: Gateway, dynamodb: DynamoDb, metrics: Metrics, timers: Timers, time_scale: float) -> None:
    """Have the metrics that AWS makes by itself counted."""
    table_metrics = TableMetrics(dynamodb.replication, gateway.injection, metrics)
    timers.every(lambda: QUEUE_METRICS_SECONDS * time_scale, QueueMetrics(gateway, metrics).tick)
    timers.every(lambda: TABLE_METRICS_SECONDS * time_scale, table_metrics.tick)
    timers.every(lambda: FORGET_SECONDS, metrics.forget_old)


def _let_data_age(dynamodb: DynamoDb, timers: Timers, time_scale: float) -> None:
    """Delete items whose time to live is over, and forget what streams no longer keep."""
    dynamodb.streams.retention_seconds = RETENTION_SECONDS * time_scale
    timers.every(lambda: EXPIRY_SECONDS * time_scale, dynamodb.expiry.tick)
    timers.every(lambda: TRIM_SECONDS * time_scale, dynamodb.streams.trim)


def _check_health(gateway: Gateway, timers: Timers, time_scale: float) -> None:
    """Let Route 53's checkers look, and its name servers answer by what they saw."""
    checks = HealthChecks(gateway, timers.clock, time_scale)
    HealthStatus(gateway, checks)
    NameAnswers(gateway, checks, lambda most: gateway.latency.draw((0.0, most)))
    timers.every(lambda: CHECKERS_LOOK_SECONDS * time_scale, checks.tick)


def _times(gateway: Gateway, timers: Timers, time_scale: float) -> Times:
    latency, jitter = gateway.latency, gateway.latency.profile.schedule_jitter_seconds
    return Times(clock=timers.clock, wall_clock=utc_now, jitter=lambda: latency.draw(jitter), scale=time_scale)
