"""A queue that takes part of a topic, with a place for what cannot be handled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.policy import Statement, document

# The longest that SQS keeps a message, so that a person can still look at a dead letter.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
DEAD_LETTER_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class SubscribedQueueArgs:
    """``visibility_seconds`` is at least six times the reader's timeout (see AWS's advice on Lambda and SQS)."""

    queue_name: str
    topic_arn: pulumi.Input[str]
    body_filter: Mapping[str, object]
    visibility_seconds: int
    largest_receives: int


class SubscribedQueue(pulumi.ComponentResource):
    """A queue of one region that its topic fills, raw, with the messages whose body matches.

    What was received ``largest_receives`` times without success moves to the dead letters.
    """

    arn: pulumi.Output[str]
    dead_letter_queue_name: pulumi.Output[str]

    def __init__(self, name: str, args: SubscribedQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:SubscribedQueue", name, {}, opts)
        dead_letters = self._dead_letters(name, args)
        queue = self._queue(name, args, dead_letters)
        allowed = let_topic_in(name, args.topic_arn, queue, pulumi.ResourceOptions(parent=self))
        after = pulumi.ResourceOptions(parent=self, depends_on=[allowed])
        subscribe(name, args.topic_arn, queue, args.body_filter, after)
        self.arn = queue.arn
        self.dead_letter_queue_name = dead_letters.name
        self.register_outputs({"arn": self.arn, "dead_letter_queue_name": self.dead_letter_queue_name})

    def _dead_letters(self, name: str, args: SubscribedQueueArgs) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            f"{name}-dead-letters",
            name=f"{args.queue_name}-dead",
            message_retention_seconds=DEAD_LETTER_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _queue(self, name: str, args: SubscribedQueueArgs, dead_letters: aws.sqs.Queue) -> aws.sqs.Queue:
        redrive = {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": args.largest_receives}
        return aws.sqs.Queue(
            f"{name}-queue",
            name=args.queue_name,
            visibility_timeout_seconds=args.visibility_seconds,
            redrive_policy=pulumi.Output.json_dumps(redrive),
            sqs_managed_sse_enabled=True,
            opts=pulumi.ResourceOptions(parent=self),
        )


def let_topic_in(
    name: str, topic_arn: pulumi.Input[str], queue: aws.sqs.Queue, opts: pulumi.ResourceOptions
) -> aws.sqs.QueuePolicy:
    """Let this topic, and nobody else, send to a queue."""
    take = Statement(
        sid="TakeFromTopic",
        service="sns.amazonaws.com",
        actions=("sqs:SendMessage",),
        resources=(queue.arn,),
        condition={"ArnEquals": {"aws:SourceArn": topic_arn}},
    )
    return aws.sqs.QueuePolicy(f"{name}-policy", queue_url=queue.url, policy=document([take]), opts=opts)


def subscribe(
    name: str,
    topic_arn: pulumi.Input[str],
    queue: aws.sqs.Queue,
    body_filter: Mapping[str, object],
    opts: pulumi.ResourceOptions,
) -> aws.sns.TopicSubscription:
    """Send a queue the messages whose body matches, as they were published."""
    return aws.sns.TopicSubscription(
        f"{name}-subscription",
        topic=topic_arn,
        protocol="sqs",
        endpoint=queue.arn,
        raw_message_delivery=True,
        filter_policy_scope="MessageBody",
        filter_policy=json.dumps(body_filter, sort_keys=True),
        opts=opts,
    )
