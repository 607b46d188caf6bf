"""Plans that are held until a person says what becomes of them, and plans that a person calls off."""

from typing import Any

from failover.orders import OrderKind
from failover.plan_runner import Answer
from failover.tier import Phase
from tests.failover.moving import settle, since_the_mark
from tests.failover.wire import Call, Killed
from tests.failover.wiring import SITES
from tests.failover.world import NUMBERS, World


def hold_a_switchover(model: World) -> Answer | None:
    """Let a planned move stop at its drain: what was written last never arrives."""
    settle(model)
    model.replicate_once_stopped(None)
    return model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")


def test_a_planned_move_whose_last_write_never_arrives_is_held_and_people_are_told(model: World) -> None:
    answer = hold_a_switchover(model)

    assert answer
    assert answer.outcome == "held"
    assert model.peek().phase is Phase.HELD
    [page] = model.pages("is held at 'drain'")
    assert "lifeboat switchover --to secondary to go on" in page["next_step"]


def test_a_held_planned_move_that_is_ordered_again_still_waits_for_the_last_write(model: World) -> None:
    hold_a_switchover(model)
    model.replicate_once_stopped(30.0)
    resumed = model.clock.now
    answer = model.deliver(model.order(OrderKind.SWITCHOVER), "us-west-2")

    assert answer
    assert answer.outcome == "done"
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    assert opened - resumed >= 30.0


def test_a_held_plan_goes_on_when_a_person_says_so(model: World) -> None:
    hold_a_switchover(model)
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-west-2")

    assert answer
    assert answer.outcome == "done"
    row = model.peek()
    assert (row.epoch, row.active, row.phase) == (2, "secondary", Phase.STEADY)


def test_a_held_plan_does_not_go_on_to_a_site_that_is_down_and_can_still_go_back(model: World) -> None:
    hold_a_switchover(model)
    model.dark.add(SITES.secondary)
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")

    assert answer
    assert (answer.outcome, answer.code) == ("refused", "target-down")
    assert model.peek().phase is Phase.HELD
    model.deliver(model.order(OrderKind.ABORT), "us-east-2")
    assert (model.peek().epoch, model.peek().active, model.peek().phase) == (3, "primary", Phase.STEADY)


def test_a_held_plan_goes_back_when_a_person_aborts_it(model: World) -> None:
    hold_a_switchover(model)
    model.deliver(model.order(OrderKind.ABORT), "us-west-2")

    row = model.peek()
    assert (row.epoch, row.active, row.phase) == (3, "primary", Phase.STEADY)
    assert since_the_mark(model, Phase.STEADY) >= NUMBERS.client_wait()


def test_people_hear_of_a_held_plan_even_if_its_owner_died_saying_so(model: World) -> None:
    settle(model)
    model.replicate_once_stopped(None)

    def dies_on_publishing(call: Call, act: Any) -> Any:
        if call.operation == "publish" and model.peek().phase is Phase.HELD:
            model.fault = None
            raise Killed
        return act()

    model.fault = dies_on_publishing
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")
    assert not model.pages("held")
    model.run(10)

    assert model.pages("is held at 'drain'")


def test_an_abort_before_the_stop_changes_no_epoch(model: World) -> None:
    settle(model)
    abort = model.order(OrderKind.ABORT)
    model.clock.after(2.0, lambda: model.note(model.deliver(abort, "us-west-2")))
    answer = model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "lost"
    row = model.peek()
    assert (row.epoch, row.active, row.phase, row.step) == (1, "primary", Phase.STEADY, None)


def test_a_late_copy_of_an_aborted_order_does_not_start_it_again(model: World) -> None:
    settle(model)
    switchover, abort = model.order(OrderKind.SWITCHOVER), model.order(OrderKind.ABORT)
    model.clock.after(2.0, lambda: model.note(model.deliver(abort, "us-west-2")))
    model.deliver(switchover, "us-east-2")
    again = model.deliver(switchover, "us-east-1")
    abort_again = model.deliver(abort, "us-east-1")

    assert again
    assert abort_again
    assert (again.outcome, again.code) == ("cancelled", "again")
    assert (abort_again.outcome, abort_again.code) == ("cancelled", "again")
    assert model.peek().epoch == 1


def test_an_abort_after_the_stop_moves_back_in_an_epoch_of_its_own(world: World) -> None:
    settle(world)

    def abort() -> None:
        world.note(world.deliver(world.order(OrderKind.ABORT), "us-west-2"))

    world.once_stopped = lambda: world.clock.after(0.2, abort)
    answer = world.deliver(world.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "lost"
    row = world.peek()
    assert (row.epoch, row.active, row.phase) == (3, "primary", Phase.STEADY)


def test_a_plan_that_is_overdue_is_held_and_people_are_told(model: World) -> None:
    settle(model)
    model.dark.add(SITES.primary)

    def dies_in_its_wait(call: Call, act: Any) -> Any:
        answer = act()
        if call.role == "orchestrator" and model.peek().step == "wait":
            raise Killed
        return answer

    model.fault = dies_in_its_wait
    model.run(15 + NUMBERS.plan_total)
    assert model.deaths > 3
    model.fault = None
    model.run(15)

    assert model.peek().phase is Phase.HELD
    assert model.pages("is held at 'wait'")
