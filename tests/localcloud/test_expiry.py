"""Items whose time to live is over: deleted by the service, told in the stream, replicated."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.expiry import is_past
from localcloud.front import Front
from tests.localcloud.conftest import ClientOf
from tests.localcloud.stream_bench import StreamBench
from tests.localcloud.tables import BOTH_IMAGES, key, make, make_eventual
from tests.waiting import eventually

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TTL = {"Enabled": True, "AttributeName": "until"}


def epoch(moment: datetime) -> dict[str, str]:
    return {"N": str(int(moment.timestamp()))}


@pytest.mark.parametrize(
    ("value", "past"),
    [
        (epoch(NOW - timedelta(seconds=1)), True),
        (epoch(NOW), False),
        (epoch(NOW + timedelta(days=1)), False),
        (epoch(NOW - timedelta(days=4 * 365)), True),
        (epoch(NOW - timedelta(days=6 * 365)), False),
        ({"N": "1e400000000"}, False),
        ({"N": "0"}, False),
        ({"S": "1"}, False),
        (None, False),
    ],
)
def test_only_a_number_of_the_last_years_is_a_time_that_is_over(value: object, past: bool) -> None:
    assert is_past(value, NOW) is past


def item(name: str, seconds: float) -> dict[str, Any]:
    """Return an item that is to live for so long from now on."""
    return {**key(name), "until": epoch(datetime.now(UTC) + timedelta(seconds=seconds))}


def left(dynamodb: Any, table: str) -> list[str]:
    return sorted(one["id"]["S"] for one in dynamodb.scan(TableName=table)["Items"])


@pytest.fixture
def tick(front: Front) -> Callable[[], None]:
    return front.dynamodb.expiry.tick


def test_what_is_past_its_time_is_deleted_and_nothing_else(client: ClientOf, tick: Callable[[], None]) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb)
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=TTL)
    for one in (item("past", -60), item("future", 3600), key("without")):
        dynamodb.put_item(TableName=table, Item=one)
    tick()
    assert left(dynamodb, table) == ["future", "without"]


@pytest.mark.parametrize("specification", [None, {**TTL, "Enabled": False}])
def test_without_the_setting_nothing_expires(
    client: ClientOf, tick: Callable[[], None], specification: dict[str, object] | None
) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb)
    if specification:
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    dynamodb.put_item(TableName=table, Item=item("past", -60))
    tick()
    assert left(dynamodb, table) == ["past"]


def test_a_table_with_a_sort_key_loses_that_item_only(client: ClientOf, tick: Callable[[], None]) -> None:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="sorted-expiry",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at")],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_time_to_live(TableName="sorted-expiry", TimeToLiveSpecification=TTL)
    for at, seconds in (("1", -60), ("2", 3600)):
        dynamodb.put_item(TableName="sorted-expiry", Item={**item("a", seconds), "at": {"S": at}})
    tick()
    assert [one["at"] for one in dynamodb.scan(TableName="sorted-expiry")["Items"]] == [{"S": "2"}]


def test_the_stream_tells_that_the_service_did_it(mapped: StreamBench, tick: Callable[[], None]) -> None:
    dynamodb = mapped.client("dynamodb")
    dynamodb.update_time_to_live(TableName=mapped.table, TimeToLiveSpecification=TTL)
    mapped.map()
    dynamodb.put_item(TableName=mapped.table, Item=item("past", -60))
    dynamodb.put_item(TableName=mapped.table, Item=key("other"))
    tick()
    dynamodb.delete_item(TableName=mapped.table, Key=key("other"))
    mapped.wait(1)
    ((first, _, expired, deleted),) = mapped.records()
    assert (expired["eventName"], expired["dynamodb"]["Keys"]) == ("REMOVE", key("past"))
    assert expired["dynamodb"]["OldImage"]["until"] == first["dynamodb"]["NewImage"]["until"]
    assert expired["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in first
    assert "userIdentity" not in deleted


def test_the_streams_own_api_tells_it_too(mapped: StreamBench, tick: Callable[[], None]) -> None:
    dynamodb, streams = mapped.client("dynamodb"), mapped.client("dynamodbstreams")
    dynamodb.update_time_to_live(TableName=mapped.table, TimeToLiveSpecification=TTL)
    dynamodb.put_item(TableName=mapped.table, Item={**item("past", -60), "m": {"M": {"l": {"L": [{"B": b"\x01"}]}}}})
    tick()
    (shard,) = streams.describe_stream(StreamArn=mapped.stream)["StreamDescription"]["Shards"]
    asked = {"StreamArn": mapped.stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    _, record = streams.get_records(ShardIterator=streams.get_shard_iterator(**asked)["ShardIterator"])["Records"]
    assert record["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert record["dynamodb"]["OldImage"]["m"] == {"M": {"l": {"L": [{"B": b"\x01"}]}}}


def global_table(client: ClientOf) -> str:
    """Make a table in two regions whose items have a time to live in both."""
    east = client("dynamodb")
    table = make_eventual(east, "us-west-2")
    for region in ("us-east-1", "us-west-2"):
        client("dynamodb", region).update_time_to_live(TableName=table, TimeToLiveSpecification=TTL)
    return table


def test_a_global_table_expires_in_one_region_and_the_other_gets_a_plain_deletion(
    front: Front, client: ClientOf, tick: Callable[[], None]
) -> None:
    east, west = client("dynamodb"), client("dynamodb", "us-west-2")
    table = global_table(client)
    east.put_item(TableName=table, Item=item("past", -60))
    eventually(lambda: left(west, table) == ["past"], 20, "the item is in the west")
    tick()
    eventually(lambda: left(west, table) == [], 20, "the deletion is in the west")
    told = {}
    for region, api in (("east", east), ("west", west)):
        stream = api.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        found = front.dynamodb.streams.read(stream, 0, 10).records
        told[region] = [(one["eventName"], "userIdentity" in one) for one in found]
    assert told == {"east": [("INSERT", False), ("REMOVE", True)], "west": [("INSERT", False), ("REMOVE", False)]}


def test_another_region_does_it_while_a_global_tables_home_is_dark(
    front: Front, client: ClientOf, tick: Callable[[], None]
) -> None:
    west = client("dynamodb", "us-west-2")
    table = global_table(client)
    west.put_item(TableName=table, Item=item("past", -60))
    eventually(lambda: left(client("dynamodb"), table) == ["past"], 20, "the item is in the east")
    front.gateway.world.darken("us-east-1")
    tick()
    assert left(west, table) == []
    front.gateway.world.restore()
    eventually(lambda: left(client("dynamodb"), table) == [], 20, "the deletion is in the east")


def test_nothing_expires_in_a_dark_region(front: Front, client: ClientOf, tick: Callable[[], None]) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb, StreamSpecification=BOTH_IMAGES)
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=TTL)
    dynamodb.put_item(TableName=table, Item=item("past", -60))
    front.gateway.world.darken("us-east-1")
    tick()
    front.gateway.world.restore()
    assert left(dynamodb, table) == ["past"]
