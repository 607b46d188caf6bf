"""What is given up goes to a destination, in the function's name, and its lane goes on."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.discarded_batches import Origin, invocation_record, object_key
from localcloud.front import Front
from tests.localcloud.deploying import ClientOf, allow, make_queue
from tests.localcloud.fake_functions import failed
from tests.localcloud.stream_bench import StreamBench, failing_on
from tests.localcloud.stream_cases import batch

ORIGIN = Origin(mapping_id="uuid", function_arn="arn:f", stream_arn="arn:s", shard="shard-1")
NOW = datetime(2026, 3, 1, 12, 30, 5, 250_000, tzinfo=UTC)
GIVEN_UP = replace(batch(3), invocations=2, request_id="r", raised=True, fate="RetryAttemptsExhausted")


def test_the_record_says_where_in_the_stream_the_batch_is() -> None:
    record = json.loads(invocation_record(ORIGIN, GIVEN_UP, NOW, with_payload=False))
    assert record == {
        "requestContext": {
            "requestId": "r",
            "functionArn": "arn:f",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-03-01T12:30:05.250Z",
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": "0",
            "endSequenceNumber": "2",
            "approximateArrivalOfFirstRecord": "1970-01-01T00:16:40Z",
            "approximateArrivalOfLastRecord": "1970-01-01T00:16:40Z",
            "batchSize": 3,
            "streamArn": "arn:s",
        },
    }


@pytest.mark.parametrize(
    ("given_up", "response"),
    [
        (replace(GIVEN_UP, raised=False), {"statusCode": 200, "executedVersion": "$LATEST"}),
        (replace(GIVEN_UP, invocations=0), None),
    ],
)
def test_the_response_is_told_as_far_as_there_was_one(given_up: Any, response: Mapping[str, object] | None) -> None:
    assert json.loads(invocation_record(ORIGIN, given_up, NOW, with_payload=False)).get("responseContext") == response


def test_an_object_is_named_by_mapping_shard_and_time() -> None:
    assert object_key(ORIGIN, NOW, "x") == "aws/lambda/uuid/shard-1/2026/03/01/2026-03-01T12.30.05-x"


def queued(mapped: StreamBench, url: str) -> list[dict[str, Any]]:
    answer = mapped.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def destination(arn: str) -> dict[str, object]:
    return {"DestinationConfig": {"OnFailure": {"Destination": arn}}}


def dead_queue(mapped: StreamBench) -> tuple[str, str]:
    url, arn = make_queue(mapped.client, f"{mapped.name}-dead")
    mapped.let(allow("sqs:SendMessage", arn))
    return url, arn


def test_a_queue_gets_the_place_of_what_was_given_up_and_the_rest_goes_on(mapped: StreamBench) -> None:
    url, arn = dead_queue(mapped)
    mapped.runner.invoke = failing_on(mapped, "bad")  # type: ignore[method-assign]
    uuid = mapped.map(
        BatchSize=1, MaximumRetryAttempts=1, MetricsConfig={"Metrics": ["EventCount"]}, **destination(arn)
    )
    mapped.put("good", "bad", "fine")
    assert mapped.after(5) == [["good"], ["bad"], ["bad"], ["fine"]]
    (told,) = queued(mapped, url)
    sequence = mapped.records()[1][0]["dynamodb"]["SequenceNumber"]
    info = told["DDBStreamBatchInfo"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"], info["batchSize"]) == (sequence, sequence, 1)
    assert info["streamArn"] == mapped.stream
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 2
    assert "payload" not in told
    assert mapped.samples("DroppedEventCount", EventSourceMappingUUID=uuid) == []
    assert mapped.samples("OnFailureDestinationDeliveredEventCount", EventSourceMappingUUID=uuid) == [1]


def test_what_grows_too_old_is_given_up_and_younger_records_are_not(mapped: StreamBench) -> None:
    url, arn = dead_queue(mapped)
    mapped.runner.invoke = failing_on(mapped, "bad")  # type: ignore[method-assign]
    mapped.map(MaximumRecordAgeInSeconds=60, **destination(arn))
    mapped.put("bad")
    mapped.wait(100)
    (told,) = queued(mapped, url)
    assert told["requestContext"]["condition"] == "RecordAgeExceeded"
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1
    assert set(map(tuple, mapped.items())) == {("bad",)}


def test_what_a_stream_no_longer_keeps_goes_nowhere(mapped: StreamBench) -> None:
    url, arn = dead_queue(mapped)
    mapped.runner.answers = [failed()]
    mapped.map(**destination(arn))
    mapped.streams.retention_seconds = 60
    mapped.put("a")
    mapped.wait(100)
    assert queued(mapped, url) == []


@pytest.mark.parametrize("where", ["nowhere", "barred"])
def test_what_is_given_up_without_a_destination_that_takes_it_counts_as_dropped(
    mapped: StreamBench, where: str
) -> None:
    mapped.runner.answers = [failed()]
    barred = destination("arn:aws:sqs:us-east-1:123456789012:barred") if where == "barred" else {}
    uuid = mapped.map(MaximumRetryAttempts=0, MetricsConfig={"Metrics": ["EventCount"]}, **barred)
    mapped.put("a", "b")
    mapped.wait(1)
    assert mapped.samples("DroppedEventCount", EventSourceMappingUUID=uuid) == [2]
    assert mapped.samples("OnFailureDestinationDeliveredEventCount", EventSourceMappingUUID=uuid) == []


def make_bucket(mapped: StreamBench) -> str:
    mapped.client("s3").create_bucket(Bucket=f"{mapped.name}-dead")
    return f"arn:aws:s3:::{mapped.name}-dead"


def objects(mapped: StreamBench, bucket: str) -> list[dict[str, Any]]:
    s3, name = mapped.client("s3"), bucket.removeprefix("arn:aws:s3:::")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=name).get("Contents", [])]
    return [json.loads(s3.get_object(Bucket=name, Key=each)["Body"].read()) for each in keys]


def may_put(bucket: str) -> list[dict[str, object]]:
    return [allow("s3:PutObject", f"{bucket}/aws/lambda/*"), allow("s3:ListBucket", bucket)]


def test_a_bucket_gets_the_whole_event_too(mapped: StreamBench) -> None:
    bucket = make_bucket(mapped)
    mapped.let(*may_put(bucket))
    mapped.runner.answers = [failed()]
    uuid = mapped.map(MaximumRetryAttempts=0, **destination(bucket))
    mapped.put("a", "b")
    mapped.wait(1)
    (told,) = objects(mapped, bucket)
    assert json.loads(told["payload"])["Records"] == mapped.records()[0]
    (listed,) = mapped.client("s3").list_objects_v2(Bucket=bucket.removeprefix("arn:aws:s3:::"))["Contents"]
    assert listed["Key"].startswith(f"aws/lambda/{uuid}/{told['DDBStreamBatchInfo']['shardId']}/")


@pytest.mark.parametrize("left_out", [0, 1])
def test_a_role_that_may_not_use_its_bucket_loses_the_record_and_says_so(mapped: StreamBench, left_out: int) -> None:
    bucket = make_bucket(mapped)
    mapped.let(may_put(bucket)[1 - left_out])
    mapped.runner.answers = [failed()]
    mapped.map(MaximumRetryAttempts=0, **destination(bucket))
    mapped.put("a")
    mapped.wait(1)
    assert objects(mapped, bucket) == []
    assert mapped.samples("DestinationDeliveryFailures", FunctionName=mapped.name) == [1]


def test_a_topic_gets_the_record(mapped: StreamBench) -> None:
    topic, published = "arn:aws:sns:us-east-1:123456789012:dead", []
    mapped.destinations.publish = lambda arn, record: published.append((arn, json.loads(record)))
    mapped.let(allow("sns:Publish", topic))
    mapped.runner.answers = [failed()]
    mapped.map(MaximumRetryAttempts=0, **destination(topic))
    mapped.put("a")
    mapped.wait(1)
    ((arn, told),) = published
    assert (arn, told["DDBStreamBatchInfo"]["batchSize"]) == (topic, 1)


def test_a_lane_waits_for_a_destination_whose_region_is_lost(
    front: Front, mapped: StreamBench, client: ClientOf
) -> None:
    url, arn = make_queue(client, f"{mapped.name}-west", "us-west-2")
    mapped.let(allow("sqs:SendMessage", arn))
    mapped.runner.invoke = failing_on(mapped, "bad")  # type: ignore[method-assign]
    mapped.map(BatchSize=1, MaximumRetryAttempts=0, **destination(arn))
    mapped.put("bad", "good")
    front.gateway.world.darken("us-west-2")
    assert mapped.after(10) == [["bad"]]
    front.gateway.world.restore()
    assert mapped.after(40) == [["bad"], ["good"]]
    assert len(client("sqs", "us-west-2").receive_message(QueueUrl=url).get("Messages", [])) == 1


def test_changing_the_limits_counts_for_what_is_being_retried(mapped: StreamBench) -> None:
    mapped.runner.answers = [failed()]
    uuid = mapped.map()
    mapped.put("a")
    mapped.wait(10)
    mapped.change(uuid, MaximumRetryAttempts=0)
    seen = len(mapped.after(40))
    assert len(mapped.after(100)) == seen
