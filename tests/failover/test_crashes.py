"""An orchestrator dies before or after each of its calls; another one finishes, with no further message delivered."""

from collections.abc import Callable
from typing import Any

import pytest

from failover.orders import OrderKind
from failover.tier import Phase, TierRow
from tests.failover.wire import Call, Killed
from tests.failover.wiring import SITES
from tests.failover.world import NUMBERS, World

WINDOW = NUMBERS.owner_lease + 12


def lost_region(world: World) -> None:
    world.dark.add(SITES.primary)


def ordered(kind: OrderKind) -> Callable[[World], None]:
    def give(world: World) -> None:
        order = world.order(kind)
        world.clock.after(0.1, lambda: world.note(world.deliver(order, "us-east-2")))

    return give


def on_primary(world: World) -> None:
    world.observe_everywhere()
    world.run(12)


def on_secondary(world: World) -> None:
    on_primary(world)
    world.deliver(world.order(OrderKind.FAILOVER), "us-east-2")
    world.run(20)


MOVES = {
    "failover of a lost region": (on_primary, lost_region, 2, "secondary"),
    "ordered failover": (on_primary, ordered(OrderKind.FAILOVER), 2, "secondary"),
    "switchover": (on_primary, ordered(OrderKind.SWITCHOVER), 2, "secondary"),
    "failback": (on_secondary, ordered(OrderKind.FAILBACK), 3, "primary"),
}


def settled(move: str, fault: Any = None) -> World:
    """Run one move under a fault, long enough for a takeover of its longest wait."""
    prepare, begin, _epoch, _site = MOVES[move]
    world = World()
    prepare(world)
    world.fault = fault
    begin(world)
    world.run(50)
    return world


def count_calls(move: str) -> int:
    made: list[Call] = []

    def counts(call: Call, act: Callable[[], Any]) -> Any:
        if call.role == "orchestrator":
            made.append(call)
        return act()

    settled(move, counts)
    return len(made)


def dying_after(number: int) -> Callable[[Call, Callable[[], Any]], Any]:
    """Kill the orchestrator once it has made so many calls, before it makes another.

    The messages that would start another orchestrator arrive all the same.
    """
    made: list[Call] = []

    def dies(call: Call, act: Callable[[], Any]) -> Any:
        if call.role != "orchestrator":
            return act()
        made.append(call)
        if number == 0 and len(made) == 1:
            raise Killed
        answer = act()
        if len(made) == number:
            raise Killed
        return answer

    return dies


def state(row: TierRow) -> tuple[int, str, Phase, str | None, str | None]:
    return row.epoch, row.active, row.phase, row.step, row.owner


@pytest.mark.parametrize("move", MOVES)
def test_a_death_before_or_after_any_call_leaves_the_same_end_and_one_epoch(move: str) -> None:
    _prepare, _begin, epoch, site = MOVES[move]
    calls = count_calls(move)
    assert calls > 20
    for number in range(calls + 1):
        world = settled(move, dying_after(number))
        said = f"killed after {number} of {calls} calls: {world.calls[-1] if not world.deaths else ''}"
        assert world.deaths == 1, said
        if not started(world, epoch):
            continue
        assert state(world.peek()) == (epoch, site, Phase.STEADY, None, None), said
        assert world.active_in()[epoch] == {site}, said
        assert max(world.active_in()) == epoch, said
        regions = [region for region in world.parameters() if region not in world.dark]
        assert {world.parameters()[region] for region in regions} == {SITES.region(site)}, said  # type: ignore[arg-type]
        assert phases(world, epoch) == ["moving", "steady"], said


def started(world: World, epoch: int) -> bool:
    """Say whether the death left a trace in the row: an order that died before that is repeated by nobody."""
    automatic = bool(world.dark)
    row = world.peek()
    return automatic or (row.plan_id is not None and (row.epoch >= epoch or row.step is not None))


def phases(world: World, epoch: int) -> list[str]:
    """Return the phases that the epoch's rows went through, each once per visit."""
    seen = [row.phase.value for row in world.rows if row.epoch == epoch and row.phase is not Phase.PREPARING]
    first = seen.index("moving")
    return [phase for number, phase in enumerate(seen[first:]) if number == 0 or phase != seen[first:][number - 1]]


@pytest.mark.parametrize("step", ["prepare", "drain", "wait", "verify", "follow", "notify"])
def test_each_step_is_run_again_by_whoever_takes_over(step: str) -> None:
    """The journal shows the step begun by both owners."""
    move = "ordered failover" if step == "wait" else "switchover"
    died: list[str] = []

    def dies(call: Call, act: Callable[[], Any]) -> Any:
        answer = act()
        named = call.params.get("ExpressionAttributeValues", {}).get(":new_step", {}).get("S")
        if call.role == "orchestrator" and named == step and not died:
            died.append(step)
            raise Killed
        return answer

    world = settled(move, dies)
    plan_id = world.peek().plan_id
    assert plan_id
    entries = world.control.entries(plan_id)

    assert world.peek().step is None
    assert [entry["step"] for entry in entries].count(step) == 1  # the dead one had not begun it
    relieved = [entry["owner"] for entry in entries if entry["step"] == step]
    assert relieved != [entry["owner"] for entry in entries if entry["step"] == "check target"]


@pytest.mark.parametrize("effect", ["put_parameter", "publish"])
def test_an_effect_of_the_dead_is_repeated_by_the_successor(effect: str) -> None:
    done: list[str] = []

    def dies(call: Call, act: Callable[[], Any]) -> Any:
        answer = act()
        if call.role == "orchestrator" and call.operation == effect and call.region != SITES.primary:
            done.append(call.caller)
            if len(done) == 1:
                raise Killed
        return answer

    world = settled("failover of a lost region", dies)

    assert len(done) >= 2
    assert state(world.peek()) == (2, "secondary", Phase.STEADY, None, None)


def test_every_wait_starts_again_from_the_successors_own_read() -> None:
    died: list[float] = []

    def dies_late_in_the_wait(call: Call, act: Callable[[], Any]) -> Any:
        answer = act()
        row_write = call.role == "orchestrator" and call.operation == "update_item" and "pk" in call.params["Key"]
        if row_write and not died and ":new_step" not in call.params["ExpressionAttributeValues"]:
            died.append(world_clock())
            raise Killed
        return answer

    world = World()
    world_clock = world.clock.monotonic
    on_primary(world)
    world.fault = dies_late_in_the_wait
    lost_region(world)
    world.run(50)

    rows = [(at, row) for at, row in world.row_times if row.epoch == 2]
    taken = next(at for at, row in rows if row.owner != rows[0][1].owner)
    opened = next(at for at, row in rows if row.phase is Phase.STEADY)
    assert opened - taken >= NUMBERS.client_wait()
    assert opened - died[0] <= WINDOW
