"""The notifier of one control region: turns pages and alarms into messages for people, once each."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import alarm, dead_letters_alarm, errors_alarm
from infra.aws.policy import Statement, leading_keys
from infra.aws.regional_function import FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.secret_container import secret_container
from infra.aws.subscribed_queue import SubscribedQueue, SubscribedQueueArgs
from infra.aws.topology import Topology

NOUN = "notifier"
# Pages from us say `kind`; what CloudWatch publishes for an alarm has an AlarmName instead.
PAGES = {"$or": [{"kind": ["page"]}, {"AlarmName": [{"exists": True}]}]}
VISIBILITY_TIMEOUTS = 6
LARGEST_RECEIVES = 3
LARGEST_CONCURRENCY = 2
# Telling of one message takes up to 8 s, all deadlines together.
BATCH = 1


@dataclass(frozen=True, kw_only=True)
class NotifierArgs:
    """The topics are the region's own; ``slack_webhook_secret`` is the name of a secret whose value people set."""

    topology: Topology
    aws_region: str
    environment: Mapping[str, str]
    slack_webhook_secret: str
    signals_arn: pulumi.Input[str]
    alerts_arn: pulumi.Input[str]
    limits: FunctionLimits


class Notifier(pulumi.ComponentResource):
    """Reads the pages queue and tells Slack and the alerts topic."""

    def __init__(self, name: str, args: NotifierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Notifier", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        secret = self._secret(name, args)
        function = RegionalFunction(f"{NOUN}-aws-{args.aws_region}", _function(args, secret), child)
        pages = SubscribedQueue(f"pages-aws-{args.aws_region}", _pages(args), child)
        self._take_pages(name, pages, function)
        self._alarms(name, args, function, pages)
        self.register_outputs({})

    def _secret(self, name: str, args: NotifierArgs) -> aws.secretsmanager.Secret:
        """Declare the container; a person puts the address into it, in every control region."""
        description = "Slack incoming webhook for Lifeboat's pages; its value is put here by hand, never by Pulumi."
        child = pulumi.ResourceOptions(parent=self)
        return secret_container(f"{name}-slack-webhook", args.slack_webhook_secret, description, child)

    def _take_pages(
        self, name: str, pages: SubscribedQueue, function: RegionalFunction
    ) -> aws.lambda_.EventSourceMapping:
        return aws.lambda_.EventSourceMapping(
            f"{name}-pages",
            event_source_arn=pages.arn,
            function_name=function.name,
            batch_size=BATCH,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=aws.lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=LARGEST_CONCURRENCY),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alarms(self, name: str, args: NotifierArgs, function: RegionalFunction, pages: SubscribedQueue) -> None:
        # Both go past the notifier, straight to the people: it may be what is broken.
        child = pulumi.ResourceOptions(parent=self)
        named = args.topology.named
        longest = args.limits.timeout_seconds
        errors = errors_alarm("notifier", named("notifier-errors"), function.name, args.alerts_arn, longest)
        dead = dead_letters_alarm(named("pages-dead-letters"), pages.dead_letter_queue_name, args.alerts_arn)
        alarm(f"{name}-errors", errors, child)
        alarm(f"{name}-dead-letters", dead, child)


def _pages(args: NotifierArgs) -> SubscribedQueueArgs:
    return SubscribedQueueArgs(
        queue_name=args.topology.named("pages"),
        topic_arn=args.signals_arn,
        body_filter=PAGES,
        visibility_seconds=VISIBILITY_TIMEOUTS * args.limits.timeout_seconds,
        largest_receives=LARGEST_RECEIVES,
    )


def _function(args: NotifierArgs, secret: aws.secretsmanager.Secret) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment={**args.environment, **_environment(args)},
        statements=notifier_statements(args.topology, args.aws_region, secret.arn),
        limits=args.limits,
        invoked_asynchronously=False,
    )


def _environment(args: NotifierArgs) -> dict[str, str]:
    return {
        "ALERTS_TOPIC_ARN": args.topology.topic_arn(args.aws_region, "alerts"),
        "SLACK_WEBHOOK_SECRET": args.slack_webhook_secret,
    }


def notifier_statements(topology: Topology, aws_region: str, secret_arn: pulumi.Input[str]) -> tuple[Statement, ...]:
    """Return what a notifier may do: take pages, note incidents, read the webhook, tell people."""
    control = (topology.table_arn(aws_region, topology.control_table),)
    incidents = leading_keys("incident#*")
    alerts = (topology.topic_arn(aws_region, "alerts"),)
    pages = (topology.queue_arn(aws_region, "pages"),)
    take = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    return (
        Statement(
            sid="NoteIncidents",
            actions=("dynamodb:PutItem", "dynamodb:UpdateItem"),
            resources=control,
            condition=incidents,
        ),
        Statement(sid="ReadWebhook", actions=("secretsmanager:GetSecretValue",), resources=(secret_arn,)),
        Statement(sid="TellPeople", actions=("sns:Publish",), resources=alerts),
        Statement(sid="TakeOwnPages", actions=take, resources=pages),
    )
