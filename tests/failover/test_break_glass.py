"""What must be so before an operator acts without a majority of the control table."""

from datetime import UTC, datetime

import pytest

from failover.break_glass import Glass, Known, Majority, is_off, majority, merged
from failover.tier import Kind, Phase
from tests.failover.model_table import refusal
from tests.failover.three_observers import NOW
from tests.failover.wire import lost_reply
from tests.failover.world import World

BROKEN = refusal("InternalServerError", "GetItem", status=500)
LOST = lost_reply("us-east-1")


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ({"a": {}, "b": LOST, "c": LOST}, Majority.THERE),
        ({"a": BROKEN, "b": LOST, "c": LOST}, Majority.LOST),
        ({"a": BROKEN, "b": BROKEN, "c": BROKEN}, Majority.LOST),
        ({"a": LOST, "b": LOST, "c": LOST}, Majority.UNKNOWN),
        ({"a": refusal("AccessDeniedException", "GetItem"), "b": LOST, "c": LOST}, Majority.UNKNOWN),
    ],
)
def test_a_majority_is_lost_only_where_a_region_was_reached_and_could_not_serve(
    answers: dict[str, object], seen: Majority
) -> None:
    assert majority(answers) is seen


@pytest.mark.parametrize(
    ("answer", "off"),
    [({}, False), (LOST, True), (BROKEN, True), (refusal("AccessDeniedException", "GetItem"), False)],
)
def test_a_site_that_answers_anything_at_all_is_not_off(answer: object, off: bool) -> None:
    assert is_off(answer) is off


@pytest.mark.parametrize(("known", "epoch"), [(1, 1002), (7, 1008)])
def test_what_was_forced_is_merged_as_a_held_plan_above_the_forced_epoch(model: World, known: int, epoch: int) -> None:
    glass = Glass(
        id="glass-1",
        stack="prod",
        tier="data",
        known=Known(epoch=known, active="primary", source="the operator"),
        target="secondary",
        by="me",
        reason="INC-42",
        proof="AWS Health says so",
        at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    row = model.control.apply("data", merged(model.peek(), glass, NOW))

    assert (row.epoch, row.active, row.phase, row.owner) == (epoch, "secondary", Phase.HELD, None)
    assert (row.plan_id, row.kind, row.target, row.step) == ("glass-1", Kind.FAILOVER, "secondary", "wait")
    assert (row.changed_at, row.moved_at) == (NOW, {"secondary": NOW})
