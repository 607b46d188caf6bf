"""One region works at a time, and the next one when it stands still; whoever lost its turn stops."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from failover.aws_clients import client
from failover.certificates.turn import STILL_SECONDS, Busy, OutOfTime, Place, Turn, TurnLost
from tests.failover.certificates.ground import NAMES, REGIONS, TABLE, Ground

AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """Passes only when somebody sleeps; ``meanwhile`` is what others do in each sleep."""

    now: float = 0.0
    meanwhile: Any = None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.meanwhile:
            self.meanwhile()


@dataclass
class Unlucky:
    """A table whose answers to the writes in ``lost`` do not arrive; ``refused`` ones are not made."""

    client: Any
    lost: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    writes: int = 0

    def get_item(self, **given: Any) -> Any:
        return self.client.get_item(**given)

    def update_item(self, **given: Any) -> Any:
        self.writes += 1
        if self.writes in self.refused:
            raise ClientError({"Error": {"Code": "ReplicatedWriteConflictException"}}, "UpdateItem")
        answer = self.client.update_item(**given)
        if self.writes in self.lost:
            raise ReadTimeoutError(endpoint_url="dynamodb")
        return answer


@dataclass
class LateSign:
    """A table at which the owner shows that it lives just before anybody else writes."""

    client: Any
    owner: Turn

    def get_item(self, **given: Any) -> Any:
        return self.client.get_item(**given)

    def update_item(self, **given: Any) -> Any:
        self.owner.beat()
        return self.client.update_item(**given)


def turn(owner: str, clock: Clock | None = None, table: Any = None, seconds: float = 300.0) -> Turn:
    place = Place(table=TABLE, name=NAMES[0], owner=owner)
    return Turn(place, table or client("dynamodb", REGIONS[0], read_seconds=5), clock or Clock(), seconds)


@pytest.fixture(autouse=True)
def table(ground: Ground) -> None:
    """The row's table is there."""


def test_an_owner_that_shows_a_sign_of_life_is_left_at_work() -> None:
    first = turn("one")
    first.take()
    clock = Clock(meanwhile=first.beat)
    with pytest.raises(Busy, match="one is at work"):
        turn("two", clock).take()
    assert clock.now < STILL_SECONDS


def test_an_owner_that_stands_still_is_replaced_and_can_do_no_more() -> None:
    first, clock = turn("one"), Clock()
    first.take()
    second = turn("two", clock)
    second.take()
    assert clock.now >= STILL_SECONDS
    for effect in (first.beat, lambda: first.end("done", AT)):
        with pytest.raises(TurnLost, match="two is at work"):
            effect()
    second.beat()


def test_an_owner_that_shows_a_sign_of_life_at_the_last_moment_is_left_at_work() -> None:
    first = turn("one")
    first.take()
    with pytest.raises(Busy, match="one is at work"):
        turn("two", table=LateSign(client("dynamodb", REGIONS[0], read_seconds=5), first)).take()
    first.beat()


def test_of_two_that_watched_a_dead_owner_one_takes_over() -> None:
    turn("dead").take()
    rival = turn("rival")
    clock = Clock()

    def rival_is_faster() -> None:
        if clock.now >= STILL_SECONDS:
            clock.meanwhile = None
            rival.take()

    clock.meanwhile = rival_is_faster
    with pytest.raises(Busy, match="rival is at work"):
        turn("slower", clock).take()


def test_a_turn_that_was_given_back_is_anybodys_at_once_and_tells_how_it_went() -> None:
    first, clock = turn("one"), Clock()
    first.take()
    first.end("renewed: there is no certificate yet", AT)
    row = first.row()
    assert (row["outcome"], row["ended_by"], row["ended_at"]) == (
        "renewed: there is no certificate yet",
        "one",
        AT.isoformat(),
    )
    turn("two", clock).take()
    assert clock.now == 0


@pytest.mark.parametrize("misfortune", ["lost", "refused"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_write_whose_answer_is_lost_or_that_met_another_one_is_made_once_more(misfortune: str, number: int) -> None:
    unlucky = Unlucky(client("dynamodb", REGIONS[0], read_seconds=5))
    getattr(unlucky, misfortune).add(number)
    mine = turn("one", table=unlucky)
    mine.take()
    mine.beat()
    mine.end("done", AT)
    assert "owner" not in mine.row()
    assert unlucky.writes == 4


def test_a_table_that_never_answers_ends_the_turn() -> None:
    mine = turn("one", table=Unlucky(client("dynamodb", REGIONS[0]), refused=set(range(2, 99))))
    mine.take()
    with pytest.raises(TurnLost, match="ReplicatedWriteConflictException"):
        mine.beat()


def test_a_pause_shows_that_the_run_lives() -> None:
    clock = Clock()
    mine = turn("one", clock)
    mine.take()
    before = mine.row()["counter"]
    mine.pause(60)
    assert mine.row()["counter"] >= before + 60 / 5
    assert clock.now == 60


def test_a_pause_beyond_the_runs_time_ends_it_before_the_pause() -> None:
    clock = Clock()
    mine = turn("one", clock, seconds=10)
    mine.take()
    with pytest.raises(OutOfTime):
        mine.pause(11)
    assert clock.now == 0


def test_a_pause_ends_when_somebody_took_over() -> None:
    clock = Clock()
    mine = turn("one", clock)
    mine.take()
    turn("two").take()
    with pytest.raises(TurnLost):
        mine.pause(60)
    assert clock.now < 60
