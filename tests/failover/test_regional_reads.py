"""Reads follow the tier too where they must, and what could not be read is told from what is not there."""

import pytest

from failover.call_failed import CallFailed
from failover.regional_table import NoSuchItem
from failover.write_grants import NoCurrentView, TierMoving
from tests.failover.two_regions import KEY, LOST, FixedViews, World


@pytest.fixture
def world() -> World:
    return World.whole()


def test_the_standby_answers_reads_only_when_asked(world: World) -> None:
    world.secondary.answers = [{"Item": {"id": {"S": "from the standby"}}}]
    world.primary.answers = [{"Item": {"id": {"S": "from the active site"}}}]
    table = world.table()
    assert table.get_item(Key=KEY)["id"] == {"S": "from the active site"}
    assert table.get_item(Key=KEY, site="standby")["id"] == {"S": "from the standby"}


def test_a_plain_read_needs_no_current_view(world: World) -> None:
    world.views = FixedViews(until=104.0, refusal=TierMoving("moving"))
    world.primary.answers = [{"Item": KEY}]
    assert world.table().get_item(Key=KEY) == KEY


def test_a_consistent_read_follows_the_rule_of_writes(world: World) -> None:
    world.views = FixedViews(until=104.0, refusal=TierMoving("moving"))
    with pytest.raises(TierMoving):
        world.table().get_item(Key=KEY, ConsistentRead=True)


def test_a_consistent_answer_after_the_view_expired_is_not_given(world: World) -> None:
    world.primary.seconds, world.primary.answers = 4.0, [{"Item": KEY}]
    with pytest.raises(NoCurrentView):
        world.table().get_item(Key=KEY, ConsistentRead=True)


def test_a_consistent_read_of_the_standby_is_an_error_of_the_caller(world: World) -> None:
    with pytest.raises(ValueError, match="standby"):
        world.table().get_item(Key=KEY, site="standby", ConsistentRead=True)


def test_a_missing_item_is_an_error_and_not_none(world: World) -> None:
    with pytest.raises(NoSuchItem):
        world.table().get_item(Key=KEY)


def test_a_read_that_got_no_answer_is_told_from_a_missing_item(world: World) -> None:
    world.primary.answers = [LOST]
    with pytest.raises(CallFailed):
        world.table().get_item(Key=KEY)
