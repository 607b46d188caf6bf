"""The orchestrator of one control region: the function that owns plans, and the queue that wakes it a second way."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import alarm, dead_letters_alarm, errors_alarm, throttles_alarm
from infra.aws.policy import Statement, leading_keys
from infra.aws.regional_function import FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.stream_replicator import FUNCTION as REPLICATOR
from infra.aws.subscribed_queue import SubscribedQueue, SubscribedQueueArgs
from infra.aws.topology import Topology

NOUN = "failover_orchestrator"
NAME = "failover-orchestrator"
# Those of failover/orders.py, which this only names by path; tests/stacks/test_wiring.py compares.
ORDER_KINDS = ("wake", "failover", "switchover", "failback", "abort")
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_TIMEOUTS = 6
LARGEST_RECEIVES = 3
LARGEST_CONCURRENCY = 2


@dataclass(frozen=True, kw_only=True)
class ApplicationName:
    """What people call the application by, and the Route 53 zone that it is in: to report with, never to edit."""

    name: str
    zone_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class OrchestratorArgs:
    """The topics are the region's own; ``replicated_tables`` are those with a replicator, by their names in config.

    ``linode_token_arn`` is the region's secret with the token of Linode's user for failovers, if there is a tier there.
    ``flips_traffic`` says whether switches decide which site the name leads to.
    """

    topology: Topology
    aws_region: str
    environment: Mapping[str, str]
    item_key: str
    item_value: str
    application: ApplicationName | None
    flips_traffic: bool
    replicated_tables: tuple[str, ...]
    signals_arn: pulumi.Input[str]
    alerts_arn: pulumi.Input[str]
    linode_token_arn: pulumi.Input[str] | None
    limits: FunctionLimits


class Orchestrator(pulumi.ComponentResource):
    """Invoked by its region's observer, by people, and by orders that the signals topic puts into its queue."""

    def __init__(self, name: str, args: OrchestratorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Orchestrator", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        function = RegionalFunction(f"{NAME}-aws-{args.aws_region}", _function(args), child)
        orders = SubscribedQueue(f"orders-aws-{args.aws_region}", _orders(args), child)
        self._take_orders(name, orders, function)
        self._alarms(name, args, function, orders)
        self.register_outputs({})

    def _take_orders(
        self, name: str, orders: SubscribedQueue, function: RegionalFunction
    ) -> aws.lambda_.EventSourceMapping:
        return aws.lambda_.EventSourceMapping(
            f"{name}-orders",
            event_source_arn=orders.arn,
            function_name=function.name,
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=aws.lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=LARGEST_CONCURRENCY),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alarms(self, name: str, args: OrchestratorArgs, function: RegionalFunction, orders: SubscribedQueue) -> None:
        child = pulumi.ResourceOptions(parent=self)
        named = args.topology.named
        longest = args.limits.timeout_seconds
        errors = errors_alarm("orchestrator", named("orchestrator-errors"), function.name, args.signals_arn, longest)
        dead = dead_letters_alarm(named("orders-dead-letters"), orders.dead_letter_queue_name, args.alerts_arn)
        throttles = throttles_alarm("orchestrator", named("orchestrator-throttled"), function.name, args.signals_arn)
        alarm(f"{name}-errors", errors, child)
        alarm(f"{name}-throttled", throttles, child)
        alarm(f"{name}-dead-letters", dead, child)


def _orders(args: OrchestratorArgs) -> SubscribedQueueArgs:
    return SubscribedQueueArgs(
        queue_name=args.topology.named("orders"),
        topic_arn=args.signals_arn,
        body_filter={"kind": list(ORDER_KINDS)},
        visibility_seconds=VISIBILITY_TIMEOUTS * args.limits.timeout_seconds,
        largest_receives=LARGEST_RECEIVES,
    )


def _function(args: OrchestratorArgs) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment={**args.environment, **_environment(args)},
        statements=(
            *orchestrator_statements(args.topology, args.aws_region, args.item_key),
            *proof_statements(args.topology, args.replicated_tables),
            *linode_statements(args.linode_token_arn),
            *(switch_statements(args.topology) if args.flips_traffic else ()),
        ),
        limits=args.limits,
        invoked_asynchronously=True,
    )


def _environment(args: OrchestratorArgs) -> dict[str, pulumi.Input[str]]:
    # Both sites' records are in one zone; zones and name are blank where no name is declared.
    application = args.application or ApplicationName(name="", zone_id="")
    return {
        "PRIMARY_REGION_HOSTED_ZONE_ID": application.zone_id,
        "SECONDARY_REGION_HOSTED_ZONE_ID": application.zone_id,
        "APPLICATION_DNS_NAME": application.name,
        "PRIMARY_REGION_DDB_TABLE": args.topology.canary_table,
        "HEALTH_CHECK_ITEM_KEY": args.item_key,
        "HEALTH_CHECK_ITEM_VALUE": args.item_value,
        "SNS_TOPIC_ARN": args.topology.topic_arn(args.aws_region, "signals"),
        "ACTIVE_PARAMETER": args.topology.active_parameter,
        "REPLICATOR": args.topology.named(REPLICATOR),
        "REPLICATED_TABLES": ",".join(args.replicated_tables),
    }


def orchestrator_statements(topology: Topology, aws_region: str, item_key: str) -> tuple[Statement, ...]:
    """Return what an orchestrator may do: move tiers, keep journals, verify with its own canary, publish."""
    control = (topology.table_arn(aws_region, topology.control_table),)
    canaries = topology.table_arns_in_data_regions(topology.canary_table)
    own_canary = leading_keys(f"{item_key}#orchestrator*")
    seen = leading_keys("tier#*", "journal#*", "vote#*")
    signals = (topology.topic_arn(aws_region, "signals"),)
    orders = (topology.queue_arn(aws_region, "orders"),)
    take = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    ssm = topology.active_parameter_arns()
    return (
        Statement(
            sid="ReadPlansAndVotes",
            actions=("dynamodb:GetItem", "dynamodb:BatchGetItem"),
            resources=control,
            condition=seen,
        ),
        Statement(
            sid="MoveTiers", actions=("dynamodb:UpdateItem",), resources=control, condition=leading_keys("tier#*")
        ),
        Statement(
            sid="KeepJournals",
            actions=("dynamodb:BatchWriteItem",),
            resources=control,
            condition=leading_keys("journal#*"),
        ),
        Statement(
            sid="VerifyWithOwnCanary",
            actions=("dynamodb:GetItem", "dynamodb:UpdateItem"),
            resources=canaries,
            condition=own_canary,
        ),
        Statement(sid="PublishActiveRegion", actions=("ssm:GetParameter", "ssm:PutParameter"), resources=ssm),
        Statement(sid="SignalOwnTopic", actions=("sns:Publish",), resources=signals),
        Statement(sid="TakeOwnOrders", actions=take, resources=orders),
    )


def proof_statements(topology: Topology, replicated_tables: tuple[str, ...]) -> tuple[Statement, ...]:
    """Return what a planned move may ask of the replicators: whether everything has been carried over."""
    if not replicated_tables:
        return ()
    # One by one they would outgrow the role; each table has one, and nothing else is called so.
    replicators = tuple(topology.function_arn(region, f"{REPLICATOR}-*") for region in topology.data_regions)
    return (Statement(sid="AskReplicators", actions=("lambda:InvokeFunction",), resources=replicators),)


def linode_statements(token_arn: pulumi.Input[str] | None) -> tuple[Statement, ...]:
    """Return what a move of the application tier needs at Linode: the token of its user, kept in the own region."""
    if token_arn is None:
        return ()
    return (Statement(sid="ReadLinodeToken", actions=("secretsmanager:GetSecretValue",), resources=(token_arn,)),)


def switch_statements(topology: Topology) -> tuple[Statement, ...]:
    """Return what flips traffic: the switch of each control region is written and read, and no record is edited.

    S3 tells that an object is absent to those who may list its bucket, and refuses all others
    (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
    """
    buckets = topology.switch_bucket_arns()
    return (
        Statement(sid="FlipTraffic", actions=("s3:GetObject", "s3:PutObject"), resources=topology.switch_object_arns()),
        Statement(sid="TellAbsentSwitches", actions=("s3:ListBucket",), resources=buckets),
    )
