"""Where failed events go: a queue, a topic, a bucket or another function, in the function's name.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import logging
from collections.abc import Callable

from localcloud.buckets import Buckets, NoSuchBucket
from localcloud.deployed import Deployed, NoSuchFunction
from localcloud.permissions import Permissions
from localcloud.queues import NoSuchQueue, Queues

log = logging.getLogger(__name__)

ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}


class NotDelivered(Exception):
    """A destination that the role may not use, or that is not there."""


class Destinations:
    """Sends a record if the function's role allows it."""

    def __init__(self, queues: Queues, buckets: Buckets, permissions: Permissions) -> None:
        self._queues = queues
        self._buckets = buckets
        self._permissions = permissions
        self.publish: Callable[[str, str], None] | None = None
        self.invoke: Callable[[str, str, bytes], str] | None = None

    def send(self, function: Deployed, destination: str, record: str) -> None:
        """Send one record to an ARN; what cannot be sent is logged and lost, as on AWS."""
        try:
            self.deliver(function, destination, record)
        except NotDelivered as why:
            log.warning("record was not delivered", extra={"destination": destination, "why": str(why)})

    def deliver(self, function: Deployed, destination: str, record: str, key: str = "") -> None:
        """Send one record to an ARN; ``key`` names the object if that is a bucket.

        Raises:
            NotDelivered: the role or the destination's absence stands in the way.
        """
        refused = [
            action
            for action, resource in _needed(destination, key)
            if not self._permissions.role_allows(function.role, action, resource)
        ]
        if refused:
            raise NotDelivered(f"{function.role} may not {', '.join(refused)}")
        try:
            self._put(destination, record, key)
        except (NoSuchQueue, NoSuchFunction, NoSuchBucket) as missing:
            raise NotDelivered(str(missing)) from missing

    def region(self, destination: str) -> str:
        """Give the region that a destination is in, "" for a bucket that does not exist."""
        if destination.split(":")[2] == "s3":
            return self._buckets.region(destination)
        return destination.split(":")[3]

    def _put(self, destination: str, record: str, key: str) -> None:
        service = destination.split(":")[2]
        if service == "sqs":
            self._queues.send(destination, record)
        elif service == "s3":
            self._buckets.put(destination, key, record.encode())
        elif service == "sns" and self.publish is not None:
            self.publish(destination, record)
        elif service == "lambda" and self.invoke is not None:
            self.invoke(destination.split(":")[3], destination, record.encode())


def _needed(destination: str, key: str) -> list[tuple[str, str]]:
    """Give what the role needs: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html for S3."""
    service = destination.split(":")[2]
    if service == "s3":
        return [("s3:PutObject", f"{destination}/{key}"), ("s3:ListBucket", destination)]
    return [(ACTIONS[service], destination)]
