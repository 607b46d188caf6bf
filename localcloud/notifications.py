"""One message on its way from a topic to one subscription."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One message on its way to one subscription."""

    topic_arn: str
    subscription_arn: str
    protocol: str
    endpoint: str
    raw: bool
    message_id: str
    message: str
    subject: str | None
    attributes: Mapping[str, Mapping[str, str]]
    attempts: int = 0

    @property
    def topic_region(self) -> str:
        """Return the AWS region of the topic."""
        return self.topic_arn.split(":")[3]

    @property
    def endpoint_region(self) -> str:
        """Return the region that must be up for the delivery: the endpoint's, or the topic's for one outside AWS."""
        return self.endpoint.split(":")[3] if self.protocol in ("sqs", "lambda") else self.topic_region

    def envelope(self) -> dict[str, object]:
        """Return the JSON document that a subscription without raw delivery gets."""
        subject = {"Subject": self.subject} if self.subject else {}
        attributes = {"MessageAttributes": self.attributes} if self.attributes else {}
        return {
            "Type": "Notification",
            "MessageId": self.message_id,
            "TopicArn": self.topic_arn,
            **subject,
            "Message": self.message,
            "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            **attributes,
        }

    def queue_attributes(self) -> dict[str, object]:
        """Return the message attributes that raw delivery carries over to SQS."""
        carried: dict[str, object] = {}
        for name, attribute in self.attributes.items():
            kind = "BinaryValue" if attribute["Type"].startswith("Binary") else "StringValue"
            carried[name] = {"DataType": attribute["Type"], kind: attribute["Value"]}
        return carried
