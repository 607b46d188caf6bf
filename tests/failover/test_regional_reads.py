"""Reads follow the tier too where they must, and what could not be read is told from what is not there."""

import pytest
from botocore.exceptions import ClientError

from failover.call_failed import CallFailed, Unreachable
from failover.read_answers import Freshness, Stale, Which
from failover.regional_table import NoSuchItem, TableOptions
from failover.write_grants import AnyRegion, NoCurrentView, TierMoving
from tests.failover.two_regions import KEY, LOST, NEVER_SENT, FixedViews, World, client_error

HERE, THERE = {"id": {"S": "from the active site"}}, {"id": {"S": "from the standby"}}


@pytest.fixture
def world() -> World:
    world = World.whole()
    world.primary.answers, world.secondary.answers = [{"Item": HERE}], [{"Item": THERE}]
    return world


def test_the_standby_answers_reads_only_when_asked(world: World) -> None:
    table = world.table()
    assert table.get_item(Key=KEY)["id"] == {"S": "from the active site"}
    assert table.get_item(Key=KEY, site="standby")["id"] == {"S": "from the standby"}


def test_a_plain_read_needs_no_current_view(world: World) -> None:
    world.views = FixedViews(until=104.0, refusal=TierMoving("moving"))
    assert world.table().get_item(Key=KEY) == HERE


def test_a_consistent_read_follows_the_rule_of_writes(world: World) -> None:
    world.views = FixedViews(until=104.0, refusal=TierMoving("moving"))
    with pytest.raises(TierMoving):
        world.table().get_item(Key=KEY, ConsistentRead=True)


def test_a_consistent_answer_after_the_view_expired_is_not_given(world: World) -> None:
    world.primary.seconds = 4.0
    with pytest.raises(NoCurrentView):
        world.table().get_item(Key=KEY, ConsistentRead=True)


@pytest.mark.parametrize(
    ("site", "stale", "consistent"),
    [("standby", "never", True), ("active", "hedged", True), ("standby", "if-active-fails", False)],
)
def test_what_cannot_be_meant_is_an_error_of_the_caller(
    world: World, site: Which, stale: Stale, consistent: bool
) -> None:
    with pytest.raises(ValueError, match="drop"):
        world.table().get_item(Key=KEY, site=site, stale=stale, ConsistentRead=consistent)
    assert (world.primary.calls, world.secondary.calls) == (0, 0)


def test_a_missing_item_is_an_error_and_not_none(world: World) -> None:
    world.primary.answers = [{}]
    with pytest.raises(NoSuchItem):
        world.table().get_item(Key=KEY)


def test_an_item_that_is_missing_at_the_standby_may_only_be_missing_there(world: World) -> None:
    world.secondary.answers = [{}]
    with pytest.raises(NoSuchItem, match="not yet") as missing:
        world.table().get_item(Key=KEY, site="standby")
    assert (missing.value.served.region, missing.value.served.may_be_stale) == ("us-west-2", True)


def test_a_read_that_got_no_answer_is_told_from_a_missing_item(world: World) -> None:
    world.primary.answers = [LOST]
    with pytest.raises(CallFailed):
        world.table().get_item(Key=KEY)


@pytest.mark.parametrize(
    ("site", "consistent", "region", "freshness"),
    [
        ("active", True, "us-east-1", Freshness.CONSISTENT),
        ("active", False, "us-east-1", Freshness.EVENTUAL),
        ("standby", False, "us-west-2", Freshness.REPLICATED),
    ],
)
def test_an_answer_says_where_it_comes_from_and_how_fresh_it_is(
    world: World, site: Which, consistent: bool, region: str, freshness: Freshness
) -> None:
    served = world.table().get_item(Key=KEY, site=site, ConsistentRead=consistent).served
    assert (served.region, served.freshness) == (region, freshness)
    assert served.may_be_stale == (site == "standby")


def test_a_read_by_an_old_view_stays_at_the_last_known_active_site_and_tells_the_age(world: World) -> None:
    world.views = FixedViews(until=104.0, active_site="secondary", heard_at=40.0)
    served = world.table(options=TableOptions(pinned_after_seconds=60.0)).get_item(Key=KEY).served
    assert (served.region, served.freshness) == ("us-west-2", Freshness.PINNED)
    assert served.view_seconds == pytest.approx(60.05)
    assert served.may_be_stale


def test_a_view_is_old_only_after_the_time_that_was_set(world: World) -> None:
    world.views = FixedViews(until=104.0, heard_at=40.0)
    table = world.table(options=TableOptions(pinned_after_seconds=60.06))
    assert table.get_item(Key=KEY).served.freshness is Freshness.EVENTUAL


def test_a_table_that_needs_no_view_tells_no_age(world: World) -> None:
    world.views = AnyRegion("secondary", world.clock)
    served = world.table().get_item(Key=KEY).served
    assert (served.region, served.view_seconds) == ("us-west-2", None)


@pytest.mark.parametrize("failure", [NEVER_SENT, LOST, client_error("ThrottlingException"), client_error("X", 500)])
def test_the_standby_stands_in_for_an_active_site_that_fails_if_the_call_allows_it(
    world: World, failure: Exception
) -> None:
    world.primary.answers = [failure]
    item = world.table().get_item(Key=KEY, stale="if-active-fails")
    assert (item, item.served.freshness) == (THERE, Freshness.REPLICATED)
    assert world.clock.now - 100 < 4.0


def test_an_active_site_that_is_slow_to_fail_leaves_the_standby_its_time(world: World) -> None:
    world.primary.answers, world.primary.seconds = [client_error("ThrottlingException")], 1.3
    assert world.table().get_item(Key=KEY, stale="if-active-fails") == THERE
    assert world.clock.now - 100 < 4.0


def test_if_both_sites_fail_a_hedged_read_asks_both_again(world: World) -> None:
    throttled = client_error("ThrottlingException")
    world.primary.answers, world.secondary.answers = [throttled], [throttled, {"Item": THERE}]
    assert world.table().get_item(Key=KEY, stale="hedged") == THERE
    assert world.clock.slept[-1] > 0


def test_an_active_site_that_answers_needs_no_stand_in(world: World) -> None:
    item = world.table().get_item(Key=KEY, stale="if-active-fails")
    assert (item, item.served.freshness, world.secondary.calls) == (HERE, Freshness.EVENTUAL, 0)


@pytest.mark.parametrize("stale", ["if-active-fails", "hedged"])
def test_a_refusal_is_an_answer_that_nobody_stands_in_for(world: World, stale: Stale) -> None:
    world.primary.answers = [client_error("ValidationException")]
    with pytest.raises(ClientError, match="ValidationException"):
        world.table(options=TableOptions(hedge_seconds=30.0)).get_item(Key=KEY, stale=stale)
    assert world.secondary.calls == 0


@pytest.mark.parametrize("stale", ["if-active-fails", "hedged"])
def test_if_both_sites_fail_the_read_fails(world: World, stale: Stale) -> None:
    world.primary.answers = world.secondary.answers = [NEVER_SENT]
    with pytest.raises(Unreachable):
        world.table().get_item(Key=KEY, stale=stale)


def test_nothing_but_the_view_moves_the_preference(world: World) -> None:
    """One lucky call of the standby, or many, is no reason to ask it the next time."""
    world.primary.answers = [*[NEVER_SENT] * 2, {"Item": HERE}]
    table = world.table()
    assert table.get_item(Key=KEY, stale="hedged") == THERE
    assert table.get_item(Key=KEY, stale="hedged") == THERE
    assert table.get_item(Key=KEY) == HERE
    assert table.get_item(Key=KEY, stale="if-active-fails") == HERE
