"""Orders that come at once, again, late and in the wrong order: the same end, one epoch, no second plan."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from failover.orders import Order, OrderKind
from failover.tier import Phase, TierRow
from failover.votes import tally
from localcloud.faults import Fault
from tests.cloud.killing import Story, assert_moved_once, tell
from tests.cloud.stage import TIER, Stage
from tests.waiting import eventually

SOON_SECONDS = 10.0
TIMES = 5
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def sick_primary(stage: Stage) -> Stage:
    """The primary answers no canary's read, to whomever; its region runs, and its orchestrator too."""
    stage.cloud.faults.add(
        Fault(effect="error", caller_name=stage.observer, region=stage.primary, service="dynamodb", operation="GetItem")
    )
    return stage


def assert_one_plan(stage: Stage, story: Story) -> None:
    """See one move to the secondary, by one plan with one owner."""
    assert_moved_once(stage, story, "secondary", stage.control_regions)
    plans = {sight.row.plan_id for sight in story.sights}
    assert plans == {story.end.plan_id}
    assert len(story.owners) == 1


def assert_unmoved(stage: Stage, row: TierRow) -> None:
    """See the row as it was."""
    assert stage.row() == row


def at_once(stage: Stage, order: Order, regions: tuple[str, ...]) -> list[dict[str, Any]]:
    """Hand the same order to these regions' orchestrators at the same time; return the answers."""
    with ThreadPoolExecutor(len(regions)) as hands:
        return list(hands.map(lambda region: stage.order(order, region), regions))


def quorum(stage: Stage, row: TierRow) -> dict[str, int] | None:
    """Return the counters of the votes if a quorum says that the row's active site is down."""
    votes = stage.snapshot().votes
    down = tally(votes, row, stage.protocol).active_is_down
    return {vote.observer: vote.counter for vote in votes} if down else None


def test_three_orchestrators_with_the_same_evidence_make_one_plan(sick_primary: Stage) -> None:
    stage, before, since = sick_primary, sick_primary.row(), sick_primary.last_call()
    evidence = eventually(lambda: quorum(stage, before), SOON_SECONDS, "a quorum against the primary")
    answers = at_once(stage, stage.wake(before, seen_counters=evidence), stage.control_regions * TIMES)
    story = tell(stage, before, None, since)
    assert_one_plan(stage, story)
    assert {answer["outcome"] for answer in answers} <= {"done", "lost", "stayed", "refused"}


def test_one_order_delivered_five_times_is_one_plan_with_one_answer(stage: Stage) -> None:
    before, since = stage.row(), stage.last_call()
    order = stage.told(OrderKind.FAILOVER, before, target="secondary")
    for region in stage.control_regions:
        stage.publish(order, region)
    answers = at_once(stage, order, (stage.control_regions * TIMES)[:TIMES])
    story = tell(stage, before, None, since)
    assert_one_plan(stage, story)
    assert story.end.plan_id == order.id
    assert {answer["epoch"] for answer in answers if answer["outcome"] == "done"} <= {before.epoch, before.epoch + 1}

    again = stage.order(order, stage.secondary)
    assert (again["outcome"], again["code"]) == ("done", "again")
    assert_unmoved(stage, story.end)


def test_an_hour_old_order_is_refused(stage: Stage) -> None:
    row = stage.row()
    for kind in (OrderKind.WAKE, OrderKind.FAILOVER):
        order = stage.told(kind, row, target="secondary", issued_at=stage.now() - AN_HOUR)
        answer = stage.order(order, stage.secondary)
        assert (answer["outcome"], answer["code"]) == ("refused", "old")
    assert_unmoved(stage, row)


def test_an_order_of_the_epoch_before_changes_nothing_after_the_move(stage: Stage) -> None:
    before, since = stage.row(), stage.last_call()
    late = [stage.told(kind, before) for kind in (OrderKind.FAILOVER, OrderKind.SWITCHOVER, OrderKind.ABORT)]
    late.append(stage.wake(before, seen_counters=dict.fromkeys(stage.control_regions, 0), stalled_counter=1))
    assert stage.order(stage.told(OrderKind.FAILOVER, before), stage.secondary)["outcome"] == "done"
    moved = tell(stage, before, None, since).end

    answers = [stage.order(order, stage.secondary) for order in late]
    assert {(answer["outcome"], answer["code"]) for answer in answers} == {("refused", "epoch")}
    assert_unmoved(stage, moved)


def test_a_refused_order_that_is_given_again_gets_the_first_answer(stage: Stage) -> None:
    row = stage.row()
    order = stage.told(OrderKind.FAILBACK, row)
    first, again = stage.order(order, "us-east-2"), stage.order(order, stage.secondary)
    assert (first["outcome"], first["code"]) == ("refused", "target")
    assert (again["outcome"], again["code"], again["reason"]) == ("refused", "again", first["reason"])
    assert_unmoved(stage, row)


def test_an_owner_that_lives_is_not_robbed_by_a_message_of_its_older_counter(stage: Stage) -> None:
    before, since = stage.row(), stage.last_call()
    stage.invoke(stage.told(OrderKind.FAILOVER, before), "us-east-2", kind="Event")
    moving = eventually(lambda: _moving(stage), SOON_SECONDS, "a plan that waits for its clients")
    assert moving
    stale = stage.wake(moving, stalled_counter=moving.owner_counter - 1)
    answers = at_once(stage, stale, stage.control_regions)
    assert_one_plan(stage, tell(stage, before, None, since))
    assert {answer["outcome"] for answer in answers} <= {"stayed", "refused"}


def _moving(stage: Stage) -> TierRow | None:
    row = stage.control.row(TIER)
    return row if row.phase is Phase.MOVING else None
