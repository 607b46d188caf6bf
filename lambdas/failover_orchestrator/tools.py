"""Puts an orchestrator's tools together: the only place that knows how its clients are made."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from failover.aws_clients import client
from failover.backlog import Backlog
from failover.canary import Canary
from failover.clock import Clock
from failover.control_table import ControlTable
from failover.data_plan import DataPlan, Trials
from failover.environment import Environment
from failover.fan_out import ThreadFanOut
from failover.orchestrator import Tools
from failover.outside import ActiveParameter
from failover.pages import Pager
from failover.rehearsal import Rehearsal
from failover.replication.stamped_canary import last_canary_writes

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_ssm import SSMClient

CANARY_OF = "orchestrator"
LAST_CANARY_OF = "orchestrator-last"
ANSWER_SECONDS = 3.0  # of a function that has to be started first


def build(env: Environment, replicators: Mapping[str, str], clock: Clock, dice: random.Random) -> Tools:
    """Make the clients and hand them out, once per process; those that a plan needs late are made when it does."""
    control = ControlTable(env.control_table, client("dynamodb", env.region), clock, dice)
    data = {region: client("dynamodb", region) for region in (env.sites.primary, env.sites.secondary)}
    parameter = ActiveParameter(env.active_parameter, cache(partial(_parameters, env.control_regions)), ThreadFanOut())
    pager = Pager(env.signals_topic_arn, client("sns", env.region), clock)
    plan = DataPlan(
        sites=env.sites,
        protocol=env.protocol,
        trials=Trials(
            check=Canary(env.canary_item(CANARY_OF), data, clock),
            last=Canary(env.canary_item(LAST_CANARY_OF), data, clock, last_canary_writes(env.data_mode, env.sites)),
            backlog=_backlog(env, replicators),
        ),
        parameter=parameter,
        pager=pager,
        now=control.time.now,
    )
    return Tools(
        control=control,
        plan=plan,
        parameter=parameter,
        pager=pager,
        clock=clock,
        dice=dice,
        sites=env.sites,
        protocol=env.protocol,
    )


def _backlog(env: Environment, replicators: Mapping[str, str]) -> Backlog:
    clients = cache(partial(_functions, (env.sites.primary, env.sites.secondary)))
    side_by_side = ThreadFanOut(max(1, len(replicators)))
    return Backlog(replicators, clients, side_by_side, env.protocol.heartbeat, lambda: uuid.uuid4().hex)


def rehearsing(env: Environment) -> Rehearsal:
    """Make the clients that a failover would use, to be tried without effect."""
    return Rehearsal(
        environment=env,
        control=client("dynamodb", env.region),
        topics=client("sns", env.region),
        data={region: client("dynamodb", region) for region in (env.sites.primary, env.sites.secondary)},
        parameters=_parameters(env.control_regions),
        fan_out=ThreadFanOut(),
    )


def _parameters(regions: Sequence[str]) -> dict[str, SSMClient]:
    return {region: client("ssm", region) for region in regions}


def _functions(regions: Sequence[str]) -> dict[str, LambdaClient]:
    return {region: client("lambda", region, read_seconds=ANSWER_SECONDS) for region in regions}
