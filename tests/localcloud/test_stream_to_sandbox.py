"""From a write to a function's process, and from what it cannot take to a bucket and a queue: all parts real."""

import json
from typing import Any

import pytest

from localcloud.machinery import Machinery
from localcloud.stream_mappings import ACTIONS
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import LOGS, allow, make_function, make_queue, make_role
from tests.localcloud.tables import BOTH_IMAGES, make, put
from tests.waiting import eventually

SOURCE = """
def handle(event, context):
    items = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    if any(item["v"]["S"] == "poison" for item in items):
        raise ValueError("poison")
    for item in items:
        print("took", item["id"]["S"], item["v"]["S"])
"""


@pytest.fixture
def table(client: ClientOf) -> str:
    return make(client("dynamodb"), StreamSpecification=BOTH_IMAGES)


def stream_of(client: ClientOf, table: str) -> str:
    return str(client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"])


def dead_letters(client: ClientOf, table: str) -> tuple[str, str]:
    """Make a bucket that tells a queue of new objects; return the bucket's ARN and the queue's URL."""
    url, queue = make_queue(client, f"{table}-dead")
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": queue}]})
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    client("s3").create_bucket(Bucket=f"{table}-dead")
    told = {"QueueConfigurations": [{"QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}]}
    client("s3").put_bucket_notification_configuration(Bucket=f"{table}-dead", NotificationConfiguration=told)
    return f"arn:aws:s3:::{table}-dead", url


def map_stream(client: ClientOf, table: str, bucket: str) -> None:
    stream = stream_of(client, table)
    may = [allow(list(ACTIONS), stream), allow("s3:PutObject", f"{bucket}/*"), allow("s3:ListBucket", bucket)]
    make_function(client, table, SOURCE, make_role(client, f"{table}-role", [LOGS, *may]))
    client("lambda").create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName=table,
        StartingPosition="TRIM_HORIZON",
        ParallelizationFactor=2,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": bucket}},
    )


def created(client: ClientOf, url: str) -> list[dict[str, Any]]:
    """Take what the queue was told of new objects."""
    told = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [record for one in told for record in json.loads(one["Body"]).get("Records", [])]


def test_what_a_function_takes_is_taken_in_order_and_poison_ends_in_the_bucket(
    client: ClientOf, machinery: Machinery, table: str
) -> None:
    bucket, url = dead_letters(client, table)
    dynamodb = client("dynamodb")
    for item, value in (("a", "1"), ("b", "1"), ("bad", "poison"), ("a", "2"), ("b", "2"), ("bad", "3")):
        put(dynamodb, table, item, value)
    map_stream(client, table, bucket)
    (told,) = eventually(lambda: created(client, url), 60, "the queue is told of the object")
    name = bucket.removeprefix("arn:aws:s3:::")
    record = json.loads(client("s3").get_object(Bucket=name, Key=told["s3"]["object"]["key"])["Body"].read())
    (poison,) = json.loads(record["payload"])["Records"]
    assert poison["dynamodb"]["NewImage"]["v"] == {"S": "poison"}
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"

    def taken() -> list[str]:
        lines = [line.message for line in machinery.logs.since(0, table)]
        return [line.removeprefix("took ").strip() for line in lines if line.startswith("took ")]

    eventually(lambda: len(taken()) >= 5, 60, "everything else was taken")
    for item, values in (("a", ["1", "2"]), ("b", ["1", "2"]), ("bad", ["3"])):
        assert [line for line in taken() if line.startswith(f"{item} ")] == [f"{item} {value}" for value in values]
