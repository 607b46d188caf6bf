"""Each change of a tier's row, as the store takes it, and what makes the store refuse it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from failover import tier
from failover.control_table import AlreadyMoved
from failover.sites import Site
from failover.tier import Change, Kind, NewPlan, NoPlanUnderWay, Phase, TierRow, plan_under_way
from tests.failover.three_observers import STEADY, UNDER_WAY
from tests.failover.world import World

AT = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def plan(target: Site = "secondary", at: datetime = AT, owner: str = "me") -> NewPlan:
    return NewPlan(plan_id="p", kind=Kind.SWITCHOVER, target=target, owner=owner, at=at)


NEXT = replace(plan(), plan_id="p2")
OPENING: Mapping[str, Callable[[TierRow], Change]] = {
    "mark": lambda row: tier.mark(row, NEXT, "wait"),
    "prepare": lambda row: tier.prepare(row, NEXT, "prepare"),
    "resume": lambda row: tier.resume(row, NEXT, "wait"),
    "force": lambda row: tier.force(row, NEXT, 9, "wait"),
}
GOING_ON: Mapping[str, Callable[[TierRow], Change]] = {
    "mark what it prepared": lambda row: tier.mark(row, plan(), "drain"),
    "take over": lambda row: tier.take_over(row, "you"),
    "beat": tier.beat,
    "advance": lambda row: tier.advance(row, "verify"),
    "publish": lambda row: tier.publish(row, "verify"),
    "finish": tier.finish,
    "cancel": tier.cancel,
    "hold": tier.hold,
}
EVERY = {**OPENING, **GOING_ON}


@pytest.fixture
def marked(model: World) -> TierRow:
    return model.control.apply("data", tier.mark(model.peek(), plan(), "wait"))


def test_a_mark_opens_the_next_epoch_at_the_target_with_writes_stopped(model: World) -> None:
    before = model.peek()
    row = model.control.apply("data", tier.mark(before, plan(), "wait"))

    assert (row.epoch, row.active, row.phase) == (before.epoch + 1, "secondary", Phase.MOVING)
    assert (row.plan_id, row.kind, row.target, row.owner, row.step) == ("p", Kind.SWITCHOVER, "secondary", "me", "wait")
    assert (row.changed_at, row.moved_at) == (AT, {"secondary": AT})


def test_a_mark_forgets_no_move_in_the_other_direction(model: World, marked: TierRow) -> None:
    row = model.control.apply("data", tier.mark(marked, plan("primary", LATER), "wait"))

    assert (row.epoch, row.active) == (marked.epoch + 1, "primary")
    assert row.moved_at == {"secondary": AT, "primary": LATER}


def test_preparing_moves_nothing_yet(model: World) -> None:
    before = model.peek()
    row = model.control.apply("data", tier.prepare(before, plan(), "prepare"))

    assert (row.epoch, row.active, row.phase) == (before.epoch, before.active, Phase.PREPARING)
    assert (row.moved_at, row.changed_at) == (before.moved_at, AT)
    assert (row.plan_id, row.target, row.owner, row.step) == ("p", "secondary", "me", "prepare")


def test_a_held_plan_that_is_resumed_goes_on_in_its_epoch_with_a_fresh_budget(model: World, marked: TierRow) -> None:
    held = model.control.apply("data", tier.hold(marked))
    assert (held.phase, held.owner, held.step, held.epoch) == (Phase.HELD, None, "wait", marked.epoch)
    row = model.control.apply("data", tier.resume(held, plan(at=LATER, owner="you"), "wait"))

    assert (row.epoch, row.active, row.phase) == (marked.epoch, "secondary", Phase.MOVING)
    assert (row.owner, row.step, row.changed_at, row.moved_at) == ("you", "wait", LATER, {"secondary": AT})


@pytest.mark.parametrize(("forced", "epoch"), [(1, 3), (2, 3), (1001, 1002)])
def test_a_forced_plan_is_held_by_nobody_above_both_epochs(
    model: World, marked: TierRow, forced: int, epoch: int
) -> None:
    assert marked.epoch == 2
    row = model.control.apply("data", tier.force(marked, plan("primary", LATER), forced, "wait"))

    assert (row.epoch, row.active, row.phase, row.owner) == (epoch, "primary", Phase.HELD, None)
    assert (row.moved_at, row.target, row.step) == ({"secondary": AT, "primary": LATER}, "primary", "wait")


def test_a_plan_taken_over_changes_its_owner_and_nothing_else(model: World, marked: TierRow) -> None:
    row = model.control.apply("data", tier.take_over(marked, "you"))

    assert row == replace(marked, owner="you", owner_counter=marked.owner_counter + 1)


def test_a_beat_shows_nothing_but_life(model: World, marked: TierRow) -> None:
    row = model.control.apply("data", tier.beat(marked))

    assert row == replace(marked, owner_counter=marked.owner_counter + 1)


def test_a_plan_goes_on_step_by_step_to_its_end(model: World, marked: TierRow) -> None:
    advanced = model.control.apply("data", tier.advance(marked, "publish"))
    assert (advanced.step, advanced.phase) == ("publish", Phase.MOVING)
    published = model.control.apply("data", tier.publish(advanced, "verify"))
    assert (published.step, published.phase, published.owner) == ("verify", Phase.STEADY, "me")
    row = model.control.apply("data", tier.finish(published))

    assert (row.step, row.owner, row.target) == (None, None, None)
    assert (row.plan_id, row.kind, row.phase, row.active) == ("p", Kind.SWITCHOVER, Phase.STEADY, "secondary")


def test_a_plan_that_is_cancelled_leaves_the_tier_as_it_was(model: World) -> None:
    before = model.peek()
    preparing = model.control.apply("data", tier.prepare(before, plan(), "prepare"))
    row = model.control.apply("data", tier.cancel(preparing))

    assert (row.epoch, row.active, row.phase) == (before.epoch, before.active, Phase.STEADY)
    assert (row.step, row.owner, row.target, row.unfinished) == (None, None, None, False)


@pytest.mark.parametrize("until", [None, LATER])
def test_a_tier_is_disarmed_and_armed_under_any_plan(model: World, marked: TierRow, until: datetime | None) -> None:
    disarmed = model.control.apply("data", tier.disarm(until))
    assert disarmed == replace(marked, armed=False, armed_until=until)
    armed = model.control.apply("data", tier.arm())

    assert armed == replace(marked, armed=True, armed_until=None)


@pytest.mark.parametrize("name", EVERY)
def test_every_change_of_a_plan_moves_the_owners_counter_on_by_one(model: World, marked: TierRow, name: str) -> None:
    row = model.control.apply("data", EVERY[name](marked))

    assert row.owner_counter == marked.owner_counter + 1


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    "believed",
    [{"epoch": 7}, {"phase": Phase.STEADY}, {"plan_id": "q"}, {"owner": "you"}, {"owner": None}, {"owner_counter": 7}],
    ids=str,
)
def test_whoever_is_wrong_about_the_row_changes_nothing(
    model: World, marked: TierRow, name: str, believed: dict[str, Any]
) -> None:
    with pytest.raises(AlreadyMoved):
        model.control.apply("data", EVERY[name](replace(marked, **believed)))
    assert model.peek() == marked


@pytest.mark.parametrize("name", OPENING)
@pytest.mark.parametrize("until", [None, LATER])
def test_no_plan_opens_over_a_change_of_arming_that_it_has_not_seen(
    model: World, marked: TierRow, name: str, until: datetime | None
) -> None:
    disarmed = model.control.apply("data", tier.disarm(until))
    for unseen in (marked, replace(disarmed, armed_until=AT)):
        with pytest.raises(AlreadyMoved):
            model.control.apply("data", OPENING[name](unseen))
    model.control.apply("data", OPENING[name](disarmed))


@pytest.mark.parametrize("name", GOING_ON)
def test_a_plan_under_way_goes_on_whatever_becomes_of_arming(model: World, marked: TierRow, name: str) -> None:
    model.control.apply("data", tier.disarm(None))

    assert not model.control.apply("data", GOING_ON[name](marked)).armed


def test_the_plan_under_way_is_the_rows_own() -> None:
    assert plan_under_way(UNDER_WAY, LATER) == NewPlan(
        plan_id="p", kind=Kind.FAILOVER, target="primary", owner="us-east-2/1", at=LATER
    )


@pytest.mark.parametrize("missing", ["plan_id", "kind", "target", "owner"])
def test_a_row_that_names_its_plan_by_half_names_none(missing: str) -> None:
    lacking: dict[str, Any] = {missing: None}
    with pytest.raises(NoPlanUnderWay, match="tier data, epoch 4"):
        plan_under_way(replace(UNDER_WAY, **lacking), LATER)


@pytest.mark.parametrize(
    ("row", "unfinished"),
    [(STEADY, False), (UNDER_WAY, True), (replace(UNDER_WAY, phase=Phase.HELD), False)],
)
def test_a_plan_is_unfinished_while_it_has_steps_and_nobody_has_stopped_it(row: TierRow, unfinished: bool) -> None:
    assert row.unfinished is unfinished


@pytest.mark.parametrize(("kind", "planned"), [(k, k in (Kind.SWITCHOVER, Kind.FAILBACK)) for k in Kind])
def test_only_what_drains_the_old_site_is_planned(kind: Kind, planned: bool) -> None:
    assert kind.planned is planned
