"""Writes whose answer is lost, several owners at once: what the row shows in the end, over a model of the table."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from hypothesis import given, settings
from hypothesis import strategies as st

from failover import tier
from failover.arming import arm, disarm
from failover.ballot import Ballot
from failover.control_table import AlreadyMoved, TierRowMissing
from failover.sites import Site, other
from failover.tier import Change, Kind, NewPlan, Phase, TierRow
from tests.failover.model_table import refusal
from tests.failover.wire import Call, denied, lost_reply
from tests.failover.wiring import CONTROL, REGIONS
from tests.failover.world import World

AT = datetime(2030, 1, 1, tzinfo=UTC)


def plan(owner: str, target: Site) -> NewPlan:
    return NewPlan(plan_id=f"plan-of-{owner}", kind=Kind.FAILOVER, target=target, owner=owner, at=AT)


def marked(row: TierRow, owner: str = "me") -> Change:
    return tier.mark(row, plan(owner, other(row.active)), "wait")


def once(world: World, applied: bool, error: Exception, between: Callable[[], object] | None = None) -> None:
    """Make the next row write end in an error, carried out or not, with something else in between."""

    def fails(call: Call, act: Callable[[], Any]) -> Any:
        if call.operation != "update_item":
            return act()
        world.fault = None
        if applied:
            act()
        if between:
            between()
        raise error

    world.fault = fails


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
@pytest.mark.parametrize(
    "error",
    [
        lost_reply("x"),
        ResponseParserError("cut"),
        refusal("InternalServerError", "UpdateItem", status=500),
        refusal("ReplicatedWriteConflictException", "UpdateItem"),
    ],
    ids=["lost reply", "cut answer", "server error", "conflict"],
)
def test_a_write_without_a_plain_answer_is_settled_by_reading(model: World, applied: bool, error: Exception) -> None:
    row = model.peek()
    once(model, applied, error)
    after = model.control.apply("data", marked(row))

    assert (after.epoch, after.owner, after.owner_counter) == (2, "me", 1)
    assert after == model.peek()


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_anothers_write_in_between_means_lost(model: World, applied: bool) -> None:
    row = model.peek()

    def rival() -> None:
        now = model.peek()
        rival_table = World.control_of(model, "us-west-2")
        rival_table.apply("data", tier.hold(now) if applied else marked(now, "rival"))

    once(model, applied, lost_reply("x"), rival)
    with pytest.raises(AlreadyMoved):
        model.control.apply("data", marked(row))

    assert model.peek().epoch == 2
    assert model.peek().owner == (None if applied else "rival")


def test_a_write_that_lands_late_is_still_ones_own(model: World) -> None:
    """The first attempt is read as not applied, and lands just before the second."""
    row = model.peek()
    late: list[Callable[[], Any]] = []

    def lands_late(call: Call, act: Callable[[], Any]) -> Any:
        if call.operation == "update_item":
            if not late:
                late.append(act)
                raise lost_reply("x")
            model.fault = None
            late[0]()
        return act()

    model.fault = lands_late
    after = model.control.apply("data", marked(row))

    assert (after.epoch, after.owner_counter) == (2, 1)


def test_a_refused_write_is_raised_as_it_is(model: World) -> None:
    once(model, False, denied("UpdateItem"))

    with pytest.raises(ClientError, match="AccessDenied"):
        model.control.apply("data", marked(model.peek()))


def test_a_table_that_never_answers_raises_in_the_end(model: World) -> None:
    model.dark = set(REGIONS)
    began = model.clock.now

    with pytest.raises(Exception, match="endpoint"):
        model.control.row("data")
    assert model.clock.now - began < 8


def test_a_missing_row_is_never_made_by_a_plan(model: World) -> None:
    row = model.peek()
    model.backend("dynamodb", REGIONS[0]).items.clear()

    with pytest.raises(TierRowMissing):
        model.control.apply("data", marked(row))
    with pytest.raises(TierRowMissing):
        disarm(model.control, "data")
    assert not [key for key in model.backend("dynamodb", REGIONS[0]).items if key[0] == CONTROL]


def test_a_row_that_was_lost_comes_back_where_the_observers_last_saw_it(model: World) -> None:
    backend = model.backend("dynamodb", REGIONS[0])
    said: dict[str, tier.Value] = {
        "site": "secondary",
        "epoch": 7,
        "verdict": "healthy",
        "misses": 0,
        "goods": 3,
        "reason": "ok",
    }
    Ballot(
        table=CONTROL, client=model.client("dynamodb", "us-east-2", "us-east-2"), tier="data", observer="us-east-2"
    ).cast({**said, "standby": "healthy"}, generation=1, after=None)
    backend.items = {key: item for key, item in backend.items.items() if "tier#data" not in str(key)}

    row = arm(model.control, "data", REGIONS)

    assert (row.active, row.epoch > 1000, row.armed) == ("secondary", True, True)


def test_arming_touches_no_plan_under_way(model: World) -> None:
    disarm(model.control, "data")
    under_way = model.control.apply("data", marked(model.peek()))
    armed = arm(model.control, "data", REGIONS)

    assert armed.armed
    assert model.control.apply("data", tier.beat(armed)).owner == under_way.owner


def test_disarming_between_the_read_and_the_mark_stops_the_mark(model: World) -> None:
    row = model.peek()
    disarm(model.control, "data")

    with pytest.raises(AlreadyMoved):
        model.control.apply("data", marked(row))


NAMES = ("a", "b", "c")
ACTS: dict[str, Callable[[TierRow, str], Change]] = {
    "mark": marked,
    "prepare": lambda row, me: tier.prepare(row, plan(me, other(row.active)), "prepare"),
    "resume": lambda row, me: tier.resume(row, plan(me, row.active), "wait"),
    "take over": tier.take_over,
    "beat": lambda row, _me: tier.beat(row),
    "advance": lambda row, _me: tier.advance(row, "next"),
    "publish": lambda row, _me: tier.publish(row, "verify"),
    "finish": lambda row, _me: tier.finish(row),
    "cancel": lambda row, _me: tier.cancel(row),
    "hold": lambda row, _me: tier.hold(row),
}
OWNERS_ACTS = {"beat", "advance", "publish", "finish", "hold"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.one_of(st.just("read"), st.sampled_from([*ACTS])),
        st.sampled_from(["plain", "lost", "unapplied"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_any_interleaving_of_owners_keeps_one_mark_an_epoch(steps: list[tuple[str, str, str]]) -> None:
    """Each actor works from the row as it last saw it, however old; the table alone keeps them apart."""
    world = World()
    held = dict.fromkeys(NAMES, world.peek())
    marks: list[int] = []
    for me, act, fate in steps:
        before = world.peek()
        if act == "read":
            held[me] = before
            continue
        if act in OWNERS_ACTS and held[me].owner != me:
            continue
        if fate != "plain":
            once(world, fate == "lost", lost_reply("x"))
        try:
            held[me] = world.control.apply("data", ACTS[act](held[me], me))
        except AlreadyMoved:
            assert world.peek() == before
            continue
        finally:
            world.fault = None
        after = world.peek()
        assert after == held[me]
        if act == "cancel" and after == before:
            continue  # somebody's very same write: cancelled is cancelled
        assert after.owner_counter == before.owner_counter + 1
        assert after.epoch == before.epoch + (act == "mark")
        marks += [after.epoch] * (act == "mark")
        if act in OWNERS_ACTS:
            assert before.owner == me
        if act == "publish":
            assert after.phase is Phase.STEADY
    assert marks == list(range(2, 2 + len(marks)))
