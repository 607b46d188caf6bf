"""Rows, votes and orders of three observers, as the tests of decisions have them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from failover.control_table import Snapshot
from failover.decision import decide
from failover.orders import Order, OrderKind
from failover.protocol import Protocol
from failover.tier import Kind, Phase, TierRow
from failover.votes import Verdict, Vote

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")
PROTOCOL = Protocol()
STEADY = TierRow(
    tier="data", epoch=4, active="primary", phase=Phase.STEADY, owner_counter=30, armed=True, changed_at=NOW
)
UNDER_WAY = replace(STEADY, plan_id="p", kind=Kind.FAILOVER, owner="us-east-2/1", step="wait", target="primary")
MOVING = replace(UNDER_WAY, phase=Phase.MOVING)
PREPARING = replace(UNDER_WAY, phase=Phase.PREPARING, step="prepare", kind=Kind.SWITCHOVER, target="secondary")
VERIFYING = replace(UNDER_WAY, step="verify")
HELD = replace(MOVING, phase=Phase.HELD, owner=None)
ABORTING = replace(MOVING, kind=Kind.ABORT)


def vote(observer: str, **changes: Any) -> Vote:
    plain = Vote(
        observer=observer,
        tier="data",
        site="primary",
        epoch=4,
        counter=100,
        generation=1,
        verdict=Verdict.UNHEALTHY,
        misses=3,
        goods=0,
        reason="no answer",
        standby=Verdict.HEALTHY,
        lag_ms=9_000_000,
        acked_lag_ms=0,
    )
    return replace(plain, **changes)


def votes(**changes: Any) -> tuple[Vote, ...]:
    return tuple(vote(observer, **changes) for observer in OBSERVERS)


def mixed(**changes: Any) -> tuple[Vote, ...]:
    """Two of three would decide; one of the two says otherwise, and the third is healthy."""
    return (vote("us-east-1"), replace(vote("us-east-2"), **changes), vote("us-west-2", verdict=Verdict.HEALTHY))


def order(kind: OrderKind = OrderKind.WAKE, **changes: Any) -> Order:
    seen = dict.fromkeys(OBSERVERS, 100) if kind is OrderKind.WAKE else {}
    plain = Order(id="o", kind=kind, tier="data", epoch=4, reason="r", by="b", issued_at=NOW, seen_counters=seen)
    return replace(plain, **changes)


def outcome(given_order: Order, row: TierRow, said: tuple[Vote, ...]) -> tuple[str, str]:
    decision = decide(given_order, Snapshot(row=row, votes=said), NOW, PROTOCOL)
    return decision.action.value, decision.code
