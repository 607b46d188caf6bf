"""Where a region keeps the stream records that could not be replicated, and the queue that tells of each."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import alarm, dead_letters_alarm
from infra.aws.policy import Statement, document
from infra.aws.subscribed_queue import DEAD_LETTER_SECONDS
from infra.aws.topology import Topology

NOUN = "dead-records"
KEPT_DAYS = 90
# What S3 tells of an object. Its test of a new destination has no records
# (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), and would page people.
OBJECTS_ONLY = {"Records": {"eventSource": ["aws:s3"]}}
REDRIVE = "Records could not be replicated. `lifeboat redrive --dry-run` says which and why; without it tries again."


@dataclass(frozen=True, kw_only=True)
class DeadRecordsArgs:
    """``alerts_arn`` is a topic of the same region."""

    topology: Topology
    aws_region: str
    alerts_arn: pulumi.Input[str]
    protect_data: bool


class DeadRecords(pulumi.ComponentResource):
    """A bucket that keeps each record whole, and a queue that gets its place: a queue alone would take no 400 KB item.

    The bucket tells the queue through a topic, whose subscription lets nothing through but objects. It is made after
    the bucket has tried the topic: a new filter may take 15 minutes to be in force
    (https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html).

    A person redrives them (`lifeboat redrive`); what nobody has looked at in two weeks is still in the bucket.
    """

    bucket_arn: pulumi.Output[str]

    def __init__(self, name: str, args: DeadRecordsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:DeadRecords", name, {}, opts)
        bucket = self._bucket(name, args)
        self._guard(name, bucket)
        topic, queue = self._topic(name, args), self._queue(name, args)
        told = self._notification(name, bucket, topic, self._topic_policy(name, args, topic))
        self._subscription(name, topic, queue, [told, self._policy(name, topic, queue)])
        dead = dead_letters_alarm(args.topology.named(NOUN), queue.name, args.alerts_arn, REDRIVE)
        alarm(f"{name}-alarm", dead, self._child())
        self.bucket_arn = bucket.arn
        self.register_outputs({"bucket_arn": self.bucket_arn})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _bucket(self, name: str, args: DeadRecordsArgs) -> aws.s3.Bucket:
        return aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.topology.dead_records_bucket(args.aws_region),
            force_destroy=not args.protect_data,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )

    def _guard(self, name: str, bucket: aws.s3.Bucket) -> None:
        """Let nobody see it from outside, and keep nothing for ever. S3 encrypts with its own key by itself."""
        aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child(),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="expire",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=KEPT_DAYS),
                )
            ],
            opts=self._child(),
        )

    def _queue(self, name: str, args: DeadRecordsArgs) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            f"{name}-queue",
            name=args.topology.named(NOUN),
            message_retention_seconds=DEAD_LETTER_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=self._child(),
        )

    def _topic(self, name: str, args: DeadRecordsArgs) -> aws.sns.Topic:
        """Declare it without encryption: S3 cannot publish through the AWS-managed key, and a place is no secret."""
        return aws.sns.Topic(f"{name}-topic", name=args.topology.named(NOUN), opts=self._child())

    def _topic_policy(self, name: str, args: DeadRecordsArgs, topic: aws.sns.Topic) -> aws.sns.TopicPolicy:
        """Let this bucket publish, while it is this account's: whoever gets its name later may not.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
        """
        bucket_arn = f"arn:aws:s3:::{args.topology.dead_records_bucket(args.aws_region)}"
        take = Statement(
            sid="TakeFromBucket",
            service="s3.amazonaws.com",
            actions=("sns:Publish",),
            resources=(topic.arn,),
            condition={
                "ArnEquals": {"aws:SourceArn": bucket_arn},
                "StringEquals": {"aws:SourceAccount": args.topology.account_id},
            },
        )
        return aws.sns.TopicPolicy(f"{name}-topic-policy", arn=topic.arn, policy=document([take]), opts=self._child())

    def _policy(self, name: str, topic: aws.sns.Topic, queue: aws.sqs.Queue) -> aws.sqs.QueuePolicy:
        take = Statement(
            sid="TakeFromTopic",
            service="sns.amazonaws.com",
            actions=("sqs:SendMessage",),
            resources=(queue.arn,),
            condition={"ArnEquals": {"aws:SourceArn": topic.arn}},
        )
        return aws.sqs.QueuePolicy(f"{name}-policy", queue_url=queue.url, policy=document([take]), opts=self._child())

    def _notification(
        self, name: str, bucket: aws.s3.Bucket, topic: aws.sns.Topic, allowed: aws.sns.TopicPolicy
    ) -> aws.s3.BucketNotification:
        return aws.s3.BucketNotification(
            f"{name}-notification",
            bucket=bucket.bucket,
            topics=[aws.s3.BucketNotificationTopicArgs(topic_arn=topic.arn, events=["s3:ObjectCreated:*"])],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )

    def _subscription(
        self, name: str, topic: aws.sns.Topic, queue: aws.sqs.Queue, after: list[pulumi.Resource]
    ) -> aws.sns.TopicSubscription:
        """Hand the body on as S3 wrote it."""
        return aws.sns.TopicSubscription(
            f"{name}-subscription",
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.arn,
            raw_message_delivery=True,
            filter_policy_scope="MessageBody",
            filter_policy=json.dumps(OBJECTS_ONLY, sort_keys=True),
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
