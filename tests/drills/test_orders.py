import json
from pathlib import Path

import pytest

from drills import orders
from drills.events import ordered_at, read_events
from drills.orders import OrderRefused, TooEasy
from drills.running import under_way
from failover.orders import OrderKind, from_message
from tests.drills.staged import Staged, staged


@pytest.fixture
def stage(tmp_path: Path) -> Staged:
    """The secondary serves in epoch 7."""
    stage = staged(tmp_path)
    stage.row(epoch=7, active="secondary")
    return stage


def ordered(tmp_path: Path, kind: str) -> float | None:
    return ordered_at(read_events(tmp_path / "events.jsonl"), kind)


def test_the_failback_is_ordered_for_the_epoch_that_is_seen(tmp_path: Path, stage: Staged) -> None:
    with under_way(stage.drill):
        orders.order_failback()
    (order,) = stage.operator.orders
    assert (order.kind, order.epoch, order.target) == (OrderKind.FAILBACK, 7, "primary")
    assert ordered(tmp_path, "failback") == stage.clock.now
    assert ordered(tmp_path, "switchover") is None


def test_a_switchover_leaves_the_site_that_is_active(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.row()
    with under_way(stage.drill):
        orders.order_switchover()
    assert [(one.kind, one.target) for one in stage.operator.orders] == [(OrderKind.SWITCHOVER, "secondary")]


def test_the_orchestrator_can_read_the_order(stage: Staged) -> None:
    with under_way(stage.drill):
        orders.order_failback()
    (order,) = stage.operator.orders
    assert from_message(json.loads(order.to_json())) == order


def test_an_order_that_is_given_to_be_refused_is_none_that_anything_is_measured_from(
    tmp_path: Path, stage: Staged
) -> None:
    stage.operator.refusals = 1
    with under_way(stage.drill):
        assert "it is behind" in orders.order_failback_too_early()
    assert ordered(tmp_path, "failback") is None


def test_an_order_that_had_to_be_refused_and_was_not_fails_the_drill(stage: Staged) -> None:
    with under_way(stage.drill), pytest.raises(TooEasy, match="has not caught up"):
        orders.order_failback_too_early()


def test_an_order_is_given_again_until_it_is_taken_and_timed_from_the_last(tmp_path: Path, stage: Staged) -> None:
    stage.operator.refusals = 3
    with under_way(stage.drill):
        orders.order_failback_until_taken(within_seconds=40)
    assert len({order.id for order in stage.operator.orders}) == 4
    assert ordered(tmp_path, "failback") == stage.clock.now == 103


def test_an_order_that_is_never_taken_is_given_up(stage: Staged) -> None:
    stage.operator.refusals = 100
    with under_way(stage.drill), pytest.raises(OrderRefused):
        orders.order_failback_until_taken(within_seconds=5)
    assert len(stage.operator.orders) == 6


def test_a_failover_is_sent_to_the_region_that_hosts_no_data(stage: Staged) -> None:
    with under_way(stage.drill):
        orders.send_failover()
    assert [(region, order.kind) for region, order in stage.operator.sent] == [("us-east-2", OrderKind.FAILOVER)]
