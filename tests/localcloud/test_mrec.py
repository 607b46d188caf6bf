import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from localcloud.front import Front
from localcloud.global_tables import GlobalTables, Update
from localcloud.latency import Latency, Profile
from localcloud.moto_tables import Attributes, Change, MotoTables
from localcloud.mrec import Lag, Replication
from localcloud.regions import World
from tests.localcloud.conftest import ClientOf, connect
from tests.localcloud.tables import BOTH_IMAGES, key, make_eventual, put, value
from tests.waiting import eventually

EAST, WEST = "us-east-1", "us-west-2"


@pytest.fixture
def east(client: ClientOf) -> Any:
    return client("dynamodb", EAST)


@pytest.fixture
def west(client: ClientOf) -> Any:
    return client("dynamodb", WEST)


@pytest.fixture
def table(east: Any) -> str:
    return make_eventual(east, WEST)


def waiting(front: Front, link: str) -> int:
    return front.dynamodb.replication.backlog().get(link, 0)


def settled(front: Front) -> Callable[[], bool]:
    return lambda: not any(front.dynamodb.replication.backlog().values())


def test_a_write_arrives_at_the_other_replica(east: Any, west: Any, table: str) -> None:
    put(east, table, "a", "1")
    eventually(lambda: value(west, table, "a") == "1", 20, "the write is in the west")


def stream(client: ClientOf, region: str, table: str) -> list[Any]:
    """Read what a replica's own stream tells."""
    streams = client("dynamodbstreams", region)
    arn = client("dynamodb", region).describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return [each["dynamodb"] for each in streams.get_records(ShardIterator=start["ShardIterator"])["Records"]]


def test_an_update_that_creates_its_item_is_one_record_in_the_stream(client: ClientOf, east: Any, table: str) -> None:
    put(east, table, "a", "1")
    east.update_item(
        TableName=table,
        Key=key("b"),
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"S": "2"}},
    )
    put(east, table, "c", "3")
    records = stream(client, EAST, table)
    assert [record["NewImage"]["v"]["S"] for record in records] == ["1", "2", "3"]
    assert len({record["SequenceNumber"] for record in records}) == 3


@pytest.mark.parametrize("operation", ["update", "batch", "transaction"])
def test_every_kind_of_write_is_replicated(east: Any, west: Any, table: str, operation: str) -> None:
    item = {**key("a"), "v": {"S": "1"}}
    if operation == "update":
        values = {":v": {"S": "1"}}
        east.update_item(TableName=table, Key=key("a"), UpdateExpression="SET v = :v", ExpressionAttributeValues=values)
    elif operation == "batch":
        east.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}}]})
    else:
        east.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item}}])
    eventually(lambda: value(west, table, "a") == "1", 20, "the write is in the west")


def test_a_deletion_is_replicated(front: Front, east: Any, west: Any, table: str) -> None:
    put(east, table, "a", "1")
    eventually(lambda: value(west, table, "a") == "1", 20, "the write is in the west")
    east.delete_item(TableName=table, Key=key("a"))
    eventually(lambda: value(west, table, "a") is None, 20, "the deletion is in the west")


def test_a_replicated_write_does_not_come_back(front: Front, east: Any, west: Any, table: str) -> None:
    put(east, table, "a", "1")
    eventually(lambda: value(west, table, "a") == "1", 20, "the write is in the west")
    put(west, table, "b", "2")
    eventually(lambda: value(east, table, "b") == "2", 20, "the write is in the east")
    eventually(settled(front), 20, "nothing waits")
    assert MotoTables().written(EAST, table) == MotoTables().written(WEST, table) == 2


def test_nothing_crosses_while_a_region_is_dark_and_all_arrives_after(
    front: Front, east: Any, west: Any, table: str
) -> None:
    front.gateway.world.darken(WEST, "refuse")
    for number in range(5):
        put(east, table, "a", str(number))
    assert waiting(front, "us-east-1->us-west-2") == 5
    assert MotoTables().written(WEST, table) == 0
    front.gateway.world.restore(WEST)
    eventually(lambda: value(west, table, "a") == "4", 20, "the last write is in the west")
    assert MotoTables().written(WEST, table) == 5


def test_both_sides_of_a_cut_link_go_on_and_meet_again(front: Front, east: Any, west: Any, table: str) -> None:
    front.gateway.world.isolate(EAST)
    put(east, table, "a", "east")
    put(west, table, "a", "west")
    put(east, table, "b", "east")
    assert (value(east, table, "a"), value(west, table, "a")) == ("east", "west")
    assert (waiting(front, "us-east-1->us-west-2"), waiting(front, "us-west-2->us-east-1")) == (2, 1)
    front.gateway.world.restore(EAST)
    eventually(settled(front), 20, "nothing waits")
    assert (value(east, table, "a"), value(west, table, "a")) == ("west", "west")
    assert (value(east, table, "b"), value(west, table, "b")) == ("east", "east")


def test_only_the_stream_of_the_region_that_took_the_earlier_write_tells_of_both(
    front: Front, client: ClientOf, east: Any, west: Any, table: str
) -> None:
    front.gateway.world.isolate(EAST)
    put(east, table, "a", "earlier")
    put(west, table, "a", "later")
    front.gateway.world.restore(EAST)
    eventually(settled(front), 20, "nothing waits")
    images = {
        region: [
            tuple(one.get(image, {}).get("v", {}).get("S") for image in ("OldImage", "NewImage"))
            for one in stream(client, region, table)
        ]
        for region in (EAST, WEST)
    }
    assert images == {EAST: [(None, "earlier"), ("earlier", "later")], WEST: [(None, "later")]}


def test_a_later_deletion_wins_over_an_earlier_write(front: Front, east: Any, west: Any, table: str) -> None:
    front.gateway.world.isolate(EAST)
    put(west, table, "a", "west")
    put(east, table, "a", "east")
    east.delete_item(TableName=table, Key=key("a"))
    front.gateway.world.restore(EAST)
    eventually(settled(front), 20, "nothing waits")
    assert value(east, table, "a") is value(west, table, "a") is None


def test_a_condition_sees_its_own_region_only(front: Front, east: Any, west: Any, table: str) -> None:
    front.gateway.world.isolate(EAST)
    put(east, table, "a", "1")
    put(west, table, "a", "2", ConditionExpression="attribute_not_exists(id)")
    with pytest.raises(east.exceptions.ConditionalCheckFailedException):
        put(east, table, "a", "3", ConditionExpression="attribute_not_exists(id)")


def test_a_table_keeps_the_order_of_its_writes(front: Front, east: Any, west: Any) -> None:
    table = make_eventual(east, WEST)
    front.gateway.world.darken(WEST, "refuse")
    for number in range(40):
        put(east, table, "first", str(number))
        put(east, table, "second", str(number))
    front.gateway.world.restore(WEST)
    while (behind := value(west, table, "second")) != "39":
        assert int(value(west, table, "first") or 0) >= int(behind or 0)


def test_tables_arrive_in_no_order_among_themselves() -> None:
    slow = Front.open(replace(Profile(), mrec_lag_seconds=(0.0, 0.6)), seed=3)
    east, west = (connect(slow, "dynamodb", region, f"client.{region}.test.0") for region in (EAST, WEST))
    tables = [make_eventual(east, WEST) for _ in range(6)]
    for table in tables:
        put(east, table, "a", "1")
    arrived: list[str] = []

    def look() -> bool:
        arrived.extend(name for name in tables if name not in arrived and value(west, name, "a"))
        return len(arrived) == len(tables)

    eventually(look, 20, "every table has its write")
    slow.close()
    assert arrived != tables


def test_the_admin_api_tells_the_backlog(front: Front, client: ClientOf, east: Any, table: str) -> None:
    front.gateway.world.darken(WEST, "refuse")
    put(east, table, "a", "1")
    told = front.gateway.admin.routes["GET", "replication"]({})
    assert told == front.dynamodb.replication.backlog()
    assert waiting(front, "us-east-1->us-west-2") == 1


def create_in_moto(name: str) -> None:
    dynamodb_backends[DEFAULT_ACCOUNT_ID][EAST].create_table(
        name=name,
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        attr=[{"AttributeName": "id", "AttributeType": "S"}],
        billing_mode="PAY_PER_REQUEST",
        streams=dict(BOTH_IMAGES),
        throughput=None,
        global_indexes=[],
        indexes=[],
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )


def content(region: str, table: str) -> dict[str, Attributes | None]:
    return {change.item: change.image for change in MotoTables().items(region, table)}


WRITES = st.tuples(st.sampled_from([EAST, WEST]), st.sampled_from("ab"), st.integers(0, 9) | st.none())
NUMBERS = count(1)
EVENTS = st.lists(WRITES | st.sampled_from(["isolate", "restore"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS)
def test_after_all_cuts_both_replicas_hold_the_last_write_of_each_item(
    events: list[tuple[str, str, int | None] | str],
) -> None:
    world, tables, lock, table, last = World(), MotoTables(), threading.RLock(), f"random-{next(NUMBERS)}", {}
    create_in_moto(table)
    known = GlobalTables(tables)
    known.update(EAST, table, Update(created=(WEST,), deleted=(), witness=None, consistency="EVENTUAL"))
    replication = Replication(tables, known, world, Latency(Profile()), lambda: lock)
    for event in events:
        if isinstance(event, str):
            world.isolate(EAST) if event == "isolate" else world.restore()
            continue
        region, item, number = event
        image = None if number is None else {**key(item), "n": {"N": str(number)}}
        with lock:
            change = Change(table=table, keys=key(item), image=image)
            length = tables.written(region, table)
            tables.apply(region, change)
            replication.capture(region, table, length)
            if tables.written(region, table) > length:  # deleting what is not there (yet) is no write, as in AWS
                last[change.item] = image
    world.restore()
    eventually(lambda: not any(replication.backlog().values()), 20, "nothing waits")
    replication.close()
    assert content(EAST, table) == content(WEST, table) == {item: image for item, image in last.items() if image}


def test_lag_stays_within_the_profile_and_is_not_the_worst_of_all_draws() -> None:
    latency = Latency(Profile(mrec_lag_seconds=(0.5, 1.5)), seed=1)
    moments = count(1)
    lag = Lag(lambda: latency.draw(latency.profile.mrec_lag_seconds), clock=lambda: next(moments) / 100)
    lags = [lag.due() - (number + 1) / 100 for number in range(10_000)]
    assert 0.5 <= min(lags) < 0.6
    assert 1.4 < max(lags) <= 1.5
    assert 0.9 < sum(lags) / len(lags) < 1.2


def test_a_write_that_changes_nothing_is_the_last_one_all_the_same(
    front: Front, east: Any, west: Any, table: str
) -> None:
    put(east, table, "a", "east")
    eventually(lambda: value(west, table, "a") == "east", 20, "the write is in the west")
    front.gateway.world.isolate(EAST)
    put(west, table, "a", "west")
    put(east, table, "a", "east")
    front.gateway.world.restore()
    eventually(settled(front), 20, "nothing waits")
    assert value(east, table, "a") == value(west, table, "a") == "east"
    assert MotoTables().written(EAST, table) == 1, "but no record of a stream"
