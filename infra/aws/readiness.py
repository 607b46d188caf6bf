"""The look of one control region at everything that a failover needs: the function, its hourly start, its alarm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import AlarmArgs, alarm, function_metric
from infra.aws.dead_records import NOUN as DEAD_RECORDS
from infra.aws.policy import Statement, document, leading_keys, trust
from infra.aws.regional_function import LONGEST_WAIT_SECONDS, FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.topology import Topology

NOUN = "readiness"
HOUR_MINUTES = 60
HOURS_TO_ALARM = 2
FUNCTIONS = ("health-checker", "failover-orchestrator", "notifier", "readiness")
QUEUES = ("orders", "orders-dead", "pages", "pages-dead")
SCHEDULES = ("health-checker", "readiness")
TOPICS = ("signals", "alerts")


@dataclass(frozen=True, kw_only=True)
class ReadinessArgs:
    """``secret`` is the webhook's name, the same in each region.

    ``reader`` names the functions that read tables' streams, `*` for any part; it is empty where there are none.
    """

    topology: Topology
    aws_region: str
    environment: Mapping[str, str]
    secret: str
    reader: str
    signals_arn: pulumi.Input[str]
    limits: FunctionLimits


class Readiness(pulumi.ComponentResource):
    """Started every hour; a run that finds the stack not ready fails, and two hours without a good one page."""

    def __init__(self, name: str, args: ReadinessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Readiness", name, {}, opts)
        function = RegionalFunction(f"{NOUN}-aws-{args.aws_region}", _function(args), self._child())
        self._schedule(name, args, function)
        alarm(f"{name}-not-ready", _not_ready(args, function), self._child())
        self.register_outputs({})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _schedule(self, name: str, args: ReadinessArgs, function: RegionalFunction) -> aws.scheduler.Schedule:
        only_ours = {"StringEquals": {"aws:SourceAccount": args.topology.account_id}}
        role = aws.iam.Role(
            f"{name}-scheduler-role",
            path=args.topology.role_path,
            assume_role_policy=trust("scheduler.amazonaws.com", only_ours),
            opts=self._child(),
        )
        start = Statement(sid="StartLook", actions=("lambda:InvokeFunction",), resources=(function.arn,))
        allowed = aws.iam.RolePolicy(
            f"{name}-scheduler-policy", role=role.name, policy=document([start]), opts=self._child()
        )
        target = aws.scheduler.ScheduleTargetArgs(
            arn=function.arn,
            role_arn=role.arn,
            retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                maximum_retry_attempts=0, maximum_event_age_in_seconds=LONGEST_WAIT_SECONDS
            ),
        )
        return aws.scheduler.Schedule(
            f"{name}-schedule",
            name=args.topology.named(NOUN),
            schedule_expression="rate(1 hour)",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=target,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )


def _function(args: ReadinessArgs) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment=args.environment,
        statements=(
            *value_statements(args),
            *machinery_statements(args.topology),
            *data_region_statements(args.topology),
            *(listing_statements(args.topology, args.reader) if args.reader else ()),
            *dry_call_statements(args.topology, args.aws_region),
        ),
        limits=args.limits,
        invoked_asynchronously=True,
    )


def value_statements(args: ReadinessArgs) -> tuple[Statement, ...]:
    """Return what a look reads of values, in every region: rows and votes, what tables and secrets are like."""
    topology = args.topology
    control = tuple(topology.table_arn(region, topology.control_table) for region in topology.control_regions)
    # One by one they would outgrow the role; what describes a table shows no item.
    tables = tuple(topology.table_arn(region, topology.named("*")) for region in topology.regions)
    # Secrets Manager adds six characters of its own to a name.
    secrets = tuple(topology.secret_arn(region, f"{args.secret}-??????") for region in topology.control_regions)
    seen, copy = leading_keys("tier#*", "vote#*"), leading_keys("outputs")
    described = ("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups")
    active = topology.active_parameter_arns()
    return (
        Statement(sid="ReadVotesAndRows", actions=("dynamodb:BatchGetItem",), resources=control, condition=seen),
        Statement(sid="SeeOutputsCopy", actions=("dynamodb:GetItem",), resources=control, condition=copy),
        Statement(sid="DescribeTables", actions=described, resources=tables),
        Statement(sid="DescribeSecret", actions=("secretsmanager:DescribeSecret",), resources=secrets),
        Statement(sid="CompareActiveParameter", actions=("ssm:GetParameter",), resources=active),
    )


def machinery_statements(topology: Topology) -> tuple[Statement, ...]:
    """Return what a look reads of what acts, in every region: states and counts, no message."""
    regions = topology.control_regions
    functions = _everywhere(topology.function_arn, regions, FUNCTIONS)
    schedules = _everywhere(topology.schedule_arn, regions, SCHEDULES)
    queues = _everywhere(topology.queue_arn, regions, QUEUES)
    topics = _everywhere(topology.topic_arn, regions, TOPICS)
    # Alarms are described all at once; what a list of names is judged as is not documented.
    alarms = _everywhere(topology.alarm_arn, regions, ("*",))
    configured = ("lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency")
    # These two take no resource (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html).
    unlimited = ("lambda:GetAccountSettings", "lambda:ListEventSourceMappings")
    count = ("sqs:GetQueueUrl", "sqs:GetQueueAttributes")
    return (
        Statement(sid="DescribeFunctions", actions=configured, resources=functions),
        Statement(sid="DescribeAccount", actions=unlimited, resources=("*",)),
        Statement(sid="DescribeSchedules", actions=("scheduler:GetSchedule",), resources=schedules),
        Statement(sid="CountMessages", actions=count, resources=queues),
        Statement(sid="CountSubscriptions", actions=("sns:ListSubscriptionsByTopic",), resources=topics),
        Statement(sid="ListAlarms", actions=("cloudwatch:DescribeAlarms",), resources=alarms),
    )


def listing_statements(topology: Topology, reader: str) -> tuple[Statement, ...]:
    """Return what a look reads of what replicates or audits tables, in both data regions."""
    regions = topology.data_regions
    # Replicators one by one would outgrow the role. It tells where the archive is as well, which holds no secret.
    readers = _everywhere(topology.function_arn, regions, (reader,))
    dead = _everywhere(topology.queue_arn, regions, (DEAD_RECORDS,))
    told = _everywhere(topology.topic_arn, regions, (DEAD_RECORDS,))
    counted = ("sqs:GetQueueUrl", "sqs:GetQueueAttributes")
    return (
        Statement(sid="DescribeReaders", actions=("lambda:GetFunction",), resources=readers),
        Statement(sid="CountDeadRecords", actions=counted, resources=dead),
        Statement(sid="CountWhoIsToldOfThem", actions=("sns:ListSubscriptionsByTopic",), resources=told),
    )


def data_region_statements(topology: Topology) -> tuple[Statement, ...]:
    """Return what a look reads of data regions that are no control regions: their alarms, and who hears of them."""
    away = tuple(region for region in topology.data_regions if region not in topology.control_regions)
    topics = _everywhere(topology.topic_arn, away, ("alerts",))
    alarms = _everywhere(topology.alarm_arn, away, ("*",))
    statements = (
        Statement(sid="CountWhoIsAlerted", actions=("sns:ListSubscriptionsByTopic",), resources=topics),
        Statement(sid="ListDataAlarms", actions=("cloudwatch:DescribeAlarms",), resources=alarms),
    )
    return tuple(one for one in statements if one.resources)


def dry_call_statements(topology: Topology, aws_region: str) -> tuple[Statement, ...]:
    """Return what a look has done without effect: the own region's orchestrator rehearses with its own role."""
    orchestrator = (topology.function_arn(aws_region, "failover-orchestrator"),)
    return (Statement(sid="HaveItRehearsed", actions=("lambda:InvokeFunction",), resources=orchestrator),)


def _everywhere(arn: Callable[[str, str], str], regions: tuple[str, ...], nouns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(arn(region, noun) for region in regions for noun in nouns)


def _not_ready(args: ReadinessArgs, function: RegionalFunction) -> AlarmArgs:
    return AlarmArgs(
        alarm_name=args.topology.named("not-ready"),
        metric=function_metric("Errors", function.name, "Minimum"),
        breaches_when="at_least",
        threshold=1,
        minutes=HOURS_TO_ALARM * HOUR_MINUTES,
        period_minutes=HOUR_MINUTES,
        silence_breaches=True,
        topic_arn=args.signals_arn,
        next_step=f"A failover may not work, or nobody in {args.aws_region} looks. `lifeboat readiness` says why.",
    )
