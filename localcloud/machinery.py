"""Everything in the embedded cloud that runs by itself, put together."""

from dataclasses import dataclass

from localcloud.account_settings import AccountSettings
from localcloud.alarms import Alarms
from localcloud.asynchronous import Asynchronous
from localcloud.delivery import Delivery
from localcloud.deployed import Functions
from localcloud.destinations import Destinations
from localcloud.function_logs import FunctionLogs
from localcloud.functions import Runner, Surroundings
from localcloud.gateway import Gateway
from localcloud.invoke import Invoke
from localcloud.metrics import Metrics, utc_now
from localcloud.permissions import Permissions
from localcloud.queue_mappings import QueueMappings
from localcloud.queue_metrics import QueueMetrics
from localcloud.queues import LongPolls, Queues
from localcloud.schedules import Schedules, Times
from localcloud.sinks import Sinks
from localcloud.timers import Timers
from localcloud.topics import Topics

SCHEDULE_LOOK_SECONDS = 0.25
ALARM_LOOK_SECONDS = 1.0
QUEUE_METRICS_SECONDS = 60.0
FORGET_SECONDS = 60.0


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


def assemble(gateway: Gateway, permissions: Permissions, surroundings: Surroundings, time_scale: float) -> Machinery:
    """Set the gateway's routes and start what fires, polls, retries and judges."""
    timers, metrics, sinks = Timers(), Metrics(gateway), Sinks()
    latency, profile = gateway.latency, gateway.latency.profile
    logs = FunctionLogs(gateway, permissions, metrics)
    runner = Runner(Functions(gateway), logs, metrics, gateway.world, surroundings)
    queues = Queues(gateway, permissions)
    destinations = Destinations(queues, permissions)
    asynchronous = Asynchronous(runner, timers, destinations.send, time_scale)
    topics = Topics(gateway, Delivery(queues, asynchronous, sinks, permissions), timers, profile.sns_to_sqs_seconds)
    destinations.publish, destinations.invoke = topics.publish, asynchronous.accept
    Invoke(runner, asynchronous).set_route(gateway)
    AccountSettings(gateway)
    LongPolls(gateway)
    QueueMappings(gateway, runner, queues, permissions, timers, lambda: latency.draw(profile.queue_poller_seconds))
    schedules = Schedules(gateway, asynchronous, queues, permissions, _times(gateway, timers, time_scale))
    alarms = Alarms(gateway, metrics, topics.publish, time_scale)
    timers.every(lambda: SCHEDULE_LOOK_SECONDS * time_scale, schedules.tick)
    timers.every(lambda: ALARM_LOOK_SECONDS * time_scale, alarms.tick)
    timers.every(lambda: QUEUE_METRICS_SECONDS * time_scale, QueueMetrics(gateway, metrics).tick)
    timers.every(lambda: FORGET_SECONDS, metrics.forget_old)
    timers.start()
    return Machinery(runner=runner, asynchronous=asynchronous, logs=logs, sinks=sinks, timers=timers)


def _times(gateway: Gateway, timers: Timers, time_scale: float) -> Times:
    latency, jitter = gateway.latency, gateway.latency.profile.schedule_jitter_seconds
    return Times(clock=timers.clock, wall_clock=utc_now, jitter=lambda: latency.draw(jitter), scale=time_scale)
