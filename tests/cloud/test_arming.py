"""The switch that forbids automatic plans, thrown while the primary is lost."""

from datetime import timedelta

from failover.arming import arm, disarm
from tests.cloud.killing import watch
from tests.cloud.stage import TIER, Stage
from tests.cloud.told import told_of
from tests.waiting import eventually

PAGE_SECONDS = 20.0
A_WHILE = timedelta(seconds=5)


def test_disarmed_nothing_moves_and_people_are_told_and_armed_again_it_fails_over(stage: Stage) -> None:
    last_page = stage.last_page()
    row = disarm(stage.control, TIER)
    stage.cloud.regions.darken(stage.primary, "blackhole")
    eventually(lambda: told_of(stage, last_page, "not moved", "disarmed"), PAGE_SECONDS, "people are told")
    assert stage.row() == row

    arm(stage.control, TIER, stage.protocol.electorates[TIER])
    sights = watch(stage, row)
    assert (sights[-1].row.epoch, sights[-1].row.active) == (row.epoch + 1, "secondary")


def test_disarmed_for_a_while_it_fails_over_when_the_while_is_over_and_not_before(stage: Stage) -> None:
    last_page = stage.last_page()
    row = disarm(stage.control, TIER, A_WHILE)
    stage.cloud.regions.darken(stage.primary, "blackhole")
    sights = watch(stage, row)
    assert (sights[-1].row.epoch, sights[-1].row.active) == (row.epoch + 1, "secondary")
    assert row.armed_until
    assert sights[-1].row.moved_at["secondary"] >= row.armed_until
    eventually(lambda: told_of(stage, last_page, "not moved", "disarmed"), PAGE_SECONDS, "people are told")
