"""Functions that read queues: batches, failures, dead letters, on a clock that stands still."""

import hashlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sqs.models import Message

from localcloud.batches import failed_messages, queue_event
from localcloud.event_sources import EventSources
from localcloud.front import Front
from localcloud.functions import RegionDark
from localcloud.pool import Throttled
from localcloud.queue_mappings import ACTIONS, QueueMappings
from localcloud.queues import LongPolls, Queues
from localcloud.sandbox import Outcome
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import make_queue, make_role
from tests.localcloud.fake_functions import FakeRunner, failed, succeeded
from tests.localcloud.standing_still import StandingClock, timers_by

REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


class Bench:
    """A queue whose messages come back at once, its dead letters, and a function that answers as told."""

    def __init__(self, front: Front, client: ClientOf, name: str, poll_seconds: float = 0.5) -> None:
        self.client = client
        self.clock = StandingClock()
        self.timers = timers_by(self.clock)
        self.runner = FakeRunner()
        roles = front.gateway.roles
        LongPolls(front.gateway)
        queues = Queues(front.gateway, roles)
        source = QueueMappings(front.gateway, self.runner, queues, roles, self.timers, lambda: poll_seconds)  # type: ignore[arg-type]
        EventSources(front.gateway, self.runner.functions, {"sqs": source})  # type: ignore[arg-type]
        self.dead_url, dead = make_queue(client, f"{name}-dead")
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3})
        self.url, self.arn = make_queue(client, name, VisibilityTimeout="0", RedrivePolicy=redrive)
        self.runner.functions.role = make_role(client, f"{name}-role", [self.may(*ACTIONS)])

    def may(self, *actions: str) -> dict[str, object]:
        return {"Effect": "Allow", "Action": list(actions), "Resource": self.arn}

    def map(self, **more: object) -> str:
        answer = self.client("lambda").create_event_source_mapping(
            EventSourceArn=self.arn, FunctionName="f", **{"BatchSize": 1, **more}
        )
        return str(answer["UUID"])

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.client("sqs").send_message(QueueUrl=self.url, MessageBody=body)

    def after(self, seconds: float) -> list[list[str]]:
        self.clock.move(self.timers, seconds, step=0.5)
        events = [json.loads(event)["Records"] for event in self.runner.events]
        return [[record["body"] for record in records] for records in events]

    def left(self, url: str) -> list[str]:
        answer = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture
def bench(front: Front, client: ClientOf, request: pytest.FixtureRequest) -> Bench:
    return Bench(front, client, f"mapped-{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}")


def test_a_message_is_handed_over_at_the_next_poll_and_deleted(bench: Bench) -> None:
    bench.map()
    bench.send("a")
    assert bench.runner.events == [], "sending must not invoke"
    assert bench.after(1) == [["a"]]
    assert bench.after(5) == [["a"]]
    assert bench.left(bench.url) == []


def test_messages_come_in_batches_of_at_most_the_batch_size(bench: Bench) -> None:
    bench.map(BatchSize=2)
    bench.send("a", "b", "c")
    assert bench.after(2) == [["a", "b"], ["c"]]


def test_a_failed_batch_is_tried_until_it_is_a_dead_letter(bench: Bench) -> None:
    bench.runner.answers = [failed()]
    bench.map()
    bench.send("poison")
    assert bench.after(10) == [["poison"]] * 3
    assert bench.left(bench.dead_url) == ["poison"]


def test_of_a_partly_failed_batch_only_the_failed_messages_come_back(bench: Bench) -> None:
    bench.runner.invoke = reporting(bench, "bad")  # type: ignore[method-assign]
    bench.map(BatchSize=3, **REPORTS)
    bench.send("good", "bad", "fine")
    bench.after(10)
    assert bench.left(bench.url) == []
    assert bench.left(bench.dead_url) == ["bad"]


def reporting(bench: Bench, bad: str) -> Any:
    """Return an invoke that reports the messages with a body as failed."""

    def invoke(_region: str, _name: str, payload: bytes) -> Outcome:
        records = json.loads(payload)["Records"]
        failures = [{"itemIdentifier": record["messageId"]} for record in records if record["body"] == bad]
        return succeeded(json.dumps({"batchItemFailures": failures}).encode())

    return invoke


@pytest.mark.parametrize("missing", ACTIONS)
def test_a_role_without_any_one_permission_reads_nothing(front: Front, client: ClientOf, missing: str) -> None:
    bench = Bench(front, client, f"unread-{missing.split(':')[1]}")
    rest = [action for action in ACTIONS if action != missing]
    bench.runner.functions.role = make_role(client, f"without-{missing.split(':')[1]}", [bench.may(*rest)])
    bench.map()
    bench.send("a")
    assert bench.after(5) == []


@pytest.mark.parametrize("refusal", [Throttled("busy"), RegionDark("lost")])
def test_a_batch_that_could_not_start_comes_back(bench: Bench, refusal: Exception) -> None:
    bench.runner.answers = [refusal, succeeded()]
    bench.map()
    bench.send("a")
    assert bench.after(5) == [["a"], ["a"]]
    assert bench.left(bench.url) == []


def test_a_dark_region_polls_nothing_until_its_return(front: Front, bench: Bench) -> None:
    bench.map()
    bench.send("a")
    front.gateway.world.darken("us-east-1")
    assert bench.after(10) == []
    front.gateway.world.restore()
    assert bench.after(1) == [["a"]]


def test_a_batching_window_waits_for_more(bench: Bench) -> None:
    bench.map(BatchSize=10, MaximumBatchingWindowInSeconds=5)
    client_visibility(bench)
    bench.send("a")
    assert bench.after(3) == []
    bench.send("b")
    assert bench.after(4) == [["a", "b"]]


def client_visibility(bench: Bench) -> None:
    """Hide what the poller gathered from itself, as a real visibility timeout does."""
    bench.client("sqs").set_queue_attributes(QueueUrl=bench.url, Attributes={"VisibilityTimeout": "30"})


def test_a_disabled_or_deleted_mapping_polls_nothing(bench: Bench) -> None:
    uuid = bench.map(Enabled=False)
    bench.send("a")
    assert bench.after(5) == []
    bench.client("lambda").update_event_source_mapping(UUID=uuid, Enabled=True)
    assert bench.after(1) == [["a"]]
    bench.client("lambda").delete_event_source_mapping(UUID=uuid)
    bench.send("b")
    assert bench.after(5) == [["a"]]


def test_other_sources_are_refused_with_a_word_on_what_is_possible(bench: Bench) -> None:
    stream = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
    with pytest.raises(ClientError, match="maps SQS queues and DynamoDB streams only"):
        bench.client("lambda").create_event_source_mapping(EventSourceArn=stream, FunctionName="f")


def test_messages_are_not_filtered_and_nobody_is_left_to_believe_it(bench: Bench) -> None:
    filtered = {"FilterCriteria": {"Filters": [{"Pattern": '{"body": ["a"]}'}]}}
    with pytest.raises(ClientError, match="no messages of queues"):
        bench.map(**filtered)
    uuid = bench.map()
    with pytest.raises(ClientError, match="no messages of queues"):
        bench.client("lambda").update_event_source_mapping(UUID=uuid, **filtered)


def test_a_queue_is_mapped_to_a_function_once(bench: Bench) -> None:
    bench.map()
    with pytest.raises(ClientError, match="already exists") as refused:
        bench.map()
    assert refused.value.response["Error"]["Code"] == "ResourceConflictException"


@pytest.mark.parametrize(
    ("answer", "failures"),
    [
        (b"null", set()),
        (b"{}", set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "unknown"}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"wrong": "a"}]}', {"a", "b"}),
        (b"[]", {"a", "b"}),
        (b"not JSON", {"a", "b"}),
    ],
)
def test_an_answer_that_makes_no_sense_fails_the_whole_batch(answer: bytes, failures: set[str]) -> None:
    assert failed_messages([message("a"), message("b")], answer) == failures


def message(id_: str) -> Message:
    return Message(id_, "body")


def test_a_record_names_its_queue_and_region() -> None:
    event: Any = queue_event("arn:aws:sqs:us-west-2:1:q", [message("a")])
    [record] = event["Records"]
    assert (record["awsRegion"], record["eventSource"], record["messageId"]) == ("us-west-2", "aws:sqs", "a")
