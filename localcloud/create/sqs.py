"""Queues and their policies."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field

ATTRIBUTES = {
    "visibilityTimeoutSeconds": "VisibilityTimeout",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "delaySeconds": "DelaySeconds",
    "maxMessageSize": "MaximumMessageSize",
    "redrivePolicy": "RedrivePolicy",
    "policy": "Policy",
}


def queue(creation: Creation) -> Created:
    """Create a queue."""
    attributes = {spelled: creation.text(name) for name, spelled in ATTRIBUTES.items() if creation.text(name)}
    url = field(creation.call("sqs", "create_queue", QueueName=creation.name, Attributes=attributes), "QueueUrl")
    answer = creation.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn"])
    return url, {"name": creation.name, "url": url, "arn": field(answer, "Attributes", "QueueArn")}


def queue_policy(creation: Creation) -> Created:
    """Set who may send to a queue."""
    url = creation.text("queueUrl")
    creation.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": creation.text("policy")})
    return url, {}


CREATORS: Mapping[str, Creator] = {
    "aws:sqs/queue:Queue": queue,
    "aws:sqs/queuePolicy:QueuePolicy": queue_policy,
}
