"""SQS beyond moto: senders that are services, long polls that hold nothing up, settings that survive each other."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from localcloud.gateway import Gateway
from localcloud.permissions import Permissions
from localcloud.request import Request, Response

LOOK_SECONDS = 0.05


class NoSuchQueue(Exception):
    """The queue does not exist."""


class SendRefused(Exception):
    """The queue's policy does not let this sender in."""


class Queues:
    """Reads and writes moto's queues for the services that do so without an HTTP call."""

    def __init__(self, gateway: Gateway, permissions: Permissions) -> None:
        self._gateway = gateway
        self._permissions = permissions

    def send_as(
        self, service: str, source_arn: str, arn: str, body: str, attributes: Mapping[str, object] | None = None
    ) -> None:
        """Send as a service acting for a source.

        Raises:
            NoSuchQueue: there is no such queue.
            SendRefused: its policy does not allow it.
        """
        policy = self.queue(arn).policy or ""
        if not self._permissions.policy_allows(policy, service, "sqs:SendMessage", arn, source_arn):
            raise SendRefused(f"the policy of {arn} does not let {service} send for {source_arn}")
        self.send(arn, body, attributes)

    def send(self, arn: str, body: str, attributes: Mapping[str, object] | None = None) -> None:
        """Send without asking the queue's policy: a role of the same account was asked before."""
        queue = self.queue(arn)
        with self._gateway.lock("sqs"):
            self._backend(arn).send_message(queue.name, body, message_attributes=dict(attributes or {}))

    def receive(self, arn: str, most: int) -> list[Message]:
        """Receive what is visible now, at most so many; what was received too often goes to the dead letters."""
        queue = self.queue(arn)
        with self._gateway.lock("sqs"):
            visibility = int(queue.visibility_timeout)  # type: ignore[attr-defined]
            return self._backend(arn).receive_message(queue.name, most, 0, visibility, ["All"])

    def delete(self, arn: str, message: Message) -> None:
        """Delete a received message; one that came back meanwhile goes too, as with any of its receipts."""
        with self._gateway.lock("sqs"):
            self._backend(arn).delete_message(self.queue(arn).name, str(message.receipt_handle))

    def queue(self, arn: str) -> Queue:
        """Find a queue.

        Raises:
            NoSuchQueue: there is none.
        """
        found = self._backend(arn).queues.get(arn.rsplit(":", maxsplit=1)[-1])
        if found is None:
            raise NoSuchQueue(f"there is no queue {arn}")
        return found

    def _backend(self, arn: str) -> SQSBackend:
        return sqs_backends[DEFAULT_ACCOUNT_ID][arn.split(":")[3]]


class LongPolls:
    """ReceiveMessage as a series of short looks, so that a waiting consumer does not hold the service's lock."""

    def __init__(
        self, gateway: Gateway, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._sleep = sleep
        gateway.routes["sqs", "ReceiveMessage"] = self.receive
        gateway.routes["sqs", "SetQueueAttributes"] = self.set_attributes

    def receive(self, request: Request) -> Response:
        """Answer as soon as there is a message, or empty after the wait that the call or its queue asks for."""
        wait_seconds = self._wait_seconds(request)
        if not 0 <= wait_seconds <= 20:
            return self._gateway.moto(request)
        look = _with_fields(request, {"WaitTimeSeconds": 0})
        give_up = self._clock() + wait_seconds
        while True:
            response = self._gateway.moto(look)
            if response.status != 200 or b'"Messages"' in response.body or self._gone(request, give_up):
                return response
            self._sleep(LOOK_SECONDS)

    def set_attributes(self, request: Request) -> Response:
        """Change the named attributes only: moto empties the queue's policy when the call does not name it."""
        attributes = request.params.get("Attributes")
        queue = self._queue(request)
        if not isinstance(attributes, dict) or queue is None or "Policy" in attributes or not queue.policy:
            return self._gateway.moto(request)
        return self._gateway.moto(_with_fields(request, {"Attributes": {**attributes, "Policy": queue.policy}}))

    def _gone(self, request: Request, give_up: float) -> bool:
        """Say whether waiting is over: time is up, or the queue's region is lost and the gateway must see to it."""
        return self._clock() >= give_up or not self._gateway.world.up(request.region)

    def _wait_seconds(self, request: Request) -> int:
        if "WaitTimeSeconds" in request.params:
            return int(str(request.params["WaitTimeSeconds"]))
        queue = self._queue(request)
        return int(queue.receive_message_wait_time_seconds) if queue else 0  # type: ignore[attr-defined]

    def _queue(self, request: Request) -> Queue | None:
        name = str(request.params.get("QueueUrl", "")).rpartition("/")[2]
        return sqs_backends[DEFAULT_ACCOUNT_ID][request.region].queues.get(name)


def _with_fields(request: Request, fields: Mapping[str, object]) -> Request:
    """Return the same call with some fields of its JSON body replaced."""
    params = {**request.params, **fields}
    return replace(request, params=params, body=json.dumps(params).encode())
