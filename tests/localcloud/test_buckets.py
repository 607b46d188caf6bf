"""Notifications of buckets: later than the write, by the queue's policy, and never lost with a region."""

import json
from typing import Any

import pytest

from localcloud.buckets import BucketNotifications, Buckets, NoSuchBucket
from localcloud.delivery import Delivery
from localcloud.front import Front
from localcloud.machinery import Machinery
from localcloud.queues import Queues
from localcloud.sinks import Sinks
from localcloud.topics import Topics
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import let_in, make_queue
from tests.localcloud.standing_still import StandingClock, timers_by


class Bench:
    """A bucket that tells a queue of new objects below a prefix."""

    def __init__(self, front: Front, machinery: Machinery, client: ClientOf) -> None:
        self.client = client
        self.clock = StandingClock()
        self.timers = timers_by(self.clock)
        roles = front.gateway.roles
        queues = Queues(front.gateway, roles)
        delivery = Delivery(queues, machinery.asynchronous, Sinks(), roles)
        topics = Topics(front.gateway, roles, delivery, self.timers, 0.2)
        BucketNotifications(front.gateway, queues, topics, self.timers)

    def tell_a_queue(self, name: str, service: str = "s3.amazonaws.com") -> None:
        self.name = name
        self.url, self.queue = make_queue(self.client, f"{name}-queue")
        self.let_in(service)
        self.client("s3").create_bucket(Bucket=name)
        told = {"QueueArn": self.queue, "Events": ["s3:ObjectCreated:*"]}
        rule = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "dead/"}]}}
        configuration = {"QueueConfigurations": [{**told, "Filter": rule}]}
        self.client("s3").put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=configuration)

    def tell_a_topic(self, name: str, source: str) -> None:
        """Subscribe a queue raw to a topic that lets one bucket publish, then have the bucket tell the topic."""
        self.name = name
        self.url, self.queue = make_queue(self.client, f"{name}-queue")
        topic = self.client("sns").create_topic(Name=f"{name}-topic")["TopicArn"]
        let_in(self.client, self.url, self.queue, topic)
        raw = {"RawMessageDelivery": "true"}
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.queue, Attributes=raw)
        policy = policy_for("s3.amazonaws.com", "sns:Publish", topic, source)
        self.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        self.client("s3").create_bucket(Bucket=name)
        configuration = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]}
        self.client("s3").put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=configuration)

    def let_in(self, service: str) -> None:
        policy = policy_for(service, "sqs:SendMessage", self.queue, f"arn:aws:s3:::{self.name}")
        self.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def put(self, key: str) -> None:
        self.client("s3").put_object(Bucket=self.name, Key=key, Body=b"x")

    def messages(self) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def after(self, seconds: float) -> list[dict[str, Any]]:
        self.clock.move(self.timers, seconds, step=0.1)
        return self.messages()


def policy_for(service: str, action: str, resource: str, source: str) -> str:
    condition = {"ArnEquals": {"aws:SourceArn": source}}
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})


@pytest.fixture
def bench(front: Front, machinery: Machinery, client: ClientOf) -> Bench:
    return Bench(front, machinery, client)


def test_a_new_configuration_is_tried_with_a_test_message(bench: Bench) -> None:
    bench.tell_a_queue("tested-bucket")
    (told,) = bench.after(1)
    assert (told["Event"], told["Bucket"]) == ("s3:TestEvent", "tested-bucket")


def test_a_new_object_below_the_prefix_is_told_after_it_was_put(bench: Bench) -> None:
    bench.tell_a_queue("telling-bucket")
    bench.after(1)
    bench.put("alive/1")
    bench.put("dead/1 2")
    assert bench.messages() == [], "putting must not send"
    (told,) = bench.after(1)
    (record,) = told["Records"]
    assert (record["eventName"], record["s3"]["object"]["key"]) == ("ObjectCreated:Put", "dead/1+2")
    assert record["s3"]["bucket"]["name"] == "telling-bucket"


def test_a_service_tells_of_its_objects_too(front: Front, client: ClientOf, bench: Bench) -> None:
    bench.tell_a_queue("served-bucket")
    bench.after(1)
    Buckets(front.gateway).put("arn:aws:s3:::served-bucket", "dead/1", b"content")
    (told,) = bench.after(1)
    assert told["Records"][0]["s3"]["object"]["size"] == 7
    assert client("s3").get_object(Bucket="served-bucket", Key="dead/1")["Body"].read() == b"content"


def test_a_queue_that_lets_others_in_only_is_told_nothing(bench: Bench) -> None:
    bench.tell_a_queue("barred-bucket", service="sns.amazonaws.com")
    bench.put("dead/1")
    assert bench.after(5) == []


def test_a_topic_is_tried_and_told_as_a_queue_is(bench: Bench) -> None:
    bench.tell_a_topic("publishing-bucket", "arn:aws:s3:::publishing-bucket")
    (tried,) = bench.after(1)
    assert (tried["Event"], tried["Bucket"]) == ("s3:TestEvent", "publishing-bucket")
    bench.put("dead/1")
    (told,) = bench.after(1)
    assert told["Records"][0]["s3"]["object"]["key"] == "dead/1"


def test_a_topic_that_lets_another_bucket_in_is_told_nothing(bench: Bench) -> None:
    bench.tell_a_topic("unheard-bucket", "arn:aws:s3:::another-bucket")
    bench.put("dead/1")
    assert bench.after(5) == []


def test_a_notification_waits_for_a_lost_region(front: Front, bench: Bench) -> None:
    bench.tell_a_queue("dark-bucket")
    bench.after(1)
    bench.put("dead/1")
    front.gateway.world.darken("us-east-1")
    bench.clock.move(bench.timers, 5)
    front.gateway.world.restore()
    assert bench.messages() == []
    assert len(bench.after(5)) == 1


def test_a_bucket_knows_its_region(front: Front, client: ClientOf) -> None:
    where = {"LocationConstraint": "us-west-2"}
    client("s3", "us-west-2").create_bucket(Bucket="western-bucket", CreateBucketConfiguration=where)
    assert Buckets(front.gateway).region("arn:aws:s3:::western-bucket") == "us-west-2"
    assert Buckets(front.gateway).region("arn:aws:s3:::no-such-bucket") == ""


def test_nothing_is_put_where_there_is_no_bucket(front: Front) -> None:
    with pytest.raises(NoSuchBucket, match="no-such-bucket"):
        Buckets(front.gateway).put("arn:aws:s3:::no-such-bucket", "key", b"")
