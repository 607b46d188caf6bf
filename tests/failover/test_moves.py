"""Whole moves of the data tier, observers and orchestrators in one process, on a clock that only waiting moves."""

from typing import Any

import pytest

from failover.orders import OrderKind
from failover.tier import Phase
from tests.failover.moving import settle, since_the_mark
from tests.failover.wire import Call
from tests.failover.wiring import REGIONS, SITES
from tests.failover.world import CALL_SECONDS, NUMBERS, World


def test_a_lost_primary_region_is_failed_over_without_it(world: World) -> None:
    settle(world)
    world.dark.add(SITES.primary)
    lost_at = world.clock.now
    world.run(25)

    row = world.peek()
    assert (row.epoch, row.active, row.phase, row.step) == (2, "secondary", Phase.STEADY, None)
    assert world.row_times[-1][0] - lost_at < 20
    assert {world.parameters()[region] for region in REGIONS[1:]} == {SITES.secondary}
    assert [page["severity"] for page in world.pages("is active in epoch 2")] == ["critical"]


def test_writes_stay_stopped_for_as_long_as_a_clients_view_may_last(model: World) -> None:
    settle(model)
    model.dark.add(SITES.primary)
    model.run(25)

    assert since_the_mark(model, Phase.STEADY) >= NUMBERS.client_view + NUMBERS.client_margin


def test_the_epoch_moves_with_the_active_site_and_only_with_it(model: World) -> None:
    settle(model)
    model.dark.add(SITES.primary)
    model.run(40)
    model.dark.clear()
    model.run(60)
    model.deliver(model.order(OrderKind.FAILBACK), "us-east-2")

    assert model.active_in() == {1: {"primary"}, 2: {"secondary"}, 3: {"primary"}}


def test_a_switchover_stops_writes_only_after_every_view_is_short(world: World) -> None:
    settle(world)
    answer = world.deliver(world.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "done"
    announced = next(at for at, row in world.row_times if row.phase is Phase.PREPARING)
    marked = next(at for at, row in world.row_times if row.phase is Phase.MOVING)
    opened = next(at for at, row in world.row_times if row.phase is Phase.STEADY and row.epoch == 2)
    assert marked - announced >= NUMBERS.client_wait()
    assert NUMBERS.prepared_wait() <= opened - marked < NUMBERS.client_wait()


def test_a_failback_publishes_only_once_the_last_writes_have_arrived(model: World) -> None:
    settle(model)
    model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")
    model.run(20)
    model.replicate_once_stopped(30.0)
    behind: list[float] = []
    model.deliver(model.order(OrderKind.FAILBACK), "us-east-2")

    marked = next(at for at, row in model.row_times if row.epoch == 3)
    opened = next(at for at, row in model.row_times if row.epoch == 3 and row.phase is Phase.STEADY)
    behind.append(opened - marked)
    assert model.peek().active == "primary"
    assert behind[0] >= 30.0


@pytest.mark.parametrize("lag", [0.9, 1.3, 1.7, 2.1])
def test_a_planned_move_opens_writes_as_soon_as_the_last_write_has_arrived(model: World, lag: float) -> None:
    settle(model)
    model.replication_seconds = lag
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    marked = next(at for at, row in model.row_times if row.epoch == 2)
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    calls = 6 * CALL_SECONDS
    assert opened - marked < NUMBERS.preparing_view + lag + NUMBERS.moving_poll + calls


def test_another_orchestrators_check_of_the_target_is_not_taken_for_the_last_write(model: World) -> None:
    """Someone who writes a canary straight into the target must not look like replication."""
    settle(model)
    model.replicate_once_stopped(30.0)

    def checks_the_target(call: Call, act: Any) -> Any:
        answer = act()
        if model.peek().phase is Phase.MOVING and call.operation == "update_item" and call.region == SITES.primary:
            model.fault = None
            stranger = model.tools("us-west-2").plan
            for _ in range(3):
                stranger.check_target("secondary")
        return answer

    model.fault = checks_the_target
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    marked = next(at for at, row in model.row_times if row.epoch == 2)
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    assert opened - marked >= 30.0


def test_a_late_canary_of_a_relieved_owner_is_not_taken_for_the_last_write(model: World) -> None:
    """It may have left before the writes stopped."""
    settle(model)
    last = model.wiring("us-west-2").canary("orchestrator-last")
    seen: list[int] = []

    def writes_the_same_number(call: Call, act: Any) -> Any:
        if model.peek().phase is Phase.MOVING:
            model.fault = None
            seen.append(last.read(SITES.primary).counter)
            model.clock.after(0.3, lambda: last.raise_to(SITES.primary, seen[0] + 1))
        return act()

    model.fault = writes_the_same_number
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert model.peek().active == "secondary"
    assert last.read(SITES.secondary).counter == seen[0] + 2


def test_a_planned_move_to_where_nothing_arrives_is_called_off_before_writes_stop(model: World) -> None:
    """The votes that call the target up to date are from before."""
    settle(model)
    model.replication_seconds = None
    answer = model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "cancelled"
    assert (model.peek().epoch, model.peek().phase) == (1, Phase.STEADY)
    assert Phase.MOVING not in {row.phase for _, row in model.row_times}
    assert model.pages("is cancelled at 'prepare'")


def test_a_planned_move_whose_target_dies_in_the_preparation_is_called_off(model: World) -> None:
    settle(model)
    model.clock.after(2.0, lambda: model.dark.add(SITES.secondary))
    answer = model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "cancelled"
    assert Phase.MOVING not in {row.phase for _, row in model.row_times}
