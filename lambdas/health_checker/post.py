"""Puts an observer's post together: the only place that knows how its clients are made."""

import random
from dataclasses import dataclass

from failover.aws_clients import attempt_within, client
from failover.ballot import Ballot
from failover.canary import Canary, CanaryWatch
from failover.clock import Clock
from failover.control_table import ControlTable
from failover.fan_out import ThreadFanOut
from failover.observer import Post
from failover.outside import ActiveParameter
from failover.pace import Pace
from failover.pages import Pager
from failover.replication.stamped_canary import observers_writes
from failover.waking import OrchestratorWaker
from lambdas.health_checker.settings import Settings

TIER = "data"
ATTEMPTS_IN_A_TURN = 2


@dataclass(frozen=True, kw_only=True)
class Staff:
    """An observer's post, and its pager for when the post itself is in trouble."""

    post: Post
    pager: Pager


def build(settings: Settings, clock: Clock, dice: random.Random) -> Staff:
    """Make the clients and hand them out; clients are made once per process, before any thread runs.

    A turn's probes, looks and orders wait as long as its deadline; votes and pages have a patience of their own.
    """
    env, fan_out = settings.environment, ThreadFanOut()
    connect, read = attempt_within(env.protocol.probe_deadline)
    local = client("dynamodb", env.region)
    control = ControlTable(env.control_table, local, clock, dice, ATTEMPTS_IN_A_TURN)
    data = {
        region: client("dynamodb", region, connect_seconds=connect, read_seconds=read)
        for region in (env.sites.primary, env.sites.secondary)
    }
    canary = Canary(env.canary_item(settings.observer), data, clock, observers_writes(env.data_mode, env.sites))
    parameters = {
        region: client("ssm", region, connect_seconds=connect, read_seconds=read) for region in env.control_regions
    }
    topics = client("sns", env.region)
    waker = OrchestratorWaker(
        name=settings.observer,
        function=settings.orchestrator_function,
        topic_arn=env.signals_topic_arn,
        functions=client("lambda", env.region, connect_seconds=connect, read_seconds=read),
        topics=topics,
        fan_out=fan_out,
        time=control.time,
        pace=Pace(env.protocol.order_every - env.protocol.probe_interval / 2, clock),
        seconds=env.protocol.probe_deadline,
    )
    post = Post(
        name=settings.observer,
        tier=TIER,
        sites=env.sites,
        max_latency_ms=settings.max_latency_ms,
        numbers=env.protocol,
        clock=clock,
        control=control,
        watch=CanaryWatch(canary, fan_out, clock),
        ballot=Ballot(table=env.control_table, client=local, tier=TIER, observer=settings.observer),
        parameter=ActiveParameter(env.active_parameter, lambda: parameters, fan_out),
        waker=waker,
    )
    return Staff(post=post, pager=Pager(env.signals_topic_arn, topics, clock))
