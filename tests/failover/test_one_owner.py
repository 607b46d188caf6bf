"""However many orchestrators and messages there are, a plan has one owner at a time, and a move is made once."""

from datetime import timedelta
from typing import Any

import pytest

from failover.orders import OrderKind
from failover.rows import answer_key, to_item
from failover.tier import Phase
from tests.failover.moving import settle
from tests.failover.wire import Call, Killed
from tests.failover.wiring import REGIONS, SITES
from tests.failover.world import NUMBERS, World


def test_a_stalled_owner_is_relieved_within_the_lease_and_twelve_seconds(model: World) -> None:
    settle(model)
    model.dark.add(SITES.primary)
    died: list[float] = []

    def dies_once_in_its_wait(call: Call, act: Any) -> Any:
        answer = act()
        if not died and call.role == "orchestrator" and model.peek().step == "wait":
            died.append(model.clock.now)
            raise Killed
        return answer

    model.fault = dies_once_in_its_wait
    model.run(40)
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    assert opened - died[0] <= NUMBERS.owner_lease + 12
    assert model.active_in() == {1: {"primary"}, 2: {"secondary"}}


def test_an_owner_whose_counter_moved_on_is_not_relieved(model: World) -> None:
    settle(model)
    stale: list[int] = []

    def too_late() -> None:
        stale.append(model.peek().owner_counter - 1)
        model.note(model.deliver(model.wake(stalled_counter=stale[0], seen_counters={}), "us-west-2"))

    model.clock.after(3.0, too_late)
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")

    assert answer
    assert answer.outcome == "done"
    assert [given.code for given in model.answers] == ["busy", "done"]


def test_a_relieved_owner_writes_nothing_more(model: World) -> None:
    """Its process was frozen in the wait; when it thaws, another one owns the plan."""
    settle(model)
    frozen: list[float] = []
    home = "us-east-2"

    def freezes(call: Call, act: Any) -> Any:
        if (
            not frozen
            and call.role == "orchestrator"
            and model.peek().step == "wait"
            and call.operation == "update_item"
        ):
            frozen.append(model.clock.now)
            model.clock.sleep(60)
        return act()

    model.fault = freezes
    model.dark.add(SITES.primary)
    model.deliver(model.order(OrderKind.FAILOVER), home)

    row = model.peek()
    assert (row.epoch, row.active, row.step) == (2, "secondary", None)
    owners = [seen.owner for seen in model.rows if seen.epoch == 2 and seen.owner]
    assert len(set(owners)) == 2
    assert owners == sorted(owners, key=lambda owner: not owner.startswith(home))


@pytest.mark.parametrize("homes", [REGIONS, REGIONS[::-1], ("us-east-2",) * 5])
def test_many_orchestrators_with_the_same_evidence_make_one_move(model: World, homes: tuple[str, ...]) -> None:
    model.waking = False
    settle(model)
    model.cut |= {(region, SITES.primary) for region in REGIONS}
    model.run(12)
    woken = model.wake()
    for delay, home in enumerate(homes):
        model.clock.after(0.05 * delay, lambda home=home: model.note(model.deliver(woken, home)))  # type: ignore[misc]
    model.run(20)

    assert model.active_in() == {1: {"primary"}, 2: {"secondary"}}
    assert [answer.outcome for answer in model.answers].count("done") == 1


def test_orchestrators_that_race_to_the_mark_make_one_move(model: World) -> None:
    """Another one carries the same order out whole, just before this one's mark."""
    model.waking = False
    settle(model)
    model.cut |= {(region, SITES.primary) for region in REGIONS}
    model.run(12)
    woken = model.wake()

    def overtaken(call: Call, act: Any) -> Any:
        if call.operation == "update_item" and call.params["Key"].get("pk") == {"S": "tier#data"}:
            model.fault = None
            model.deliver(woken, "us-west-2")
        return act()

    model.fault = overtaken
    answer = model.deliver(woken, "us-east-2")

    assert answer
    assert (answer.outcome, answer.code) == ("lost", "raced")
    assert model.active_in() == {1: {"primary"}, 2: {"secondary"}}


def test_a_message_an_hour_old_moves_nothing(model: World) -> None:
    model.waking = False
    settle(model)
    model.cut |= {(region, SITES.primary) for region in REGIONS}
    model.run(12)
    hour_old = model.wake(issued_at=model.aws_now() - timedelta(hours=1))
    answer = model.deliver(hour_old, "us-east-2")

    assert answer
    assert (answer.outcome, answer.code) == ("refused", "old")
    assert model.peek().epoch == 1


def test_messages_out_of_order_move_nothing_twice(model: World) -> None:
    settle(model)
    before = model.wake(seen_counters=dict.fromkeys(REGIONS, 0))
    first, second = model.order(OrderKind.FAILOVER), model.order(OrderKind.FAILBACK, epoch=2)
    outcomes = [model.deliver(order, "us-east-2") for order in (second, first, second, before, first)]

    said = [(answer.outcome, answer.code) for answer in outcomes if answer]
    assert said == [
        ("refused", "epoch"),
        ("done", "done"),
        ("refused", "again"),
        ("refused", "epoch"),
        ("done", "again"),
    ]
    assert model.peek().epoch == 2


def test_an_order_given_five_times_is_carried_out_once_and_answered_alike(world: World) -> None:
    settle(world)
    order = world.order(OrderKind.SWITCHOVER)
    world.clock.after(3.0, lambda: world.note(world.deliver(order, "us-west-2")))
    for home in ("us-east-2", "us-east-1", "us-west-2", "us-east-2"):
        world.note(world.deliver(order, home))

    assert world.peek().epoch == 2
    assert [answer.outcome for answer in world.answers] == ["stayed", "done", "done", "done", "done"]


def test_an_order_that_was_answered_while_its_copy_checked_the_target_is_not_carried_out(model: World) -> None:
    settle(model)
    order = model.order(OrderKind.FAILOVER)

    def answered_elsewhere(call: Call, act: Any) -> Any:
        if call.role == "orchestrator" and "id" in call.params.get("Key", {}):
            model.fault = None
            model.control.write_entries([{**answer_key(order.id), **to_item({"outcome": "refused", "detail": "why"})}])
        return act()

    model.fault = answered_elsewhere
    answer = model.deliver(order, "us-east-2")

    assert answer
    assert (answer.outcome, answer.code, answer.reason) == ("refused", "again", "why")
    assert model.peek().epoch == 1
