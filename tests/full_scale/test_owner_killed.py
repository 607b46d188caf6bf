"""The owner of a plan is killed at production's timings, at the two points after which most is at stake."""

from failover.orders import OrderKind
from failover.tier import Phase
from tests.cloud.killing import (
    ORDERED_TO,
    Point,
    Story,
    assert_in_time,
    assert_journal_explains,
    assert_moved_once,
    lose_the_primary,
    order_a_move,
)
from tests.cloud.stage import Stage

UNPLANNED = ("check target", "mark moving", "wait", "publish", "verify", "follow", "notify")
JOURNAL = "BatchWriteItem"  # a step's entry comes before its effect: killed before it is killed after the last step


def assert_finished_by_others(stage: Stage, story: Story, at: tuple[Phase, str]) -> None:
    """See that the owner died at that phase and step, and the one end of every failover in time."""
    assert story.seen_when_killed() == at
    assert_moved_once(stage, story, "secondary", stage.far_regions)
    assert_journal_explains(story, UNPLANNED)
    assert story.stopped_seconds >= stage.protocol.client_wait()
    assert_in_time(stage, story)
    assert story.journal[0]["owner"] != story.journal[-1]["owner"]


def test_killed_right_after_the_mark_the_owner_is_replaced_in_time(stage: Stage) -> None:
    story = lose_the_primary(stage, Point(kill="kill_before", nth=1, operation=JOURNAL, mentions="wait"))
    assert_finished_by_others(stage, story, (Phase.MOVING, "wait"))


def test_killed_right_after_the_publish_the_owner_is_replaced_in_time(stage: Stage) -> None:
    stage.cloud.regions.darken(stage.primary, "blackhole")
    point = Point(kill="kill_before", nth=1, operation=JOURNAL, mentions="verify", caller_region=ORDERED_TO)
    story = order_a_move(stage, stage.reopen(), OrderKind.FAILOVER, point)
    assert_finished_by_others(stage, story, (Phase.STEADY, "verify"))
