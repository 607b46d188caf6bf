import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.caller import Caller
from localcloud.global_tables import GlobalTable
from localcloud.latency import Profile
from localcloud.mrsc import StrongTables
from localcloud.regions import World
from localcloud.request import Request, Response
from tests.localcloud.conftest import ClientOf
from tests.localcloud.tables import key, make_strong, put, value

EAST, OHIO, WEST = "us-east-1", "us-east-2", "us-west-2"
TABLE = GlobalTable(name="control", home=EAST, replicas=(EAST, OHIO, WEST), consistency="STRONG")
ITEM = [("control", '{"id": {"S": "a"}}')]


def write_in(region: str) -> Request:
    return Request(
        caller=Caller.parse(f"lambda.{region}.orchestrator.0"),
        region=region,
        service="dynamodb",
        operation="PutItem",
        params={},
        body=b"",
        environ={"HTTP_AUTHORIZATION": f"Credential=k/d/{region}/dynamodb/aws4_request", "HTTP_X_AMZ_TARGET": "D.P"},
    )


def answer(_request: Request) -> Response:
    return Response(status=200, body=b"{}")


def code(response: Response) -> bytes | None:
    return next(
        (name for name in (b"ReplicatedWriteConflictException", b"InternalServerError") if name in response.body), None
    )


@pytest.fixture
def regions(client: ClientOf) -> dict[str, Any]:
    return {region: client("dynamodb", region) for region in (EAST, OHIO, WEST)}


@pytest.fixture
def table(regions: dict[str, Any]) -> str:
    return make_strong(regions[EAST])


def test_all_regions_see_one_order_of_writes(regions: dict[str, Any], table: str) -> None:
    for number, dynamodb in enumerate(regions.values()):
        put(dynamodb, table, "a", str(number))
        assert {value(each, table, "a") for each in regions.values()} == {str(number)}


def test_of_all_regions_one_wins_a_condition(regions: dict[str, Any], table: str) -> None:
    def claim(region: str) -> bool:
        try:
            put(regions[region], table, "owner", region, ConditionExpression="attribute_not_exists(id)")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(claim, regions)) == 1


@pytest.mark.usefixtures("restless_threads")
def test_eight_threads_in_three_regions_lose_no_increment(regions: dict[str, Any], table: str) -> None:
    clients = list(regions.values())

    def add(number: int) -> int:
        return _add_ones(clients[number % 3], table, 5)

    put(clients[0], table, "n", "0")
    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(add, range(8)))
    assert (done, value(clients[0], table, "n")) == (40, "40")


def _add_ones(dynamodb: Any, table: str, times: int) -> int:
    """Add one under a condition on the value read, again and again until it was done so often."""
    errors, done = dynamodb.exceptions, 0
    while done < times:
        seen = value(dynamodb, table, "n")
        try:
            put(
                dynamodb,
                table,
                "n",
                str(int(seen or 0) + 1),
                ConditionExpression="v = :seen",
                ExpressionAttributeValues={":seen": {"S": seen}},
            )
        except (errors.ConditionalCheckFailedException, errors.ReplicatedWriteConflictException):
            continue
        done += 1
    return done


class Halted:
    """A home table whose writes wait until they are let go."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.go = threading.Event()

    def __call__(self, _request: Request) -> Response:
        self.arrived.set()
        assert self.go.wait(5)
        return Response(status=200, body=b"{}")


@pytest.mark.parametrize(
    ("region", "item", "conflict"),
    [(OHIO, "a", True), (EAST, "a", False), (OHIO, "b", False)],
)
def test_two_regions_at_one_item_at_once_are_in_conflict(region: str, item: str, conflict: bool) -> None:
    halted = Halted()
    tables = StrongTables(World(), Profile(), halted)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(tables.write, write_in(EAST), TABLE, [("control", "a")])
        assert halted.arrived.wait(5)
        second = pool.submit(tables.write, write_in(region), TABLE, [("control", item)])
        if conflict:
            assert code(second.result(5)) == b"ReplicatedWriteConflictException"
        halted.go.set()
        assert (code(first.result(5)), second.result(5).status) == (None, 400 if conflict else 200)


def test_a_conflict_is_over_when_the_other_write_is(regions: dict[str, Any], table: str) -> None:
    tables = StrongTables(World(), Profile(), answer)
    answers = [tables.write(write_in(region), TABLE, ITEM).status for region in (EAST, OHIO, WEST, EAST)]
    assert answers == [200] * 4


def world_without(*dark: str, isolated: str | None = None) -> World:
    world = World()
    for region in dark:
        world.darken(region)
    if isolated:
        world.isolate(isolated)
    return world


@pytest.mark.parametrize(
    ("world", "region", "serves"),
    [
        (world_without(), EAST, True),
        (world_without(EAST), OHIO, True),
        (world_without(EAST), WEST, True),
        (world_without(EAST, OHIO), WEST, False),
        (world_without(isolated=EAST), EAST, False),
        (world_without(isolated=EAST), OHIO, True),
        (world_without(WEST, isolated=EAST), OHIO, False),
    ],
)
def test_a_replica_serves_with_a_majority_only(world: World, region: str, serves: bool) -> None:
    tables = StrongTables(world, Profile(), answer)
    expected = 200 if serves else 500
    request = write_in(region)
    assert tables.write(request, TABLE, ITEM).status == expected
    assert tables.read(request, TABLE, consistent=True).status == expected
    assert tables.read(request, TABLE, consistent=False).status == expected


def test_a_witness_counts_for_the_majority() -> None:
    table = replace(TABLE, replicas=(EAST, OHIO), witness=WEST)
    assert StrongTables(world_without(OHIO), Profile(), answer).write(write_in(EAST), table, ITEM).status == 200
    assert StrongTables(world_without(OHIO, WEST), Profile(), answer).write(write_in(EAST), table, ITEM).status == 500


def test_a_majority_lost_during_a_write_leaves_its_outcome_open() -> None:
    world, written = World(), []

    def carry_out(request: Request) -> Response:
        written.append(request.region)
        world.isolate(EAST)
        return Response(status=200, body=b"{}")

    assert StrongTables(world, Profile(), carry_out).write(write_in(EAST), TABLE, ITEM).status == 500
    assert written == [EAST]


@pytest.mark.parametrize("lost_during", ["", "write"])
def test_a_replica_without_a_majority_is_in_nobodys_way(lost_during: str) -> None:
    world, others = world_without(isolated=None if lost_during else EAST), []

    def carry_out(_request: Request) -> Response:
        world.isolate(EAST)
        return Response(status=200, body=b"{}")

    def meanwhile(seconds: float) -> None:
        if seconds == 1:
            others.append(tables.write(write_in(OHIO), TABLE, ITEM).status)

    tables = StrongTables(world, Profile(mrsc_no_majority_seconds=1), carry_out, meanwhile)
    assert tables.write(write_in(EAST), TABLE, ITEM).status == 500
    assert others == [200]


def test_a_write_acts_in_the_middle_of_its_delay_and_reads_pay_only_if_consistent() -> None:
    steps: list[object] = []

    def carry_out(request: Request) -> Response:
        steps.append("acts")
        return Response(status=200, body=b"{}")

    profile = Profile(mrsc_write_seconds=0.15, mrsc_read_seconds=0.065)
    tables = StrongTables(World(), profile, carry_out, steps.append)
    tables.write(write_in(OHIO), TABLE, ITEM)
    tables.read(write_in(OHIO), TABLE, consistent=True)
    tables.read(write_in(OHIO), TABLE, consistent=False)
    assert steps == [0.075, "acts", 0.075, 0.065, "acts", "acts"]


def test_what_mrsc_tables_cannot_do_is_refused(regions: dict[str, Any], table: str) -> None:
    east = regions[EAST]
    item = {"TableName": table, "Item": key("a")}
    ttl = {"Enabled": True, "AttributeName": "until"}
    for call, arguments in (
        (east.transact_write_items, {"TransactItems": [{"Put": item}]}),
        (east.transact_get_items, {"TransactItems": [{"Get": {"TableName": table, "Key": key("a")}}]}),
        (east.update_time_to_live, {"TableName": table, "TimeToLiveSpecification": ttl}),
    ):
        with pytest.raises(ClientError, match="ValidationException"):
            call(**arguments)


def test_an_isolated_region_does_not_serve_its_own_clients(front: Any, regions: dict[str, Any], table: str) -> None:
    put(regions[EAST], table, "a", "1")
    front.gateway.world.isolate(EAST)
    with pytest.raises(regions[EAST].exceptions.InternalServerError):
        value(regions[EAST], table, "a")
    assert value(regions[OHIO], table, "a") == "1"


def test_without_its_home_region_a_table_still_serves(front: Any, regions: dict[str, Any], table: str) -> None:
    front.gateway.world.darken(EAST, "refuse")
    put(regions[OHIO], table, "a", "1")
    assert value(regions[WEST], table, "a") == "1"
