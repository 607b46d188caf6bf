"""SQS where moto alone would be wrong."""

import threading
import time

from botocore.config import Config

from localcloud.machinery import Machinery
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import let_in, make_queue
from tests.localcloud.waiting import eventually

PATIENT = Config(read_timeout=20, retries={"total_max_attempts": 1})
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"


def test_a_long_poll_ends_with_the_message_and_holds_nobody_up(client: ClientOf, machinery: Machinery) -> None:
    url, _ = make_queue(client, "polled")
    received: list[str] = []

    def poll() -> None:
        answer = client("sqs", config=PATIENT).receive_message(QueueUrl=url, WaitTimeSeconds=20)
        received.extend(message["Body"] for message in answer["Messages"])

    consumer = threading.Thread(target=poll)
    consumer.start()
    began = time.monotonic()
    client("sqs").send_message(QueueUrl=url, MessageBody="at last")
    consumer.join(10)
    assert received == ["at last"]
    assert time.monotonic() - began < 5


def test_a_long_poll_of_an_empty_queue_ends_empty_when_its_wait_is_over(client: ClientOf, machinery: Machinery) -> None:
    url, _ = make_queue(client, "empty", ReceiveMessageWaitTimeSeconds="1")
    began = time.monotonic()
    assert "Messages" not in client("sqs", config=PATIENT).receive_message(QueueUrl=url)
    assert time.monotonic() - began > 0.9


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
    assert eventually(lambda: len(received) >= 60, 10)
    assert sorted(received, key=int) == [str(number) for number in range(60)]
