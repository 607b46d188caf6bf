"""Where failed asynchronous events go: a queue, a topic or another function, in the function's name.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import logging
from collections.abc import Callable

from localcloud.deployed import Deployed, NoSuchFunction
from localcloud.permissions import Permissions
from localcloud.queues import NoSuchQueue, Queues

log = logging.getLogger(__name__)

ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}


class Destinations:
    """Sends a record if the function's role allows it; what cannot be sent is logged and lost, as on AWS."""

    def __init__(self, queues: Queues, permissions: Permissions) -> None:
        self._queues = queues
        self._permissions = permissions
        self.publish: Callable[[str, str], None] | None = None
        self.invoke: Callable[[str, str, bytes], str] | None = None

    def send(self, function: Deployed, destination: str, record: str) -> None:
        """Send one record to an ARN."""
        service = destination.split(":")[2]
        if not self._permissions.role_allows(function.role, ACTIONS[service], destination):
            log.warning("destination refused", extra={"role": function.role, "destination": destination})
            return
        try:
            self._put(service, destination, record)
        except (NoSuchQueue, NoSuchFunction) as missing:
            log.warning("destination is gone", extra={"why": str(missing)})

    def _put(self, service: str, destination: str, record: str) -> None:
        if service == "sqs":
            self._queues.send(destination, record)
        elif service == "sns" and self.publish is not None:
            self.publish(destination, record)
        elif service == "lambda" and self.invoke is not None:
            self.invoke(destination.split(":")[3], destination, record.encode())
