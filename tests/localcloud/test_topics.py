"""Publishing: what reaches whom, and what the publisher waits for."""

import hashlib
import json

import pytest

from localcloud.delivery import Delivery
from localcloud.front import Front
from localcloud.machinery import Machinery
from localcloud.queues import Queues
from localcloud.sinks import Sinks
from localcloud.topics import NoSuchTopic, PublishRefused, Topics, pause_before
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import let_in, make_function, make_queue, make_role
from tests.localcloud.gate import PASS, Gate
from tests.localcloud.standing_still import StandingClock, timers_by
from tests.waiting import eventually

EAST, WEST = "us-east-1", "us-west-2"


class Bench:
    """A topic whose deliveries happen on a clock that stands still."""

    def __init__(self, front: Front, client: ClientOf, machinery: Machinery, name: str, delay: float = 0.2) -> None:
        self.client = client
        self.clock = StandingClock()
        self.timers = timers_by(self.clock)
        self.sinks = Sinks()
        roles = front.gateway.roles
        delivery = Delivery(Queues(front.gateway, roles), machinery.asynchronous, self.sinks, roles)
        self.topics = Topics(front.gateway, roles, delivery, self.timers, delay)
        self.arn = client("sns").create_topic(Name=name)["TopicArn"]

    def subscribe(self, protocol: str, endpoint: str, **attributes: str) -> None:
        self.client("sns").subscribe(TopicArn=self.arn, Protocol=protocol, Endpoint=endpoint, Attributes=attributes)

    def subscribed_queue(self, name: str, region: str = EAST, **attributes: str) -> str:
        url, arn = make_queue(self.client, name, region)
        let_in(self.client, url, arn, self.arn)
        self.subscribe("sqs", arn, **attributes)
        return url

    def publish(self, body: object, **more: object) -> None:
        self.client("sns").publish(TopicArn=self.arn, Message=json.dumps(body), **more)

    def after(self, seconds: float) -> None:
        self.clock.move(self.timers, seconds, step=0.1)

    def bodies(self, url: str, region: str = EAST) -> list[str]:
        answer = self.client("sqs", region).receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture
def bench(front: Front, client: ClientOf, machinery: Machinery, request: pytest.FixtureRequest) -> Bench:
    return Bench(front, client, machinery, f"topic-{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}")


def test_a_message_arrives_after_the_delay_and_not_before(bench: Bench) -> None:
    url = bench.subscribed_queue("delayed", RawMessageDelivery="true")
    bench.publish({"n": 1})
    bench.after(0.1)
    assert bench.bodies(url) == []
    bench.after(0.2)
    assert bench.bodies(url) == ['{"n": 1}']


def test_each_subscription_gets_what_its_filter_wants(bench: Bench) -> None:
    scope = {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageBody"}
    orders = bench.subscribed_queue("wants-orders", **scope, FilterPolicy='{"kind": ["wake"]}')
    pages = bench.subscribed_queue("wants-pages", **scope, FilterPolicy='{"$or": [{"kind": ["page"]}, {"a": ["b"]}]}')
    for kind in ("wake", "page", "other"):
        bench.publish({"kind": kind})
    bench.after(1)
    assert bench.bodies(orders) == ['{"kind": "wake"}']
    assert bench.bodies(pages) == ['{"kind": "page"}']


def test_without_raw_delivery_the_message_is_in_an_envelope(bench: Bench) -> None:
    url = bench.subscribed_queue("enveloped", RawMessageDelivery="false")
    bench.publish({"n": 1}, Subject="hello")
    bench.after(1)
    envelope = json.loads(bench.bodies(url)[0])
    assert (envelope["Message"], envelope["Subject"], envelope["TopicArn"]) == ('{"n": 1}', "hello", bench.arn)


def test_a_queue_whose_policy_does_not_let_the_topic_in_gets_nothing(bench: Bench) -> None:
    url, arn = make_queue(bench.client, "closed")
    bench.subscribe("sqs", arn)
    bench.publish({})
    bench.after(1)
    assert bench.bodies(url) == []


def test_one_missing_queue_keeps_nothing_from_the_others(bench: Bench) -> None:
    bench.subscribe("sqs", "arn:aws:sqs:us-east-1:123456789012:never-made")
    url = bench.subscribed_queue("beside-a-missing-one", RawMessageDelivery="true")
    bench.publish({})
    bench.after(1)
    assert bench.bodies(url) == ["{}"]


def test_a_dark_region_gets_its_messages_after_its_return(front: Front, bench: Bench) -> None:
    url = bench.subscribed_queue("far", WEST, RawMessageDelivery="true")
    front.gateway.world.darken(WEST)
    bench.publish({})
    bench.after(10)
    front.gateway.world.restore()
    assert bench.bodies(url, WEST) == []
    bench.after(20)
    assert bench.bodies(url, WEST) == ["{}"]


@pytest.mark.parametrize("protocol", ["email", "https"])
def test_people_get_theirs_in_the_sink_and_nothing_leaves_the_machine(bench: Bench, protocol: str) -> None:
    endpoint = {"email": "on@call.example", "https": "https://hooks.example/x"}[protocol]
    bench.subscribe(protocol, endpoint)
    bench.publish({"n": 1})
    bench.after(1)
    [received] = bench.sinks.since(0)
    assert (received.channel, received.endpoint, received.region) == (protocol, endpoint, EAST)
    assert json.loads(received.body)["Message"] == '{"n": 1}'


def test_the_publisher_does_not_wait_for_a_subscriber(bench: Bench, machinery: Machinery, gate: Gate) -> None:
    source = f"{PASS}\ndef handle(event, context):\n    wait_at({gate.path!r})\n    print('passed')\n"
    role = make_role(bench.client, "slow-subscriber-role")
    arn = make_function(bench.client, "slow-subscriber", source, role)
    bench.client("lambda").add_permission(
        FunctionName="slow-subscriber",
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=bench.arn,
    )
    bench.subscribe("lambda", arn)
    bench.publish({})
    bench.after(1)
    eventually(lambda: any(one.function == "slow-subscriber" for one in machinery.runner.sandboxes()), 20, "a sandbox")
    assert not passed(machinery)
    gate.open()
    eventually(lambda: passed(machinery), 20, "it goes on")


def passed(machinery: Machinery) -> bool:
    return any(line.message == "passed" for line in machinery.logs.since(0, "slow-subscriber"))


def test_pauses_between_attempts_grow_to_twenty_seconds() -> None:
    assert [pause_before(attempt) for attempt in (0, 1, 4, 5, 50)] == [1, 2, 16, 20, 20]


def publishers(topic_arn: str, bucket_arn: str) -> str:
    condition = {"ArnEquals": {"aws:SourceArn": bucket_arn}}
    principal = {"Service": "s3.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": topic_arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})


def test_a_service_publishes_by_the_policy_of_the_topic(bench: Bench) -> None:
    url = bench.subscribed_queue("told-by-s3", RawMessageDelivery="true")
    policy = publishers(bench.arn, "arn:aws:s3:::ours")
    bench.client("sns").set_topic_attributes(TopicArn=bench.arn, AttributeName="Policy", AttributeValue=policy)
    bench.topics.publish_as("s3.amazonaws.com", "arn:aws:s3:::ours", bench.arn, "a place")
    with pytest.raises(PublishRefused, match="does not let s3"):
        bench.topics.publish_as("s3.amazonaws.com", "arn:aws:s3:::theirs", bench.arn, "another")
    bench.after(1)
    assert bench.bodies(url) == ["a place"]


def test_a_topic_without_a_policy_of_its_own_lets_no_service_publish(bench: Bench) -> None:
    with pytest.raises(PublishRefused):
        bench.topics.publish_as("s3.amazonaws.com", "arn:aws:s3:::ours", bench.arn, "a place")


def test_a_service_is_told_that_there_is_no_such_topic(bench: Bench) -> None:
    with pytest.raises(NoSuchTopic):
        bench.topics.publish_as("s3.amazonaws.com", "arn:aws:s3:::ours", f"{bench.arn}-gone", "a place")
