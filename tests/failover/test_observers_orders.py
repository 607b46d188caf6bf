"""Every answer that an observer's order can get, one reason each."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.control_table import Snapshot
from failover.decision import Action, decide
from failover.orders import Order
from failover.tier import Kind, TierRow
from failover.votes import Verdict, Vote
from tests.failover.three_observers import (
    HELD,
    MOVING,
    NOW,
    OBSERVERS,
    PREPARING,
    PROTOCOL,
    STEADY,
    VERIFYING,
    mixed,
    order,
    outcome,
    vote,
    votes,
)

WAKES: Mapping[str, tuple[Order, TierRow, tuple[Vote, ...], str, str]] = {
    "a quorum moves the tier": (order(), STEADY, votes(), "start", "quorum"),
    "two of three are a quorum": (order(), STEADY, votes()[:2], "start", "quorum"),
    "a quorum overrides a planned move that has stopped nothing": (order(), PREPARING, votes(), "start", "quorum"),
    "a quorum against a published target overrides the rest of its plan": (
        order(),
        VERIFYING,
        votes(),
        "start",
        "quorum",
    ),
    "one vote is no quorum": (order(), STEADY, votes()[:1], "mend", "no-quorum"),
    "healthy votes are no quorum": (order(), STEADY, votes(verdict=Verdict.HEALTHY), "mend", "no-quorum"),
    "unknown votes are no quorum": (order(), STEADY, mixed(verdict=Verdict.UNKNOWN), "mend", "no-quorum"),
    "a vote for an older epoch does not count": (order(), STEADY, mixed(epoch=3), "mend", "no-quorum"),
    "a vote for a later epoch does not count": (order(), STEADY, mixed(epoch=5), "mend", "no-quorum"),
    "a vote about the other site does not count": (order(), STEADY, mixed(site="secondary"), "mend", "no-quorum"),
    "a vote about another tier does not count": (order(), STEADY, mixed(tier="app"), "mend", "no-quorum"),
    "a vote of no elector does not count": (order(), STEADY, mixed(observer="eu-west-1"), "mend", "no-quorum"),
    "a vote whose counter fell back does not count": (order(), STEADY, mixed(counter=99), "mend", "no-quorum"),
    "a vote that the order did not see moving does not count": (
        order(seen_counters={"us-east-1": 100}),
        STEADY,
        votes(),
        "mend",
        "no-quorum",
    ),
    "an order that saw nothing moving is no evidence": (order(seen_counters={}), STEADY, votes(), "mend", "no-quorum"),
    "an order older than a vote may be is no evidence": (
        order(issued_at=NOW - timedelta(seconds=11.1)),
        STEADY,
        votes(),
        "mend",
        "no-quorum",
    ),
    "dates in whole seconds do not age an order": (
        order(issued_at=NOW - timedelta(seconds=10.9)),
        STEADY,
        votes(),
        "start",
        "quorum",
    ),
    "an order as old as a vote may be is evidence": (
        order(issued_at=NOW - timedelta(seconds=11)),
        STEADY,
        votes(),
        "start",
        "quorum",
    ),
    "an order for a past epoch is refused": (order(epoch=3), STEADY, votes(), "refuse", "epoch"),
    "an order for an epoch to come is refused": (order(epoch=5), STEADY, votes(), "refuse", "epoch"),
    "an hour-old message is refused": (order(issued_at=NOW - timedelta(hours=1)), STEADY, votes(), "refuse", "old"),
    "disarmed, nothing moves": (order(), replace(STEADY, armed=False), votes(), "refuse", "disarmed"),
    "disarmed until later, nothing moves": (
        order(),
        replace(STEADY, armed=False, armed_until=NOW + timedelta(seconds=1)),
        votes(),
        "refuse",
        "disarmed",
    ),
    "disarmed until now is armed": (order(), replace(STEADY, armed=False, armed_until=NOW), votes(), "start", "quorum"),
    "a recent move in this direction forbids another": (
        order(),
        replace(STEADY, moved_at={"secondary": NOW - timedelta(seconds=599)}),
        votes(),
        "refuse",
        "cooldown",
    ),
    "a move long ago in this direction does not": (
        order(),
        replace(STEADY, moved_at={"secondary": NOW - timedelta(seconds=600)}),
        votes(),
        "start",
        "quorum",
    ),
    "a recent move the other way does not": (
        order(),
        replace(STEADY, moved_at={"primary": NOW - timedelta(seconds=1)}),
        votes(),
        "start",
        "quorum",
    ),
    "a target that is down gets nothing": (order(), STEADY, votes(standby=Verdict.UNHEALTHY), "refuse", "target-down"),
    "a target that nobody knows gets nothing": (
        order(),
        STEADY,
        votes(standby=Verdict.UNKNOWN),
        "refuse",
        "target-down",
    ),
    "a target seen by one observer gets nothing": (
        order(),
        STEADY,
        (vote("us-east-1"), *votes(standby=Verdict.UNKNOWN)[1:]),
        "refuse",
        "target-down",
    ),
    "a target that was behind gets nothing": (order(), STEADY, votes(acked_lag_ms=5001), "refuse", "target-stale"),
    "a target of unknown freshness gets nothing": (order(), STEADY, votes(acked_lag_ms=None), "refuse", "target-stale"),
    "a target that one observer saw fresh gets nothing": (
        order(),
        STEADY,
        (vote("us-east-1"), *votes(acked_lag_ms=5001)[1:]),
        "refuse",
        "target-stale",
    ),
    "a target at the limit was fresh": (order(), STEADY, votes(acked_lag_ms=5000), "start", "quorum"),
    "a plan under way is left to its owner": (order(), MOVING, votes(), "stay", "busy"),
    "an owner that moved on is left alone": (order(stalled_counter=29), MOVING, (), "stay", "busy"),
    "an owner that stands still is relieved": (order(stalled_counter=30), MOVING, (), "take over", "stalled"),
    "an owner that stands still is relieved while disarmed": (
        order(stalled_counter=30),
        replace(VERIFYING, armed=False),
        votes(),
        "take over",
        "stalled",
    ),
    "an owner that stands still is relieved by an order that is no evidence": (
        order(stalled_counter=30, issued_at=NOW - timedelta(seconds=60)),
        MOVING,
        (),
        "take over",
        "stalled",
    ),
    "a finished plan has no owner to relieve": (
        order(stalled_counter=30, seen_counters={}),
        STEADY,
        (),
        "mend",
        "no-quorum",
    ),
    "a held plan waits for a person": (order(stalled_counter=30), HELD, votes(), "stay", "held"),
}


@pytest.mark.parametrize("name", WAKES)
def test_an_observers_order(name: str) -> None:
    given_order, row, said, action, code = WAKES[name]

    assert outcome(given_order, row, said) == (action, code)


def test_a_quorum_moves_the_tier_to_its_standby() -> None:
    for row, target in ((STEADY, "secondary"), (replace(STEADY, active="secondary"), "primary")):
        decision = decide(order(), Snapshot(row=row, votes=votes(site=row.active)), NOW, PROTOCOL)
        assert decision.move == (Kind.FAILOVER, target)


@pytest.mark.parametrize("name", WAKES)
def test_whatever_an_observers_order_leads_to_is_said_in_words(name: str) -> None:
    given_order, row, said, _action, _code = WAKES[name]
    reason = decide(given_order, Snapshot(row=row, votes=said), NOW, PROTOCOL).reason

    assert reason
    assert "None" not in reason


@pytest.mark.parametrize("code", ["quorum", "disarmed", "cooldown", "target-down", "target-stale"])
def test_people_are_told_who_says_that_the_site_is_down(code: str) -> None:
    given_order, row, said = next((o, r, v) for o, r, v, _action, found in WAKES.values() if found == code)
    decision = decide(given_order, Snapshot(row=row, votes=said), NOW, PROTOCOL)

    assert decision.reason.startswith("us-east-1, us-east-2, us-west-2 say that primary is down")


@pytest.mark.parametrize("code", ["disarmed", "cooldown", "target-down", "target-stale"])
def test_people_are_told_why_a_quorum_was_not_enough(code: str) -> None:
    given_order, row, said = next((o, r, v) for o, r, v, _action, found in WAKES.values() if found == code)

    assert decide(given_order, Snapshot(row=row, votes=said), NOW, PROTOCOL).page


def test_people_are_told_again_that_a_plan_is_held() -> None:
    assert decide(order(), Snapshot(row=HELD, votes=()), NOW, PROTOCOL).page


VOTES = st.builds(
    vote,
    st.sampled_from([*OBSERVERS, "eu-west-1"]),
    site=st.sampled_from(["primary", "secondary"]),
    epoch=st.integers(3, 5),
    counter=st.integers(98, 102),
    verdict=st.sampled_from(Verdict),
    standby=st.sampled_from(Verdict),
    acked_lag_ms=st.one_of(st.none(), st.integers(0, 10_000)),
)


@given(
    said=st.lists(VOTES, max_size=5, unique_by=lambda one: one.observer),
    seen=st.dictionaries(st.sampled_from(OBSERVERS), st.integers(98, 102)),
    age=st.floats(-2, 700),
    armed=st.booleans(),
    moved=st.one_of(st.none(), st.integers(0, 1200)),
)
def test_an_automatic_move_rests_on_a_quorum_a_fresh_target_and_permission(
    said: list[Vote], seen: dict[str, int], age: float, armed: bool, moved: int | None
) -> None:
    moved_at = {} if moved is None else {"secondary": NOW - timedelta(seconds=moved)}
    row = replace(STEADY, armed=armed, moved_at=moved_at)
    woken = order(seen_counters=seen, issued_at=NOW - timedelta(seconds=age))
    decision = decide(woken, Snapshot(row=row, votes=tuple(said)), NOW, PROTOCOL)

    heard = [v for v in said if v.observer in OBSERVERS and (v.site, v.epoch) == ("primary", 4)]
    heard = [v for v in heard if v.observer in seen and v.counter >= seen[v.observer]]
    down = sum(v.verdict is Verdict.UNHEALTHY for v in heard) >= 2
    fit = sum(v.standby is Verdict.HEALTHY for v in heard) >= 2
    fresh = sum(v.acked_lag_ms is not None and v.acked_lag_ms <= 5000 for v in heard) >= 2
    allowed = armed and (moved is None or moved >= 600) and age <= 11
    assert (decision.action is Action.START) == (down and fit and fresh and allowed)
