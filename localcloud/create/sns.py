"""Topics, their policies and their subscriptions."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field

SETTINGS = ("rawMessageDelivery", "filterPolicyScope", "filterPolicy", "redrivePolicy", "deliveryPolicy")


def topic(creation: Creation) -> Created:
    """Create a topic."""
    arn = field(creation.call("sns", "create_topic", Name=creation.name), "TopicArn")
    return arn, {"arn": arn, "name": creation.name}


def topic_policy(creation: Creation) -> Created:
    """Set who may publish to a topic."""
    arn = creation.text("arn")
    policy = creation.text("policy")
    creation.call("sns", "set_topic_attributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn, {"owner": arn.split(":")[4]}


def subscription(creation: Creation) -> Created:
    """Subscribe an endpoint; the scope of a filter is set before the filter, which is checked against it."""
    attributes = {
        name[0].upper() + name[1:]: _text(creation.inputs[name])
        for name in SETTINGS
        if creation.inputs.get(name) is not None
    }
    answer = creation.call(
        "sns",
        "subscribe",
        TopicArn=creation.text("topic"),
        Protocol=creation.text("protocol"),
        Endpoint=creation.text("endpoint"),
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    arn = field(answer, "SubscriptionArn")
    return arn, {"arn": arn, "ownerId": arn.split(":")[4], "pendingConfirmation": False}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


CREATORS: Mapping[str, Creator] = {
    "aws:sns/topic:Topic": topic,
    "aws:sns/topicPolicy:TopicPolicy": topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": subscription,
}
