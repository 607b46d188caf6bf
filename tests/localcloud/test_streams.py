"""Streams as DynamoDB keeps them: for a time, and readable from any place that is left."""

import copy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.front import Front
from localcloud.streams import NoSuchStream
from tests.localcloud.conftest import ClientOf
from tests.localcloud.stream_bench import EAST, StreamBench
from tests.localcloud.tables import BOTH_IMAGES, key, make, make_strong, put, replicate

SHARD = "shardId-00000001541626099285-f35f62ef"  # the one that moto gives every stream
UPSERT = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "1"}}}


def records(client: ClientOf, stream: str, iterator: str | None = None) -> list[dict[str, Any]]:
    api = client("dynamodbstreams", stream.split(":")[3])
    found: list[dict[str, Any]] = api.get_records(ShardIterator=iterator or begin(client, stream))["Records"]
    return found


def begin(client: ClientOf, stream: str) -> str:
    api = client("dynamodbstreams", stream.split(":")[3])
    (shard,) = api.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    asked = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    return str(api.get_shard_iterator(**asked)["ShardIterator"])


def test_a_stream_forgets_what_is_older_than_its_retention(mapped: StreamBench, client: ClientOf) -> None:
    mapped.put("a", "b")
    assert len(records(client, mapped.stream)) == 2
    early = begin(client, mapped.stream)
    mapped.streams.retention_seconds = 1e-9
    mapped.streams.trim()
    mapped.streams.retention_seconds = 60
    mapped.put("c")
    (left,) = records(client, mapped.stream)
    assert left["dynamodb"]["Keys"] == key("c")
    with pytest.raises(ClientError) as refused:
        records(client, mapped.stream, early)
    assert refused.value.response["Error"]["Code"] == "TrimmedDataAccessException"


def test_numbers_go_on_growing_when_a_stream_was_trimmed(mapped: StreamBench, client: ClientOf) -> None:
    mapped.put("a", "b")
    before = [one["dynamodb"]["SequenceNumber"] for one in records(client, mapped.stream)]
    mapped.streams.retention_seconds = 1e-9
    mapped.streams.trim()
    mapped.streams.retention_seconds = 60
    client("dynamodb").update_item(TableName=mapped.table, Key=key("c"), **UPSERT)
    (after,) = records(client, mapped.stream)
    assert int(after["dynamodb"]["SequenceNumber"]) == int(before[-1]) + 1


@pytest.mark.parametrize("operation", ["describe_stream", "get_shard_iterator"])
def test_a_stream_is_found_by_its_own_arn_in_its_own_region_only(
    mapped: StreamBench, client: ClientOf, operation: str
) -> None:
    replicate(client("dynamodb"), mapped.table, "us-west-2")
    more = {} if operation == "describe_stream" else {"ShardId": SHARD, "ShardIteratorType": "LATEST"}
    for region, arn in (("us-west-2", mapped.stream), (EAST, f"{mapped.stream}-before")):
        with pytest.raises(ClientError) as refused:
            getattr(client("dynamodbstreams", region), operation)(StreamArn=arn, **more)
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert getattr(client("dynamodbstreams"), operation)(StreamArn=mapped.stream, **more)


def test_what_left_the_stream_unread_is_counted(mapped: StreamBench) -> None:
    start = mapped.streams.place(mapped.stream, "TRIM_HORIZON")
    mapped.put("a", "b")
    mapped.streams.retention_seconds = 1e-9
    found = mapped.streams.read(mapped.stream, start, 10)
    assert (found.records, found.missed, found.position) == ([], 2, start + 2)


def test_the_admin_api_shortens_the_retention(front: Front, mapped: StreamBench) -> None:
    change = front.gateway.admin.routes["POST", "streams"]
    assert change({"retention_seconds": 5}) == {"retention_seconds": 5.0}
    assert mapped.streams.retention_seconds == 5
    assert front.gateway.admin.routes["GET", "streams"]({}) == {"retention_seconds": 5.0}


@pytest.mark.parametrize("seconds", [0, -1, None, "5", True])
def test_a_retention_that_makes_no_sense_is_refused(front: Front, seconds: object) -> None:
    with pytest.raises(ValueError, match="retention_seconds"):
        front.gateway.admin.routes["POST", "streams"]({"retention_seconds": seconds})


@pytest.mark.parametrize("consistency", ["EVENTUAL", "STRONG"])
def test_an_update_that_creates_an_item_is_one_record(client: ClientOf, consistency: str) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb, StreamSpecification=BOTH_IMAGES)
    if consistency == "STRONG":
        updates = [{"Create": {"RegionName": region}} for region in ("us-east-2", "us-west-2")]
        dynamodb.update_table(TableName=table, ReplicaUpdates=updates, MultiRegionConsistency="STRONG")
    dynamodb.update_item(TableName=table, Key=key("a"), **UPSERT)
    stream = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (record,) = records(client, stream)
    assert (record["eventName"], record["dynamodb"]["NewImage"]) == ("INSERT", {**key("a"), "v": {"S": "1"}})


def test_a_write_that_changes_nothing_is_no_record(mapped: StreamBench, client: ClientOf) -> None:
    dynamodb = client("dynamodb")
    for _ in range(2):
        mapped.put("a")
        dynamodb.update_item(TableName=mapped.table, Key=key("a"), **UPSERT)
    mapped.put("b")
    found = records(client, mapped.stream)
    assert [one["dynamodb"]["Keys"] for one in found] == [key("a"), key("b")]
    first, second = (int(one["dynamodb"]["SequenceNumber"]) for one in found)
    assert second == first + 1


def test_a_record_tells_its_own_region(client: ClientOf) -> None:
    dynamodb = client("dynamodb", "us-west-2")
    table = make(dynamodb, StreamSpecification=BOTH_IMAGES)
    put(dynamodb, table, "a", "1")
    (record,) = records(client, dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"])
    assert record["awsRegion"] == "us-west-2"


def test_every_region_of_a_strong_table_streams_all_its_writes(front: Front, client: ClientOf) -> None:
    east, west = client("dynamodb"), client("dynamodb", "us-west-2")
    table = make(east, StreamSpecification=BOTH_IMAGES)
    updates = [{"Create": {"RegionName": region}} for region in ("us-east-2", "us-west-2")]
    east.update_table(TableName=table, ReplicaUpdates=updates, MultiRegionConsistency="STRONG")
    put(west, table, "a", "1")
    for api in (east, west):
        stream = api.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        (kept,) = front.dynamodb.streams.read(stream, 0, 10).records
        assert kept["dynamodb"]["Keys"] == key("a")


def test_a_table_made_anew_has_another_stream(mapped: StreamBench, client: ClientOf) -> None:
    dynamodb = client("dynamodb")
    described = dynamodb.describe_table(TableName=mapped.table)["Table"]
    same = {name: described[name] for name in ("KeySchema", "AttributeDefinitions", "StreamSpecification")}
    dynamodb.delete_table(TableName=mapped.table)
    dynamodb.create_table(TableName=mapped.table, BillingMode="PAY_PER_REQUEST", **same)
    with pytest.raises(NoSuchStream, match="Stream not found"):
        mapped.streams.place(mapped.stream, "LATEST")


def test_a_table_without_a_stream_has_none(front: Front, client: ClientOf) -> None:
    table = make_strong(client("dynamodb"))
    with pytest.raises(NoSuchStream):
        front.dynamodb.streams.place(f"arn:aws:dynamodb:{EAST}:123456789012:table/{table}/stream/2026", "LATEST")


def test_what_is_copied_before_a_transaction_leaves_out_the_records(mapped: StreamBench) -> None:
    mapped.put("a")
    records = mapped.streams.shard(mapped.stream).items
    assert copy.deepcopy(records)[0] is records[0]


def test_a_transaction_that_fails_leaves_no_record(mapped: StreamBench, client: ClientOf) -> None:
    mapped.put("a")
    written = {"Put": {"TableName": mapped.table, "Item": key("b")}}
    barred = {
        "Put": {"TableName": mapped.table, "Item": key("a"), "ConditionExpression": "attribute_not_exists(id)"},
    }
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client("dynamodb").transact_write_items(TransactItems=[written, barred])
    client("dynamodb").transact_write_items(TransactItems=[written])
    assert [one["dynamodb"]["Keys"] for one in records(client, mapped.stream)] == [key("a"), key("b")]
