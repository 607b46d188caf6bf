"""A topic and the people behind it."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class TopicArgs:
    """``emails`` and ``webhooks`` confirm their subscription themselves."""

    topic_name: str
    emails: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()


class Topic(pulumi.ComponentResource):
    """A topic of one region.

    It is not encrypted with a key of its own: CloudWatch alarms cannot publish through the AWS-managed key
    (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html), and messages hold no secret.
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: TopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Topic", name, {}, opts)
        topic = aws.sns.Topic(f"{name}-topic", name=args.topic_name, opts=pulumi.ResourceOptions(parent=self))
        for position, email in enumerate(args.emails):
            self._subscription(f"{name}-email-{position}", topic, "email", email)
        for position, webhook in enumerate(args.webhooks):
            self._subscription(f"{name}-webhook-{position}", topic, "https", webhook)
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})

    def _subscription(self, name: str, topic: aws.sns.Topic, protocol: str, endpoint: str) -> aws.sns.TopicSubscription:
        return aws.sns.TopicSubscription(
            name, topic=topic.arn, protocol=protocol, endpoint=endpoint, opts=pulumi.ResourceOptions(parent=self)
        )
