"""The owner of a plan is killed after its effects, and others finish the plan without being told.

What a killed process leaves behind is what its calls did: killed before a call is killed after the one before it. So
the kills come after effects, and not after entries in the journal, which nobody acts on. With LIFEBOAT_EVERY_CALL=1
each call of an automatic failover is killed before and after, reads and journal too, which takes minutes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from failover.orders import OrderKind
from failover.sites import other
from failover.tier import Phase
from tests.cloud.killing import (
    ORDERED_TO,
    Kill,
    Point,
    Story,
    around,
    assert_in_time,
    assert_journal_explains,
    assert_moved_once,
    lose_the_primary,
    order_a_move,
)
from tests.cloud.stage import Stage

UNPLANNED = ("check target", "mark moving", "wait", "publish", "verify", "follow", "notify")
PLANNED = ("check target", "announce", "prepare", "mark moving", "drain", "publish", "verify", "follow", "notify")
JOURNAL = "BatchWriteItem"
UNEVEN_HEARTBEATS = 2
PROVED_SECONDS = 3.0  # a successor sees once more that the target follows and takes writes
EVERY_CALL = "LIFEBOAT_EVERY_CALL"
KILLS: tuple[Kill, ...] = ("kill_before", "kill_after")


@dataclass(frozen=True, kw_only=True)
class Killing:
    """A stage, an undisturbed failover on it."""

    stage: Stage
    undisturbed: Story

    def lose_the_primary(self, point: Point) -> Story:
        """Lose the primary's region and check what others made of the owner's death."""
        with around(point):
            story = lose_the_primary(self.stage, point)
            self.check_failover(story)
        return story

    def order_a_failover(self, point: Point) -> Story:
        """Order a failover while the primary's region is dark, and check the same."""
        with around(point):
            story = order_a_move(self.stage, self.stage.reopen(), OrderKind.FAILOVER, point)
            self.check_failover(story)
        return story

    def order_a_switchover(self, point: Point) -> Story:
        """Order a switchover to the other site and check the same; its successor prepares the clients once more."""
        stage, before = self.stage, self.stage.row()
        with around(point):
            stage.await_votes(before)
            story = order_a_move(stage, before, OrderKind.SWITCHOVER, point)
            assert_moved_once(stage, story, other(before.active), stage.control_regions)
            assert_journal_explains(story, PLANNED)
            assert story.stopped_seconds >= stage.protocol.prepared_wait()
            assert_in_time(stage, story, stage.protocol.client_wait() + PROVED_SECONDS)
        return story

    def check_failover(self, story: Story) -> None:
        """See the end that every failover has, in time, and no write before the last view has expired."""
        assert_moved_once(self.stage, story, "secondary", self.stage.far_regions)
        assert_journal_explains(story, UNPLANNED)
        assert story.stopped_seconds >= self.stage.protocol.client_wait()
        assert_in_time(self.stage, story)


@pytest.fixture(scope="module")
def killing(whole_stage: Stage) -> Iterator[Killing]:
    yield Killing(stage=whole_stage, undisturbed=lose_the_primary(whole_stage, None))
    whole_stage.cloud.faults.clear()
    whole_stage.cloud.regions.restore()


def test_an_undisturbed_failover_is_run_by_one_owner_from_end_to_end(killing: Killing) -> None:
    killing.check_failover(killing.undisturbed)
    assert len(killing.undisturbed.owners) == 1


def test_killed_before_the_row_names_its_plan_an_orchestrator_is_replaced_by_the_next_turn(killing: Killing) -> None:
    last = killing.undisturbed.effects_to(Phase.MOVING)[-2:]
    stories = [killing.lose_the_primary(Point(kill="kill_after", nth=one.nth, operation=one.operation)) for one in last]
    assert all(story.killed for story in stories)


@pytest.mark.minutes
def test_killed_after_any_effect_the_owner_is_replaced_and_its_plan_finished(killing: Killing) -> None:
    stage = killing.stage
    stage.cloud.regions.darken(stage.primary, "blackhole")
    undisturbed = order_a_move(stage, stage.reopen(), OrderKind.FAILOVER, None)
    earlier = undisturbed.effects_to(Phase.MOVING)
    effects = [one for one in undisturbed.effects() if one not in earlier and one.operation != JOURNAL]
    stories = [killing.order_a_failover(one.kill_after(ORDERED_TO)) for one in effects]
    assert sum(bool(story.killed) for story in stories) >= len(effects) - UNEVEN_HEARTBEATS


@pytest.mark.minutes
def test_killed_after_any_row_write_of_a_planned_move_the_owner_is_replaced(killing: Killing) -> None:
    """Up to the publish: what comes after it is the same in every plan."""
    undisturbed = order_a_move(killing.stage, killing.stage.set(), OrderKind.SWITCHOVER, None)
    done = undisturbed.effects_to(Phase.STEADY)
    writes = [one for one in done if (one.operation, one.region) == ("UpdateItem", ORDERED_TO)]
    stories = [killing.order_a_switchover(one.kill_after(ORDERED_TO)) for one in writes]
    assert sum(bool(story.killed) for story in stories) >= len(writes) - UNEVEN_HEARTBEATS


def test_a_takeover_may_have_to_start_its_process_first(killing: Killing) -> None:
    stage = killing.stage
    stage.cloud.regions.darken(stage.primary, "blackhole")
    before = stage.reopen()
    for region in stage.far_regions:
        if region != ORDERED_TO:
            stage.cloud.kills(region, stage.orchestrator)
    story = order_a_move(stage, before, OrderKind.FAILOVER, _after_the_mark())
    killing.check_failover(story)


def test_a_successor_that_is_killed_too_is_replaced_as_well(killing: Killing) -> None:
    stage = killing.stage
    stage.cloud.regions.darken(stage.primary, "blackhole")
    before = stage.reopen()
    for region in stage.far_regions:
        if region != ORDERED_TO:
            taken_over = Point(kill="kill_after", nth=1, operation="UpdateItem", caller_region=region)
            stage.cloud.faults.add(taken_over.fault(stage))
    story = order_a_move(stage, before, OrderKind.FAILOVER, _after_the_mark())
    assert_moved_once(stage, story, "secondary", stage.far_regions)
    assert_journal_explains(story, UNPLANNED)
    assert story.stopped_seconds >= stage.protocol.client_wait()


def _after_the_mark() -> Point:
    return Point(kill="kill_after", nth=1, operation="UpdateItem", caller_region=ORDERED_TO, region=ORDERED_TO)


@pytest.mark.minutes
@pytest.mark.skipif(EVERY_CALL not in os.environ, reason=f"takes minutes: set {EVERY_CALL}=1")
@pytest.mark.parametrize("kill", KILLS)
def test_killed_around_any_call_at_all_the_owner_is_replaced(killing: Killing, kill: Kill) -> None:
    nth, killed = 0, True
    while killed:
        nth += 1
        killed = bool(killing.lose_the_primary(Point(kill=kill, nth=nth)).killed)
    assert nth > len(killing.undisturbed.effects())
