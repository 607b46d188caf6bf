"""SQS where moto alone would be wrong."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from botocore.config import Config

from localcloud.front import Front
from localcloud.machinery import Machinery
from localcloud.queues import LOOK_SECONDS, LongPolls
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import let_in, make_queue
from tests.waiting import eventually

POLLED = ("ReceiveMessage", "SetQueueAttributes")
IMPATIENT = Config(read_timeout=10, retries={"total_max_attempts": 1})
"""Gives up on a poll that truly waits."""

SENDER = "client.us-east-1.sender.0"
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"


@dataclass
class Waiting:
    """A clock that a poll's own sleep moves, and what happens in that sleep."""

    meanwhile: Callable[[], object]
    seconds: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.meanwhile()


@pytest.fixture
def poll_while(front: Front, client: ClientOf) -> Iterator[Callable[..., Waiting]]:
    """Let long polls wait on a clock of their own."""
    former = {operation: front.gateway.routes.get(("sqs", operation)) for operation in POLLED}

    def wait(meanwhile: Callable[[], object]) -> Waiting:
        waiting = Waiting(meanwhile)
        LongPolls(front.gateway, lambda: waiting.seconds, waiting.sleep)
        return waiting

    yield wait
    for operation, route in former.items():
        front.gateway.routes.pop(("sqs", operation))
        if route is not None:
            front.gateway.routes["sqs", operation] = route


def test_a_long_poll_ends_with_the_message_and_holds_nobody_up(
    client: ClientOf, poll_while: Callable[..., Waiting]
) -> None:
    url, _ = make_queue(client, "polled")
    waiting = poll_while(lambda: client("sqs", caller=SENDER).send_message(QueueUrl=url, MessageBody="at last"))
    [message] = client("sqs", config=IMPATIENT).receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert message["Body"] == "at last"
    assert waiting.seconds == LOOK_SECONDS


def test_a_long_poll_of_an_empty_queue_ends_empty_when_its_wait_is_over(
    client: ClientOf, poll_while: Callable[..., Waiting]
) -> None:
    url, _ = make_queue(client, "empty", ReceiveMessageWaitTimeSeconds="15")
    waiting = poll_while(lambda: None)
    assert "Messages" not in client("sqs", config=IMPATIENT).receive_message(QueueUrl=url)
    assert 15 <= waiting.seconds < 15 + 2 * LOOK_SECONDS


def test_a_message_received_too_often_goes_to_the_dead_letters(client: ClientOf, machinery: Machinery) -> None:
    dead_url, dead = make_queue(client, "dead-letters")
    redrive = f'{{"deadLetterTargetArn": "{dead}", "maxReceiveCount": 2}}'
    url, _ = make_queue(client, "poisoned", RedrivePolicy=redrive)
    sqs = client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    counts = [len(sqs.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages", [])) for _ in range(3)]
    assert counts == [1, 1, 0]
    assert sqs.receive_message(QueueUrl=dead_url)["Messages"][0]["Body"] == "poison"


def test_changing_one_attribute_leaves_the_queues_policy_alone(client: ClientOf, machinery: Machinery) -> None:
    url, arn = make_queue(client, "kept-policy")
    let_in(client, url, arn, TOPIC)
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "99"
    assert TOPIC in attributes["Policy"]


def test_no_message_is_lost_or_doubled_when_many_send_and_receive_at_once(
    client: ClientOf, machinery: Machinery
) -> None:
    url, _ = make_queue(client, "busy")
    sqs = client("sqs")
    received: list[str] = []

    def send(first: int) -> None:
        for number in range(first, first + 20):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))

    def receive() -> None:
        while len(received) < 60:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                received.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    threads = [threading.Thread(target=send, args=(first,)) for first in (0, 20, 40)]
    threads += [threading.Thread(target=receive, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(received) >= 60, 10, "every message is received")
    assert sorted(received, key=int) == [str(number) for number in range(60)]
