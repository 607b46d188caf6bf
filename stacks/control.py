"""The control plane: one table in three regions, and in each of them an observer, an orchestrator and a notifier."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.aws.control_table import ControlTable
from infra.aws.failover_token import FailoverToken, FailoverTokenArgs
from infra.aws.notifier import Notifier, NotifierArgs
from infra.aws.observer import Observer, ObserverArgs
from infra.aws.orchestrator import ApplicationName, Orchestrator, OrchestratorArgs
from infra.aws.readiness import Readiness, ReadinessArgs
from infra.aws.regional_function import FunctionLimits
from infra.aws.strong_table import StrongTableArgs
from infra.aws.table_schema import Mode
from infra.aws.topic import Topic, TopicArgs
from stacks.inventory import told_to_a_look
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of

# For a function's start, its last write and its answer.
MARGIN_SECONDS = 20
NOTIFIER_SECONDS = 15
# The first look lasts as long as votes are watched, the second is at queues only; then start and answer.
LOOK_SECONDS = 12
WATCH_MARGIN_SECONDS = 4
LOOK_MARGIN_SECONDS = 5
# A hundred TLS handshakes at once: with less of a processor, calls would miss their deadlines.
READINESS_MEMORY_MB = 512
# The functions that read the streams of tables in the data regions.
READERS: Mapping[Mode, str] = {"streams": "stream-replicator-*", "mrec": "divergence-auditor", "mrsc": ""}


@dataclass(frozen=True, kw_only=True)
class ControlOutputs:
    """Names and ARNs by control region."""

    control_table: str
    home_region: str
    active_parameter: str
    signals_topic_arns: dict[str, str]
    alerts_topic_arns: dict[str, str]
    orchestrator_functions: dict[str, str]


def build_control(settings: Settings, providers: Providers, zone_id: pulumi.Input[str] = "") -> ControlOutputs:
    """Declare the control table, then the same set of parts in each control region.

    ``zone_id`` is that of the Route 53 zone in which the application's name is, if it is in one.
    """
    topology = topology_of(settings)
    home, look = topology.home_region, told_to_a_look(settings)
    _control_table(home, settings, providers)
    for region in settings.control.regions:
        _control_region(region, settings, look, zone_id, within(providers.aws[region]))
    return ControlOutputs(
        control_table=topology.control_table,
        home_region=home,
        active_parameter=topology.active_parameter,
        signals_topic_arns={region: topology.topic_arn(region, "signals") for region in settings.control.regions},
        alerts_topic_arns={region: topology.topic_arn(region, "alerts") for region in settings.control.regions},
        orchestrator_functions={
            region: topology.function_arn(region, "failover-orchestrator") for region in settings.control.regions
        },
    )


def _control_table(home: str, settings: Settings, providers: Providers) -> None:
    args = StrongTableArgs(
        table_name=topology_of(settings).control_table,
        replica_aws_regions=tuple(region for region in settings.control.regions if region != home),
        protect_data=settings.protect_data,
    )
    ControlTable(f"control-aws-{home}", args, within(providers.aws[home]))


def _control_region(
    aws_region: str,
    settings: Settings,
    look: Mapping[str, str],
    zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    named, alerting = topology_of(settings).named, settings.alerting
    signals = Topic(f"signals-aws-{aws_region}", TopicArgs(topic_name=named("signals")), opts)
    people = TopicArgs(topic_name=named("alerts"), emails=alerting.emails, webhooks=alerting.webhooks)
    alerts = Topic(f"alerts-aws-{aws_region}", people, opts)
    Observer(f"observer-aws-{aws_region}", _observer(aws_region, settings, signals), opts)
    token = _failover_token(aws_region, settings, opts)
    orchestrator = _orchestrator(aws_region, settings, zone_id, signals, alerts, token)
    Orchestrator(f"orchestrator-aws-{aws_region}", orchestrator, opts)
    Notifier(f"notifier-aws-{aws_region}", _notifier(aws_region, settings, signals, alerts), opts)
    Readiness(f"readiness-aws-{aws_region}", _readiness(aws_region, settings, look, signals), opts)


def _failover_token(aws_region: str, settings: Settings, opts: pulumi.ResourceOptions) -> FailoverToken | None:
    if settings.app is None:
        return None
    return FailoverToken(f"failover-token-aws-{aws_region}", FailoverTokenArgs(topology=topology_of(settings)), opts)


def _observer(aws_region: str, settings: Settings, signals: Topic) -> ObserverArgs:
    return ObserverArgs(
        topology=topology_of(settings),
        aws_region=aws_region,
        environment=_environment(settings),
        item_key=settings.health_check.item_key,
        item_value=settings.health_check.item_value,
        max_latency_ms=settings.health_check.max_latency_ms,
        signals_arn=signals.arn,
        limits=_limits(settings, settings.protocol.scaled().observer_life + MARGIN_SECONDS),
    )


def _orchestrator(
    aws_region: str,
    settings: Settings,
    zone_id: pulumi.Input[str],
    signals: Topic,
    alerts: Topic,
    token: FailoverToken | None,
) -> OrchestratorArgs:
    return OrchestratorArgs(
        topology=topology_of(settings),
        aws_region=aws_region,
        environment=_environment(settings),
        item_key=settings.health_check.item_key,
        item_value=settings.health_check.item_value,
        application=ApplicationName(name=settings.traffic.name, zone_id=zone_id) if settings.traffic else None,
        flips_traffic=settings.traffic is not None and settings.traffic.provider == "route53",
        replicated_tables=tuple(settings.data.tables) if settings.data.mode == "streams" else (),
        signals_arn=signals.arn,
        alerts_arn=alerts.arn,
        linode_token_arn=token.arn if token else None,
        limits=_limits(
            settings,
            settings.protocol.scaled().plan_total + MARGIN_SECONDS,
            settings.functions.orchestrator_memory_mb,
        ),
    )


def _notifier(aws_region: str, settings: Settings, signals: Topic, alerts: Topic) -> NotifierArgs:
    return NotifierArgs(
        topology=topology_of(settings),
        aws_region=aws_region,
        environment={"CONTROL_TABLE": topology_of(settings).control_table, "STACK": settings.stack},
        slack_webhook_secret=settings.alerting.slack_webhook_secret,
        signals_arn=signals.arn,
        alerts_arn=alerts.arn,
        limits=_limits(settings, NOTIFIER_SECONDS),
    )


def _readiness(aws_region: str, settings: Settings, look: Mapping[str, str], signals: Topic) -> ReadinessArgs:
    watching = max(LOOK_SECONDS, settings.protocol.scaled().vote_fresh + WATCH_MARGIN_SECONDS)
    seconds = watching + LOOK_SECONDS + LOOK_MARGIN_SECONDS
    return ReadinessArgs(
        topology=topology_of(settings),
        aws_region=aws_region,
        environment=look,
        secret=settings.alerting.slack_webhook_secret,
        reader=READERS[settings.data.mode],
        signals_arn=signals.arn,
        limits=_limits(settings, seconds, READINESS_MEMORY_MB),
    )


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "CONTROL_TABLE": topology_of(settings).control_table,
        "STACK": settings.stack,
        "LIFEBOAT_PROTOCOL": settings.protocol.to_json(),
        "PRIMARY_REGION_NAME": settings.data.primary_region,
        "SECONDARY_REGION_NAME": settings.data.secondary_region,
        "DATA_MODE": settings.data.mode,
        "CONTROL_REGIONS": ",".join(settings.control.regions),
    }


def _limits(settings: Settings, timeout_seconds: float, memory_mb: int | None = None) -> FunctionLimits:
    return FunctionLimits(
        timeout_seconds=math.ceil(timeout_seconds),
        memory_mb=memory_mb or settings.functions.memory_mb,
        log_retention_days=settings.functions.log_retention_days,
    )
