"""Notifications of buckets: later than the write, by the queue's policy, and never lost with a region."""

import json
from typing import Any

import pytest

from localcloud.buckets import BucketNotifications, Buckets, NoSuchBucket
from localcloud.front import Front
from localcloud.queues import Queues
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import make_queue
from tests.localcloud.standing_still import StandingClock, timers_by


class Bench:
    """A bucket that tells a queue of new objects below a prefix."""

    def __init__(self, front: Front, client: ClientOf, name: str, service: str = "s3.amazonaws.com") -> None:
        self.client = client
        self.clock = StandingClock()
        self.timers = timers_by(self.clock)
        self.name = name
        BucketNotifications(front.gateway, Queues(front.gateway, front.gateway.roles), self.timers)
        self.url, self.queue = make_queue(client, f"{name}-queue")
        self.let_in(service)
        client("s3").create_bucket(Bucket=name)
        told = {"QueueArn": self.queue, "Events": ["s3:ObjectCreated:*"]}
        rule = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "dead/"}]}}
        configuration = {"QueueConfigurations": [{**told, "Filter": rule}]}
        client("s3").put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=configuration)

    def let_in(self, service: str) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": self.queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{self.name}"}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def put(self, key: str) -> None:
        self.client("s3").put_object(Bucket=self.name, Key=key, Body=b"x")

    def messages(self) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def after(self, seconds: float) -> list[dict[str, Any]]:
        self.clock.move(self.timers, seconds)
        return self.messages()


def test_a_new_configuration_is_tried_with_a_test_message(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, "tested-bucket")
    (told,) = bench.after(1)
    assert (told["Event"], told["Bucket"]) == ("s3:TestEvent", "tested-bucket")


def test_a_new_object_below_the_prefix_is_told_after_it_was_put(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, "telling-bucket")
    bench.after(1)
    bench.put("alive/1")
    bench.put("dead/1 2")
    assert bench.messages() == [], "putting must not send"
    (told,) = bench.after(1)
    (record,) = told["Records"]
    assert (record["eventName"], record["s3"]["object"]["key"]) == ("ObjectCreated:Put", "dead/1+2")
    assert record["s3"]["bucket"]["name"] == "telling-bucket"


def test_a_service_tells_of_its_objects_too(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, "served-bucket")
    bench.after(1)
    Buckets(front.gateway).put("arn:aws:s3:::served-bucket", "dead/1", b"content")
    (told,) = bench.after(1)
    assert told["Records"][0]["s3"]["object"]["size"] == 7
    assert client("s3").get_object(Bucket="served-bucket", Key="dead/1")["Body"].read() == b"content"


def test_a_queue_that_lets_others_in_only_is_told_nothing(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, "barred-bucket", service="sns.amazonaws.com")
    bench.put("dead/1")
    assert bench.after(5) == []


def test_a_notification_waits_for_a_lost_region(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, "dark-bucket")
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
