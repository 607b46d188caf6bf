"""Whole moves of the data tier, observers and orchestrators in one process, on a clock that only waiting moves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from failover.arming import arm, disarm
from failover.orders import OrderKind
from failover.tier import Phase
from tests.failover.wire import Call, Killed, denied
from tests.failover.wiring import REGIONS, SITES
from tests.failover.world import CALL_SECONDS, NUMBERS, World


def settle(world: World, seconds: float = 20) -> None:
    world.observe_everywhere()
    world.run(seconds)


def since_the_mark(world: World, phase: Phase) -> float:
    """Seconds from the newest epoch's first row to its first row in the phase, by the rows' own beats."""
    times = [at for at, row in world.row_times if row.epoch == world.peek().epoch]
    reached = [at for at, row in world.row_times if row.epoch == world.peek().epoch and row.phase is phase]
    return reached[0] - times[0]


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


def test_a_planned_move_whose_last_write_never_arrives_is_held_and_people_are_told(model: World) -> None:
    settle(model)
    model.replicate_once_stopped(None)
    answer = model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert answer
    assert answer.outcome == "held"
    assert model.peek().phase is Phase.HELD
    assert model.pages("is held at 'drain'")


def test_a_held_plan_goes_on_when_a_person_says_so(model: World) -> None:
    settle(model)
    model.replicate_once_stopped(None)
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-west-2")

    assert answer
    assert answer.outcome == "done"
    row = model.peek()
    assert (row.epoch, row.active, row.phase) == (2, "secondary", Phase.STEADY)


def test_a_held_plan_goes_back_when_a_person_aborts_it(model: World) -> None:
    settle(model)
    model.replicate_once_stopped(None)
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")
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


def test_disarmed_nothing_moves_and_people_are_told(model: World) -> None:
    settle(model)
    disarm(model.control, "data")
    model.dark.add(SITES.primary)
    model.run(60)

    assert model.peek().epoch == 1
    assert model.pages("automation is disarmed")


def test_disarming_for_a_while_ends_by_aws_time(model: World) -> None:
    settle(model)
    disarm(model.control, "data", timedelta(seconds=60))
    ends = model.clock.now + 60
    model.dark.add(SITES.primary)
    model.run(100)

    marked = next(at for at, row in model.row_times if row.epoch == 2)
    assert ends - 2 <= marked <= ends + 10


def test_a_region_dark_for_an_hour_is_failed_over_once_armed(model: World) -> None:
    """The target's freshness is that of the last canary acknowledged, carried on from generation to generation."""
    # Four times as slow as deployed: the hour is what matters, and it is 20,000 calls even so.
    model.numbers = replace(
        NUMBERS, probe_interval=12.0, vote_fresh=36.0, generation_overlap=48.0, owner_lease=24.0, mend_within=40.0
    )
    model.observe_in_generations()
    model.run(150)
    disarm(model.control, "data")
    model.dark.add(SITES.primary)
    model.run(3600)
    assert model.peek().epoch == 1
    arm(model.control, "data", REGIONS)
    model.run(60)

    assert (model.peek().epoch, model.peek().active) == (2, "secondary")


def test_a_target_that_was_behind_when_the_active_site_died_gets_nothing(model: World) -> None:
    settle(model)
    model.replication_seconds = None
    model.run(15)
    model.dark.add(SITES.primary)
    model.run(60)

    assert model.peek().epoch == 1
    assert model.pages("not known to be up to date")


def test_a_second_failover_in_the_same_direction_waits_for_the_cooldown(model: World) -> None:
    settle(model)
    model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")
    model.run(30)
    model.deliver(model.order(OrderKind.FAILBACK), "us-east-2")
    model.run(30)
    moved_at = model.peek().moved_at["secondary"]
    model.dark.add(SITES.primary)
    model.run(60)
    assert model.peek().epoch == 3
    assert model.pages("cooldown")
    model.run(NUMBERS.cooldown)

    row = model.peek()
    assert (row.epoch, row.active) == (4, "secondary")
    assert row.changed_at - moved_at >= timedelta(seconds=NUMBERS.cooldown)


def test_a_changed_value_outside_is_mended_within_ten_seconds(model: World) -> None:
    settle(model)
    model.set_parameter("us-west-2", "us-west-2")
    model.run(NUMBERS.mend_within)

    assert set(model.parameters().values()) == {SITES.primary}


def test_a_value_outside_is_mended_while_a_quorum_stands_that_may_not_move(model: World) -> None:
    settle(model)
    disarm(model.control, "data")
    model.dark.add(SITES.primary)
    model.run(20)
    model.set_parameter("us-west-2", "us-west-2")
    model.run(NUMBERS.mend_within)

    assert model.parameters()["us-west-2"] == SITES.primary


def test_nothing_outside_is_mended_while_a_plan_decides(model: World) -> None:
    settle(model)
    puts: list[Phase] = []

    def watches(call: Call, act: Any) -> Any:
        if call.operation == "put_parameter":
            puts.append(model.peek().phase)
        return act()

    model.fault = watches
    model.set_parameter("us-west-2", "elsewhere")
    model.replicate_once_stopped(20.0)
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert model.peek().epoch == 2
    assert set(puts) == {Phase.STEADY}
    assert set(model.parameters().values()) == {SITES.secondary}


def test_failing_parameters_neither_delay_nor_abort_a_move(model: World) -> None:
    settle(model)

    def refuses_parameters(call: Call, act: Any) -> Any:
        if call.service == "ssm":
            raise EndpointConnectionError(endpoint_url="ssm")
        return act()

    model.fault = refuses_parameters
    model.dark.add(SITES.primary)
    lost_at = model.clock.now
    model.run(30)
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    assert opened - lost_at < 19
    assert model.peek().step is None
    model.fault = None
    model.run(NUMBERS.mend_within)

    assert model.parameters()["us-east-2"] == SITES.secondary


def test_a_target_that_takes_no_canary_gets_nothing(model: World) -> None:
    settle(model)

    def refuses_the_orchestrators_canary(call: Call, act: Any) -> Any:
        if call.params.get("Key", {}).get("id", {}).get("S", "").endswith("#orchestrator"):
            raise denied(call.operation)
        return act()

    model.fault = refuses_the_orchestrators_canary
    model.dark.add(SITES.primary)
    model.run(30)

    assert model.peek().epoch == 1
    assert model.pages("did not take a canary")


def test_a_target_that_fails_its_verification_is_told_and_stays(model: World) -> None:
    settle(model)

    def breaks_after_the_publish(call: Call, act: Any) -> Any:
        if model.peek().step == "verify" and call.role == "orchestrator" and "id" in call.params.get("Key", {}):
            raise EndpointConnectionError(endpoint_url="dynamodb")
        return act()

    model.fault = breaks_after_the_publish
    answer = model.deliver(model.order(OrderKind.FAILOVER), "us-east-2")

    assert answer
    assert answer.outcome == "done"
    assert (model.peek().epoch, model.peek().active) == (2, "secondary")
    assert model.pages("verify of failover")


def test_votes_that_turn_while_the_target_is_checked_stop_the_mark(model: World) -> None:
    model.waking = False
    settle(model)
    model.cut |= {(region, SITES.primary) for region in REGIONS}
    model.run(12)
    woken = model.wake()

    def recovers(call: Call, act: Any) -> Any:
        if call.role == "orchestrator" and "id" in call.params.get("Key", {}):
            model.fault = None
            for key, item in model.backend("dynamodb", REGIONS[0]).items.items():
                if key[1].startswith("vote#"):
                    item["verdict"] = {"S": "healthy"}
        return act()

    model.fault = recovers
    answer = model.deliver(woken, "us-east-2")

    assert answer
    assert answer.code == "no-quorum"
    assert model.peek().epoch == 1
