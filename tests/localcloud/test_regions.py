import socket
import threading

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from localcloud.caller import INTERNAL, Caller
from localcloud.front import Front
from localcloud.regions import World
from localcloud.request import Cut
from tests.localcloud.conftest import HURRIED, ClientOf
from tests.localcloud.tables import make, value
from tests.waiting import eventually

EAST, OHIO, WEST = "us-east-1", "us-east-2", "us-west-2"
CLIENT_EAST = Caller.parse("client.us-east-1.primary-1.0")
CLIENT_WEST = Caller.parse("client.us-west-2.secondary-1.0")
LAMBDA_EAST = Caller.parse("lambda.us-east-1.checker.0")
OUTSIDE = Caller.parse("testing")


def dark(how: Cut = "blackhole") -> World:
    world = World()
    world.darken(EAST, how)
    return world


def isolated() -> World:
    world = World()
    world.isolate(EAST)
    return world


@pytest.mark.parametrize(
    ("world", "caller", "to", "cut"),
    [
        (World(), CLIENT_EAST, WEST, None),
        (dark("refuse"), CLIENT_EAST, EAST, "refuse"),
        (dark("reset"), CLIENT_WEST, EAST, "reset"),
        (dark(), LAMBDA_EAST, EAST, "blackhole"),
        (dark("refuse"), LAMBDA_EAST, WEST, "refuse"),
        (dark(), CLIENT_EAST, WEST, None),
        (dark(), OUTSIDE, WEST, None),
        (dark(), INTERNAL, EAST, None),
        (isolated(), CLIENT_EAST, EAST, None),
        (isolated(), LAMBDA_EAST, EAST, None),
        (isolated(), CLIENT_EAST, WEST, "blackhole"),
        (isolated(), CLIENT_WEST, EAST, "blackhole"),
        (isolated(), LAMBDA_EAST, OHIO, "blackhole"),
        (isolated(), CLIENT_WEST, OHIO, None),
        (isolated(), OUTSIDE, EAST, "blackhole"),
    ],
)
def test_who_reaches_what(world: World, caller: Caller, to: str, cut: Cut | None) -> None:
    assert world.cut(caller, to) == cut


def test_the_clouds_own_traffic_needs_both_ends_and_the_way_between() -> None:
    assert World().reachable(EAST, WEST)
    assert not dark().reachable(EAST, WEST)
    assert not dark().reachable(WEST, EAST)
    assert not isolated().reachable(WEST, EAST)
    assert isolated().reachable(EAST, EAST)
    assert isolated().reachable(WEST, OHIO)


def test_a_restored_region_is_whole_and_others_stay_as_they_are() -> None:
    world = dark()
    world.isolate(WEST)
    world.restore(EAST)
    assert world.state() == {WEST: "isolated"}


def test_changes_are_told() -> None:
    world, told = World(), []
    world.watch(lambda: told.append(world.up(EAST)))
    world.darken(EAST)
    world.restore()
    assert told == [False, True]


def test_a_black_holed_region_does_not_answer_within_the_clients_deadline(front: Front, client: ClientOf) -> None:
    table = make(client("dynamodb"))
    front.gateway.world.darken(EAST, "blackhole")
    with pytest.raises(ReadTimeoutError):
        value(client("dynamodb", config=HURRIED), table, "a")


def test_a_refusing_region_ends_connections_itself_and_other_regions_answer(front: Front, client: ClientOf) -> None:
    west = client("dynamodb", WEST)
    table = make(west)
    front.gateway.world.darken(EAST, "refuse")
    with pytest.raises(ConnectionClosedError):
        client("dynamodb").list_tables()
    assert value(west, table, "a") is None


def raw_call(front: Front) -> socket.socket:
    """Send one signed call over a bare connection."""
    scope = "client.us-east-1.raw.0/20300101/us-east-1/dynamodb/aws4_request"
    head = f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential={scope}\r\n"
    connection = socket.create_connection(("127.0.0.1", int(front.endpoint.rpartition(":")[2])), timeout=10)
    connection.sendall((head + "X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 2\r\n\r\n{}").encode())
    return connection


def test_refused_ends_the_connection_without_a_byte(front: Front) -> None:
    front.gateway.world.darken(EAST, "refuse")
    with raw_call(front) as connection:
        assert connection.recv(1) == b""


def test_reset_sends_rst(front: Front) -> None:
    front.gateway.world.darken(EAST, "reset")
    with raw_call(front) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def threads_holding() -> int:
    return sum("process_request_thread" in thread.name for thread in threading.enumerate())


def test_a_black_hole_lets_go_of_clients_that_gave_up(front: Front) -> None:
    front.gateway.world.darken(EAST, "blackhole")
    before, last = threads_holding(), front.gateway.calls.last
    connections = [raw_call(front) for _ in range(5)]
    eventually(lambda: front.gateway.calls.last >= last + 5, 20, "five calls are held")
    for connection in connections:
        connection.close()
    eventually(lambda: threads_holding() <= before, 20, "nobody is held")


def test_a_region_that_returns_lets_go_of_those_it_held(front: Front) -> None:
    front.gateway.world.darken(EAST, "blackhole")
    last = front.gateway.calls.last
    with raw_call(front) as connection:
        eventually(lambda: front.gateway.calls.last > last, 20, "the call is held")
        front.gateway.world.restore(EAST)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_a_call_under_way_when_its_region_is_lost_gets_no_answer(front: Front, client: ClientOf) -> None:
    def lost_meanwhile(request: object) -> object:
        front.gateway.world.darken(EAST, "reset")
        return None

    front.gateway.routes["events", "ListRules"] = lost_meanwhile  # type: ignore[assignment]
    with pytest.raises(ConnectionClosedError):
        client("events").list_rules()
    del front.gateway.routes["events", "ListRules"]
