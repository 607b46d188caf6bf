"""Every answer that a person's order can get, one reason each."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from failover.control_table import Snapshot
from failover.decision import Action, Decision, MovesNothing, decide
from failover.orders import Order, OrderKind
from failover.sites import Site
from failover.tier import Kind, TierRow
from failover.votes import Verdict, Vote
from tests.failover.three_observers import (
    ABORTING,
    HELD,
    MOVING,
    NOW,
    PREPARING,
    PROTOCOL,
    STEADY,
    VERIFYING,
    order,
    outcome,
    vote,
    votes,
)

SEEN = votes(verdict=Verdict.HEALTHY, lag_ms=0)
FAILOVER, SWITCHOVER, FAILBACK, ABORT = (
    order(kind) for kind in (OrderKind.FAILOVER, OrderKind.SWITCHOVER, OrderKind.FAILBACK, OrderKind.ABORT)
)
HELD_THERE = replace(HELD, active="secondary", target="secondary")
ON_SECONDARY = replace(STEADY, active="secondary")
SEEN_THERE = votes(verdict=Verdict.HEALTHY, lag_ms=0, site="secondary")
ORDERED: Mapping[str, tuple[Order, TierRow, tuple[Vote, ...], str, str]] = {
    "a failover starts": (FAILOVER, STEADY, SEEN, "start", "ordered"),
    "a failover passes disarming": (FAILOVER, replace(STEADY, armed=False), SEEN, "start", "ordered"),
    "a failover passes the cooldown": (
        FAILOVER,
        replace(STEADY, moved_at={"secondary": NOW}),
        SEEN,
        "start",
        "ordered",
    ),
    "a failover passes the limits of lag": (FAILOVER, STEADY, votes(acked_lag_ms=None), "start", "ordered"),
    "a failover needs no votes": (FAILOVER, STEADY, (), "start", "ordered"),
    "a failover to where the tier is": (replace(FAILOVER, target="primary"), STEADY, SEEN, "refuse", "target"),
    "a failover during a plan": (FAILOVER, MOVING, SEEN, "refuse", "busy"),
    "a failover for a past epoch": (replace(FAILOVER, epoch=3), STEADY, SEEN, "refuse", "epoch"),
    "a failover older than the cooldown": (
        replace(FAILOVER, issued_at=NOW - timedelta(seconds=601)),
        STEADY,
        SEEN,
        "refuse",
        "old",
    ),
    "a failover as old as the cooldown": (
        replace(FAILOVER, issued_at=NOW - timedelta(seconds=600)),
        STEADY,
        SEEN,
        "start",
        "ordered",
    ),
    "a failover that dates in whole seconds put ahead": (
        replace(FAILOVER, issued_at=NOW + timedelta(seconds=11)),
        STEADY,
        SEEN,
        "start",
        "ordered",
    ),
    "a failover from the future": (
        replace(FAILOVER, issued_at=NOW + timedelta(seconds=12)),
        STEADY,
        SEEN,
        "refuse",
        "future",
    ),
    "a failover sets a held plan going": (FAILOVER, HELD, SEEN, "resume", "ordered"),
    "a failover sets a held move to the secondary going": (FAILOVER, HELD_THERE, (), "resume", "ordered"),
    "a failback sets a held failback going": (FAILBACK, replace(HELD, kind=Kind.FAILBACK), (), "resume", "ordered"),
    "a switchover sets a held failback going": (SWITCHOVER, replace(HELD, kind=Kind.FAILBACK), (), "resume", "ordered"),
    "a failback sets no held failover going": (FAILBACK, HELD, (), "refuse", "held"),
    "a failback sets no held move to the secondary going": (FAILBACK, HELD_THERE, SEEN_THERE, "refuse", "held"),
    "a failover of a held plan the other way": (replace(FAILOVER, target="secondary"), HELD, SEEN, "start", "ordered"),
    "a switchover starts": (SWITCHOVER, STEADY, SEEN, "start", "ordered"),
    "a switchover passes the cooldown": (
        SWITCHOVER,
        replace(STEADY, moved_at={"secondary": NOW}),
        SEEN,
        "start",
        "ordered",
    ),
    "a switchover from a dead site": (SWITCHOVER, STEADY, votes(), "refuse", "active-down"),
    "a switchover to a site that is down": (
        SWITCHOVER,
        STEADY,
        votes(verdict=Verdict.HEALTHY, standby=Verdict.UNHEALTHY, lag_ms=0),
        "refuse",
        "target-down",
    ),
    "a switchover to a site that is behind": (
        SWITCHOVER,
        STEADY,
        (vote("us-east-1", lag_ms=5001), *SEEN[1:]),
        "refuse",
        "target-stale",
    ),
    "a switchover to a site of unknown lag": (
        SWITCHOVER,
        STEADY,
        votes(verdict=Verdict.HEALTHY, lag_ms=None),
        "refuse",
        "target-stale",
    ),
    "a switchover to a site that is just not behind": (
        SWITCHOVER,
        STEADY,
        votes(verdict=Verdict.HEALTHY, lag_ms=5000),
        "start",
        "ordered",
    ),
    "a switchover to a site whose lag a quorum knows": (
        SWITCHOVER,
        STEADY,
        (vote("us-east-1", verdict=Verdict.HEALTHY, lag_ms=None), *SEEN[1:]),
        "start",
        "ordered",
    ),
    "a switchover to a site whose lag one observer knows": (
        SWITCHOVER,
        STEADY,
        (*votes(verdict=Verdict.HEALTHY, lag_ms=None)[:2], SEEN[2]),
        "refuse",
        "target-stale",
    ),
    "a switchover without votes": (SWITCHOVER, STEADY, (), "refuse", "target-down"),
    "a switchover during a plan": (SWITCHOVER, PREPARING, SEEN, "refuse", "busy"),
    "a switchover out of a held plan would open writes early": (
        replace(SWITCHOVER, target="secondary"),
        HELD,
        SEEN,
        "refuse",
        "held",
    ),
    "a failback starts from the secondary": (FAILBACK, ON_SECONDARY, SEEN_THERE, "start", "ordered"),
    "a failback from the primary": (FAILBACK, STEADY, SEEN, "refuse", "target"),
    "a failback out of a held failover would open writes early": (
        replace(FAILBACK, target="primary"),
        HELD_THERE,
        SEEN_THERE,
        "refuse",
        "held",
    ),
    "an abort of a plan that has stopped nothing": (ABORT, PREPARING, SEEN, "cancel", "ordered"),
    "an abort after the stop": (ABORT, MOVING, SEEN, "start", "ordered"),
    "an abort of a held plan": (ABORT, HELD, SEEN, "start", "ordered"),
    "an abort after the publish": (ABORT, VERIFYING, SEEN, "refuse", "published"),
    "an abort of nothing": (ABORT, STEADY, SEEN, "refuse", "published"),
    "an abort of an abort would move what was not drained": (ABORT, ABORTING, SEEN, "refuse", "aborting"),
    "an order that its own plan already carries out": (replace(FAILOVER, id="p"), MOVING, SEEN, "stay", "again"),
    "an order whose plan is held": (replace(FAILOVER, id="p"), HELD, SEEN, "stay", "again"),
    "an order whose plan was cancelled": (
        replace(SWITCHOVER, id="p"),
        replace(STEADY, plan_id="p"),
        SEEN,
        "stay",
        "again",
    ),
    "an order whose plan has moved the epoch on": (
        replace(FAILOVER, id="p", epoch=3),
        replace(MOVING, epoch=4),
        SEEN,
        "stay",
        "again",
    ),
}


@pytest.mark.parametrize("name", ORDERED)
def test_a_persons_order(name: str) -> None:
    given_order, row, said, action, code = ORDERED[name]

    assert outcome(given_order, row, said) == (action, code)


def test_an_abort_goes_back_to_the_site_that_the_plan_left() -> None:
    decision = decide(ABORT, Snapshot(row=MOVING, votes=()), NOW, PROTOCOL)

    assert (decision.kind, decision.target) == (Kind.ABORT, "secondary")


@pytest.mark.parametrize(
    ("given_order", "row", "move"),
    [
        (FAILOVER, STEADY, (Kind.FAILOVER, "secondary")),
        (FAILOVER, ON_SECONDARY, (Kind.FAILOVER, "primary")),
        (FAILOVER, HELD, (Kind.FAILOVER, "primary")),
        (FAILOVER, HELD_THERE, (Kind.FAILOVER, "secondary")),
        (SWITCHOVER, STEADY, (Kind.SWITCHOVER, "secondary")),
        (FAILBACK, ON_SECONDARY, (Kind.FAILBACK, "primary")),
        (FAILBACK, replace(HELD, kind=Kind.FAILBACK), (Kind.FAILBACK, "primary")),
    ],
)
def test_an_order_moves_the_tier_as_it_says_to_the_other_site_or_where_its_held_plan_goes(
    given_order: Order, row: TierRow, move: tuple[Kind, Site]
) -> None:
    said = SEEN if row.active == "primary" else SEEN_THERE
    decision = decide(replace(given_order, reason="INC-42"), Snapshot(row=row, votes=said), NOW, PROTOCOL)

    assert (decision.move, decision.reason) == (move, "INC-42")


def test_an_order_that_was_answered_before_is_answered_again_whatever_has_become_of_the_tier() -> None:
    for row in (STEADY, MOVING, replace(STEADY, epoch=9)):
        seen = Snapshot(row=row, votes=SEEN, answered={"outcome": "done", "detail": "secondary is active"})
        decision = decide(FAILOVER, seen, NOW, PROTOCOL)
        assert (decision.action, decision.code) == (Action.REPEAT, "again")
        assert decision.reason == "the order was answered before: done"


def test_what_is_refused_moves_nothing_and_pages_nobody() -> None:
    decision = decide(replace(FAILOVER, epoch=3), Snapshot(row=STEADY, votes=SEEN), NOW, PROTOCOL)

    assert not decision.page
    with pytest.raises(MovesNothing, match="epoch 3"):
        _ = decision.move


@pytest.mark.parametrize(("kind", "target"), [(None, None), (None, "primary"), (Kind.FAILOVER, None)])
def test_half_a_move_is_none(kind: Kind | None, target: Site | None) -> None:
    with pytest.raises(MovesNothing):
        _ = Decision(action=Action.START, code="c", reason="r", kind=kind, target=target).move


def said_to(name: str) -> str:
    given_order, row, said, _action, _code = ORDERED[name]
    return decide(given_order, Snapshot(row=row, votes=said), NOW, PROTOCOL).reason


@pytest.mark.parametrize("name", ORDERED)
def test_whatever_a_persons_order_leads_to_is_said_in_words(name: str) -> None:
    assert said_to(name)
    assert "None" not in said_to(name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a failover to where the tier is", "primary is active already"),
        ("a failover during a plan", "us-east-2/1 carries out plan p, at 'wait'; wait for its end"),
        ("a switchover from a dead site", "primary does not answer; order a failover instead"),
        ("a switchover to a site that is down", "no quorum sees secondary answer"),
        ("a switchover to a site that is behind", "secondary is 5001 ms behind; let it catch up"),
        ("a switchover to a site of unknown lag", "no quorum knows how far secondary is behind; wait until one does"),
        ("a failback from the primary", "primary is active already; there is nothing to fail back"),
        (
            "a switchover out of a held plan would open writes early",
            "plan p is held: order a failover to primary, or an abort",
        ),
        ("an order that its own plan already carries out", "plan p of this very order is at 'wait', moving"),
        ("an order whose plan was cancelled", "plan p of this very order has ended"),
        ("an abort of a plan that has stopped nothing", "nothing was stopped yet"),
        ("an abort after the stop", "plan p is undone"),
        ("an abort of nothing", "nothing to abort: the tier is steady; use switchover or failback"),
        (
            "an abort of an abort would move what was not drained",
            "plan p goes back to primary already; to move on: failover",
        ),
    ],
)
def test_a_person_is_told_what_stands_in_the_way_and_what_to_order_instead(name: str, sentence: str) -> None:
    assert said_to(name) == sentence
