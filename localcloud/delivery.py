"""What SNS does with a notification, by the subscription's protocol."""

import json

from localcloud.asynchronous import Asynchronous
from localcloud.deployed import NoSuchFunction
from localcloud.notifications import Notification
from localcloud.permissions import Permissions
from localcloud.queues import NoSuchQueue, Queues, SendRefused
from localcloud.sinks import Sinks

SERVICE = "sns.amazonaws.com"


class Undeliverable(Exception):
    """A client error: SNS does not try such a delivery again."""


class Delivery:
    """Hands notifications to queues, functions and, standing for the world outside, to the sinks."""

    def __init__(self, queues: Queues, asynchronous: Asynchronous, sinks: Sinks, permissions: Permissions) -> None:
        self._queues = queues
        self._asynchronous = asynchronous
        self._sinks = sinks
        self._permissions = permissions

    def deliver(self, notification: Notification) -> None:
        """Deliver one copy.

        Raises:
            Undeliverable: the endpoint is gone, or does not let SNS in.
        """
        if notification.protocol == "sqs":
            self._to_queue(notification)
        elif notification.protocol == "lambda":
            self._to_function(notification)
        else:
            self._sinks.take(
                notification.topic_region,
                notification.protocol,
                notification.endpoint,
                json.dumps(notification.envelope()),
            )

    def _to_queue(self, notification: Notification) -> None:
        body = notification.message if notification.raw else json.dumps(notification.envelope())
        attributes = notification.queue_attributes() if notification.raw else {}
        try:
            self._queues.send_as(SERVICE, notification.topic_arn, notification.endpoint, body, attributes)
        except (NoSuchQueue, SendRefused) as refused:
            raise Undeliverable(str(refused)) from refused

    def _to_function(self, notification: Notification) -> None:
        functions, arn = self._asynchronous.functions, notification.endpoint
        try:
            policy = functions.policy(notification.endpoint_region, arn)
        except NoSuchFunction as missing:
            raise Undeliverable(str(missing)) from missing
        action = "lambda:InvokeFunction"
        if not self._permissions.policy_allows(policy, SERVICE, action, arn, notification.topic_arn):
            raise Undeliverable(f"the policy of {arn} does not let {SERVICE} invoke it")
        event = {"Records": [_record(notification)]}
        self._asynchronous.accept(notification.endpoint_region, arn, json.dumps(event).encode())


def _record(notification: Notification) -> dict[str, object]:
    envelope = {"Subject": None, "MessageAttributes": {}, **notification.envelope()}
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": notification.subscription_arn,
        "Sns": envelope,
    }
