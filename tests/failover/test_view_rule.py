"""Searches for an acknowledgement that the old site gives after the tier was published elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.call_failed import CallFailed
from failover.client_view import ClientView
from failover.protocol import Protocol
from failover.region_calls import RegionCalls, TimedClient
from failover.regional_table import Acknowledgement, RegionalTable, UncertainWrite
from failover.write_grants import NotWritable
from tests.failover.clocks import HandClock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROTOCOL = Protocol(client_margin=0.001)
JUST = 0.002
STRAIGHT = 0.0005
PLACES = ("before the mark", "after the mark", "before the publish", "after the publish", "when prepared")
PAUSES = st.one_of(st.just("straight"), st.sampled_from(PLACES))
FATES = st.one_of(st.just("straight"), st.sampled_from((*PLACES, "refused", "lost")))


@dataclass(frozen=True, kw_only=True)
class Move:
    """A plan's marks on the row; the waits are the protocol's, counted from the marks."""

    prepared_at: float | None
    marked_at: float

    @property
    def published_at(self) -> float:
        ready = self.prepared_at is not None and self.marked_at - self.prepared_at >= PROTOCOL.client_wait()
        return self.marked_at + (PROTOCOL.prepared_wait() if ready else PROTOCOL.client_wait())

    def delay(self, now: float, where: str) -> float:
        """How long a message is under way if it arrives just around one of the marks, when that is still to come."""
        marks = {
            "before the mark": self.marked_at - JUST,
            "after the mark": self.marked_at + JUST,
            "before the publish": self.published_at - JUST,
            "after the publish": self.published_at + JUST,
            "when prepared": (self.prepared_at or 0.0) + JUST,
        }
        return max(STRAIGHT, marks.get(where, now) - now)

    def row(self, now: float) -> Mapping[str, Mapping[str, str]]:
        if now >= self.marked_at:
            phase = "steady" if now >= self.published_at else "moving"
            return {"epoch": {"N": "2"}, "active": {"S": "secondary"}, "phase": {"S": phase}}
        preparing = self.prepared_at is not None and now >= self.prepared_at
        phase = "preparing" if preparing else "steady"
        return {"epoch": {"N": "1"}, "active": {"S": "primary"}, "phase": {"S": phase}}


@dataclass
class Network:
    """Control and data clients at once; the script says how long each request and each answer is under way."""

    clock: HandClock
    move: Move
    script: Iterator[str]

    def get_item(self, **_request: object) -> Mapping[str, object]:
        self._travel()
        row = self.move.row(self.clock.now)
        self._travel()
        return {"Item": row}

    def put_item(self, **_request: object) -> Mapping[str, object]:
        self._travel()
        self._travel()
        return {}

    def _travel(self) -> None:
        fate = next(self.script, "straight")
        if fate == "refused":
            raise ConnectTimeoutError(endpoint_url="http://anywhere")
        if fate == "lost":
            raise ReadTimeoutError(endpoint_url="http://anywhere")
        self.clock.sleep(self.move.delay(self.clock.now, fate))


def moves() -> st.SearchStrategy[Move]:
    marked_at = st.floats(5, 15)
    unprepared = marked_at.map(lambda at: Move(prepared_at=None, marked_at=at))
    prepared = st.tuples(st.floats(0, 6), st.floats(0.1, 8)).map(
        lambda times: Move(prepared_at=times[0], marked_at=times[0] + times[1])
    )
    return st.one_of(unprepared, prepared)


def client(network: Network) -> tuple[ClientView, RegionalTable]:
    boto = cast("DynamoDBClient", network)
    views = ClientView({"us-east-2": boto}, "control", PROTOCOL, clock=network.clock)
    timed = (TimedClient(client=boto, seconds=1.3), TimedClient(client=boto, seconds=0.45))
    primary = RegionCalls("us-east-1", timed, network.clock)
    secondary = RegionCalls("us-west-2", timed, network.clock)
    table = RegionalTable(
        "orders", {"primary": primary, "secondary": secondary}, views, clock=network.clock, jitter=lambda: 0.5
    )
    return views, table


def acknowledged(table: RegionalTable) -> Acknowledgement | None:
    try:
        return table.put_item(Item={"id": {"S": "1"}})
    except (NotWritable, CallFailed, UncertainWrite):
        return None


@settings(max_examples=400, deadline=None)
@given(moves(), st.lists(PAUSES, min_size=1, max_size=6), st.lists(FATES, max_size=24))
def test_each_site_acknowledges_only_on_its_own_side_of_the_publish(
    move: Move, pauses: list[str], script: list[str]
) -> None:
    clock = HandClock(0.0)
    views, table = client(Network(clock, move, iter(script)))
    for pause in pauses:
        if given_leave := acknowledged(table):
            side = (1, "us-east-1") if clock.now < move.published_at else (2, "us-west-2")
            assert (given_leave.epoch, given_leave.region) == side, f"at {clock.now}, published {move.published_at}"
        clock.sleep(move.delay(clock.now, pause))
    views.stop()
