from collections.abc import Sequence

import pytest

from drills.events import Event, Fact, Source
from drills.moves import Stop, moves, pages, plan_owners, planned_stops, unhealthy_at_once
from drills.recorder import Operation
from failover.sites import Sites

SITES = Sites(primary="us-east-1", secondary="us-west-2")
MARKED, PUBLISHED = 100.0, 102.0


def event(at: float, source: Source, **facts: Fact) -> Event:
    return Event(at=at, source=source, facts=facts)


def move(kind: str) -> tuple[Event, ...]:
    return (
        event(90.0, "row", epoch=1, active="primary", phase="steady"),
        event(98.0, "row", epoch=1, active="primary", phase="preparing", kind=kind),
        event(MARKED, "row", epoch=2, active="secondary", phase="moving", kind=kind),
        event(PUBLISHED, "row", epoch=2, active="secondary", phase="steady", kind=kind),
    )


def lag(at: float, seconds: float, source: str = "us-east-1") -> Event:
    facts: dict[str, Fact] = {"from": source, "seconds": seconds, "waiting": 1}
    return event(at, "lag", **facts)


def acknowledged(*ended: float) -> list[Operation]:
    return [
        Operation(
            at=at - 0.1,
            ended=at,
            client="c",
            site="primary",
            op="insert",
            key=str(at),
            value=str(at),
            outcome="acknowledged",
            region="us-east-1",
            epoch=1,
        )
        for at in ended
    ]


def stops(
    *lags: Event, kind: str = "switchover", ended: Sequence[float] = (99.0, 99.9, 100.2, 102.5, 103.0)
) -> list[Stop]:
    return list(planned_stops((*move(kind), *lags), acknowledged(*ended), SITES))


def test_a_tier_that_stayed_in_its_epoch_has_not_moved_and_each_epoch_after_it_is_a_move() -> None:
    assert moves(move("switchover")[:2]) == 0
    assert moves(move("switchover")) == 1
    assert moves((*move("switchover"), event(110, "row", epoch=3, active="primary", phase="moving"))) == 2


def test_the_owners_of_one_plan_are_counted_and_those_of_two_plans_are_not_added_up() -> None:
    taken_over = [event(1, "step", plan_id="a", step="wait", owner=owner) for owner in ("east", "west")]
    other_plan = [event(2, "step", plan_id="b", step="wait", owner="far")]
    answer = [event(3, "step", plan_id="a", step="answer", owner="third")]
    assert plan_owners([*taken_over, *other_plan, *answer]) == 2
    assert plan_owners([]) is None


def test_pages_are_counted_from_the_fault_on_and_good_news_is_none() -> None:
    told = [
        event(at, "page", severity=how) for at, how in ((1, "critical"), (5, "critical"), (6, "info"), (7, "warning"))
    ]
    assert pages(told, 5) == 2


def test_a_planned_stop_is_the_longest_gap_around_the_mark() -> None:
    (stop,) = stops()
    assert stop.seconds == pytest.approx(2.3)


def test_a_longer_gap_that_was_over_before_the_mark_or_began_after_the_publish_is_not_the_stops() -> None:
    (stop,) = stops(ended=(80.0, 99.9, 100.2, 102.5, 103.0, 120.0))
    assert stop.seconds == pytest.approx(2.3)


def test_a_failover_is_no_planned_stop() -> None:
    assert stops(kind="failover") == []


@pytest.mark.parametrize(("seconds", "beyond"), [(0.0, 1.8), (0.5, 1.8), (1.25, 1.05)])
def test_lag_over_half_a_second_is_not_held_against_the_move(seconds: float, beyond: float) -> None:
    (stop,) = stops(lag(101.0, seconds))
    assert stop.beyond_lag == pytest.approx(beyond)


def test_only_the_lag_towards_the_new_site_while_writes_stood_still_counts() -> None:
    before, meanwhile, after, back = lag(99.0, 9.0), lag(100.1, 0.75), lag(110.0, 9.0), lag(101.0, 9.0, "us-west-2")
    (stop,) = stops(before, meanwhile, after, back)
    assert stop.lag == 0.75


@pytest.mark.parametrize(
    ("cast", "most"),
    [
        ([(11, "a", "unhealthy"), (12, "a", "unhealthy")], 1),
        ([(11, "a", "unhealthy"), (12, "b", "unhealthy")], 2),
        ([(11, "a", "unhealthy"), (12, "a", "healthy"), (13, "b", "unhealthy")], 1),
        ([(8, "a", "unhealthy"), (9, "a", "healthy"), (11, "b", "unknown")], 0),
        ([(9, "a", "unhealthy"), (11, "b", "unhealthy")], 2),
    ],
    ids=["one of them twice", "two", "one after the other", "before the fault", "one since before the fault"],
)
def test_observers_that_call_the_active_site_unhealthy_count_while_they_do(
    cast: list[tuple[float, str, str]], most: int
) -> None:
    votes = [event(at, "vote", observer=observer, verdict=verdict) for at, observer, verdict in cast]
    assert unhealthy_at_once(votes, 10) == most


def test_what_observers_call_unhealthy_once_no_fault_stands_does_not_count() -> None:
    fault: dict[str, Fact] = {"id": "dark", "what": "dark"}
    events = [
        event(10, "fault", state="begun", **fault),
        event(11, "vote", observer="a", verdict="unhealthy"),
        event(12, "fault", state="ended", **fault),
        event(13, "vote", observer="b", verdict="unhealthy"),
    ]
    assert unhealthy_at_once(events, 10) == 1


def test_an_observer_that_fell_silent_calls_nothing() -> None:
    votes = [
        event(11, "vote", observer="a", verdict="unhealthy"),
        event(12, "vote", observer="a", verdict="unhealthy", silent=True),
        event(13, "vote", observer="b", verdict="unhealthy"),
    ]
    assert unhealthy_at_once(votes, 10) == 1
