"""A batch of queue messages as the event that a function gets, and what the function's answer says about each.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import base64
import json
from collections.abc import Mapping, Sequence

from moto.sqs.models import Message


def queue_event(queue_arn: str, batch: Sequence[Message]) -> dict[str, object]:
    """Return the event for a batch received from a queue."""
    return {"Records": [_record(queue_arn, message) for message in batch]}


def failed_messages(batch: Sequence[Message], answer: bytes) -> set[str]:
    """Return the ids of the messages that an answer reports as failed: all of them if it makes no sense."""
    everything = {message.id for message in batch}
    try:
        reported = json.loads(answer or b"null")
        failures = ({} if reported is None else reported).get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, AttributeError, KeyError, TypeError):
        return everything
    return everything if failed - everything else failed


def _record(queue_arn: str, message: Message) -> dict[str, object]:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, object]) -> dict[str, object]:
    binary = value.get("BinaryValue")
    if isinstance(binary, bytes):
        return {"dataType": value["DataType"], "binaryValue": base64.b64encode(binary).decode()}
    return {"dataType": value["DataType"], "stringValue": value.get("StringValue", binary)}
