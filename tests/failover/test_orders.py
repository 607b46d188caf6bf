"""Orders survive the wire; anything else is refused in words."""

import json
from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.orders import Order, OrderKind, UnknownOrder, from_event, from_message
from tests.failover.world import World

TEXT = st.text(min_size=1, max_size=20)
COUNTS = st.integers(0, 2**40)
ORDERS = st.builds(
    Order,
    id=TEXT,
    kind=st.sampled_from(OrderKind),
    tier=TEXT,
    epoch=COUNTS,
    reason=TEXT,
    by=TEXT,
    issued_at=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))])),
    target=st.sampled_from(["primary", "secondary", None]),
    seen_counters=st.dictionaries(TEXT, COUNTS, max_size=3),
    stalled_counter=st.one_of(st.none(), COUNTS),
)
WHOLE: dict[str, Any] = {
    "schema": 1,
    "id": "o-1",
    "kind": "failover",
    "tier": "data",
    "epoch": 1,
    "reason": "r",
    "by": "me",
    "issued_at": "2030-01-01T00:00:00+00:00",
}


@given(ORDERS)
def test_an_order_survives_either_way_to_the_orchestrator(order: Order) -> None:
    direct = json.loads(order.to_json())
    queued = {"Records": [{"messageId": "1", "body": order.to_json()}]}

    assert [from_message(body) for body in from_event(direct)] == [order]
    assert [from_message(body) for body in from_event(queued)] == [order]


@pytest.mark.parametrize("missing", WHOLE)
def test_an_order_with_a_part_missing_is_refused(missing: str) -> None:
    with pytest.raises(UnknownOrder):
        from_message({name: value for name, value in WHOLE.items() if name != missing})


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"schema": "1"},
        {"kind": "restart"},
        {"kind": None},
        {"epoch": "1"},
        {"epoch": 1.5},
        {"epoch": True},
        {"epoch": None},
        {"id": ""},
        {"id": 7},
        {"tier": ["data"]},
        {"target": "us-east-1"},
        {"issued_at": "2030-01-01T00:00:00"},
        {"issued_at": "yesterday"},
        {"issued_at": 1893456000},
        {"seen_counters": [1]},
        {"seen_counters": {"a": "many"}},
        {"stalled_counter": "3"},
    ],
    ids=str,
)
def test_an_order_with_a_wrong_part_is_refused(changes: dict[str, Any]) -> None:
    from_message(WHOLE)

    with pytest.raises(UnknownOrder):
        from_message({**WHOLE, **changes})


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "wake",
        {},
        {"source": "aws.events", "detail-type": "Scheduled Event"},
        {"Records": [{"Sns": {"Message": "{}"}}]},
        {"Records": [{"body": "not json"}]},
        {"Records": [None]},
    ],
    ids=str,
)
def test_an_event_that_is_no_order_is_refused(event: object) -> None:
    with pytest.raises(UnknownOrder):
        [from_message(body) for body in from_event(event)]


def test_an_order_for_a_tier_without_an_electorate_is_refused(model: World) -> None:
    with pytest.raises(UnknownOrder, match="no electorate"):
        model.orchestrator("us-east-2").carry_out(model.order(OrderKind.FAILOVER, tier="app"))
