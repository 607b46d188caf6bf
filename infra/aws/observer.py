"""The observer of one control region: the function that probes and votes, and what starts it every minute."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import AlarmArgs, alarm, errors_alarm, function_metric, observer_metric
from infra.aws.policy import Statement, document, leading_keys, trust
from infra.aws.regional_function import LONGEST_WAIT_SECONDS, FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.topology import Topology

NOUN = "health_checker"
NAME = "health-checker"
BEHIND_HOURS = 18
HOUR_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class ObserverArgs:
    """``signals_arn`` is the region's own topic; ``item_key`` the canary's name that HEALTH_CHECK_ITEM_KEY gives."""

    topology: Topology
    aws_region: str
    environment: Mapping[str, str]
    item_key: str
    item_value: str
    max_latency_ms: int
    signals_arn: pulumi.Input[str]
    limits: FunctionLimits


class Observer(pulumi.ComponentResource):
    """Started every minute and living longer than that, so that one run overlaps the next (protocol.md 2)."""

    def __init__(self, name: str, args: ObserverArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Observer", name, {}, opts)
        function = RegionalFunction(f"{NAME}-aws-{args.aws_region}", _function(args), self._child())
        self._schedule(name, args, function)
        self._alarms(name, args, function)
        self.register_outputs({})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _schedule(self, name: str, args: ObserverArgs, function: RegionalFunction) -> aws.scheduler.Schedule:
        """Every minute is the fastest there is (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html)."""
        role = self._scheduler_role(name, args)
        allowed = self._scheduler_policy(name, role, function)
        target = aws.scheduler.ScheduleTargetArgs(
            arn=function.arn,
            role_arn=role.arn,
            retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                maximum_retry_attempts=0, maximum_event_age_in_seconds=LONGEST_WAIT_SECONDS
            ),
        )
        return aws.scheduler.Schedule(
            f"{name}-schedule",
            name=args.topology.named(NAME),
            schedule_expression="rate(1 minute)",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=target,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )

    def _scheduler_role(self, name: str, args: ObserverArgs) -> aws.iam.Role:
        # EventBridge Scheduler serves every account: the condition keeps others from borrowing this role.
        only_ours = {"StringEquals": {"aws:SourceAccount": args.topology.account_id}}
        return aws.iam.Role(
            f"{name}-scheduler-role",
            path=args.topology.role_path,
            assume_role_policy=trust("scheduler.amazonaws.com", only_ours),
            opts=self._child(),
        )

    def _scheduler_policy(self, name: str, role: aws.iam.Role, function: RegionalFunction) -> aws.iam.RolePolicy:
        start = Statement(sid="StartObserver", actions=("lambda:InvokeFunction",), resources=(function.arn,))
        return aws.iam.RolePolicy(
            f"{name}-scheduler-policy", role=role.name, policy=document([start]), opts=self._child()
        )

    def _alarms(self, name: str, args: ObserverArgs, function: RegionalFunction) -> None:
        named = args.topology.named
        longest = args.limits.timeout_seconds
        errors = errors_alarm("observer", named("observer-errors"), function.name, args.signals_arn, longest)
        alarm(f"{name}-errors", errors, self._child())
        alarm(f"{name}-silent", _silent(args, function), self._child())
        alarm(f"{name}-peer-silent", _peer_silent(args), self._child())
        alarm(f"{name}-quorum-lost", _quorum_lost(args), self._child())
        alarm(f"{name}-standby-behind", _standby_behind(args), self._child())


def _function(args: ObserverArgs) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment={**args.environment, **_environment(args)},
        statements=observer_statements(args.topology, args.aws_region, args.item_key),
        limits=args.limits,
        invoked_asynchronously=True,
    )


def _environment(args: ObserverArgs) -> dict[str, str]:
    topology = args.topology
    return {
        "PRIMARY_REGION_DDB_TABLE": topology.canary_table,
        "SNS_TOPIC_ARN": topology.topic_arn(args.aws_region, "signals"),
        "HEALTH_CHECK_ITEM_KEY": args.item_key,
        "HEALTH_CHECK_ITEM_VALUE": args.item_value,
        "MAX_LATENCY_MS": str(args.max_latency_ms),
        "OBSERVER": args.aws_region,
        "ORCHESTRATOR_FUNCTION": topology.named("failover-orchestrator"),
        "ACTIVE_PARAMETER": topology.active_parameter,
    }


def observer_statements(topology: Topology, aws_region: str, item_key: str) -> tuple[Statement, ...]:
    """Return what an observer may do: vote as itself, probe its own canary, wake its own orchestrator, page."""
    control = (topology.table_arn(aws_region, topology.control_table),)
    canaries = topology.table_arns_in_data_regions(topology.canary_table)
    seen = leading_keys("tier#*", "vote#*")
    own_vote = leading_keys(f"vote#data#{aws_region}")
    own_canary = leading_keys(f"{item_key}#{aws_region}")
    orchestrator = (topology.function_arn(aws_region, "failover-orchestrator"),)
    signals = (topology.topic_arn(aws_region, "signals"),)
    ssm = topology.active_parameter_arns()
    return (
        Statement(sid="ReadVotesAndRows", actions=("dynamodb:BatchGetItem",), resources=control, condition=seen),
        Statement(sid="WriteOwnVote", actions=("dynamodb:UpdateItem",), resources=control, condition=own_vote),
        Statement(
            sid="ProbeOwnCanary",
            actions=("dynamodb:GetItem", "dynamodb:UpdateItem"),
            resources=canaries,
            condition=own_canary,
        ),
        Statement(sid="CompareActiveParameter", actions=("ssm:GetParameter",), resources=ssm),
        Statement(sid="WakeOwnOrchestrator", actions=("lambda:InvokeFunction",), resources=orchestrator),
        Statement(sid="SignalOwnTopic", actions=("sns:Publish",), resources=signals),
    )


def _silent(args: ObserverArgs, function: RegionalFunction) -> AlarmArgs:
    return AlarmArgs(
        alarm_name=args.topology.named("observer-silent"),
        metric=function_metric("Invocations", function.name),
        breaches_when="less_than",
        threshold=1,
        minutes=3,
        silence_breaches=True,
        topic_arn=args.signals_arn,
        next_step=f"The observer in {args.aws_region} is not started. Check its schedule; the other two still decide.",
    )


def _peer_silent(args: ObserverArgs) -> AlarmArgs:
    return AlarmArgs(
        alarm_name=args.topology.named("peer-silent"),
        metric=observer_metric("PeerSilent", args.topology.stack, args.aws_region, "Minimum"),
        breaches_when="at_least",
        threshold=1,
        minutes=2,
        silence_breaches=False,
        topic_arn=args.signals_arn,
        next_step=f"Seen from {args.aws_region}, a peer's vote stands still. `lifeboat status --watch` names it.",
    )


def _quorum_lost(args: ObserverArgs) -> AlarmArgs:
    return AlarmArgs(
        alarm_name=args.topology.named("quorum-lost"),
        metric=observer_metric("MajorityVotes", args.topology.stack, args.aws_region, "Maximum"),
        breaches_when="less_than",
        threshold=1,
        minutes=2,
        silence_breaches=False,
        topic_arn=args.signals_arn,
        next_step="No majority of observers votes: nothing moves by itself. `lifeboat runbook control-majority-lost`.",
    )


def _standby_behind(args: ObserverArgs) -> AlarmArgs:
    """Return the page before streams forget what they could not pass on: CloudWatch looks back a week at the most.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    return AlarmArgs(
        alarm_name=args.topology.named("standby-behind"),
        metric=observer_metric("StandbyBehind", args.topology.stack, args.aws_region, "Minimum"),
        breaches_when="at_least",
        threshold=1,
        minutes=BEHIND_HOURS * HOUR_MINUTES,
        period_minutes=HOUR_MINUTES,
        silence_breaches=False,
        topic_arn=args.signals_arn,
        next_step=(
            f"For {BEHIND_HOURS} hours the standby has not kept up. Bring its region back before 24 are over, or "
            "compare the tables then: `lifeboat divergence`, `lifeboat verify`."
        ),
    )
