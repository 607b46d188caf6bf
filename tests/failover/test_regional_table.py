"""Writes follow the tier's epoch, and only what is surely done is acknowledged."""

import itertools

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from failover.call_failed import (
    CallFailed,
    RegionResting,
    Throttled,
    Unreachable,
    WriteConflict,
)
from failover.regional_table import UncertainWrite
from failover.write_grants import AnyRegion, NoCurrentView, TierMoving
from tests.failover.clocks import HandClock
from tests.failover.two_regions import KEY, LOST, NEVER_SENT, SET, FixedViews, Region, World, client_error


@pytest.fixture
def world() -> World:
    return World.whole()


def test_a_write_goes_to_the_active_site_and_says_so(world: World) -> None:
    acknowledgement = world.table().put_item(Item=KEY)
    assert (acknowledgement.region, acknowledgement.epoch) == ("us-east-1", 5)
    assert world.secondary.calls == 0


@pytest.mark.parametrize("refusal", [NoCurrentView("none"), TierMoving("moving")])
def test_without_leave_nothing_is_sent(world: World, refusal: Exception) -> None:
    world.views = FixedViews(until=104.0, refusal=refusal)
    with pytest.raises(type(refusal)):
        world.table().put_item(Item=KEY)
    assert world.primary.calls == 0


def test_an_answer_after_the_view_expired_is_uncertain(world: World) -> None:
    world.primary.seconds = 4.0
    with pytest.raises(UncertainWrite):
        world.table().put_item(Item=KEY)


def test_a_refusal_after_the_view_expired_is_still_a_refusal(world: World) -> None:
    world.primary.seconds = 4.0
    world.primary.answers = [client_error("ConditionalCheckFailedException")]
    with pytest.raises(ClientError):
        world.table().put_item(Item=KEY)


def test_the_patient_client_is_left_for_the_hurried_one_when_time_is_short(world: World) -> None:
    world.hurried = Region(world.clock)
    world.views = FixedViews(until=100.7)
    world.table().put_item(Item=KEY)
    assert (world.primary.calls, world.hurried.calls) == (0, 1)


def test_no_attempt_starts_that_could_outlast_the_view(world: World) -> None:
    world.views = FixedViews(until=100.34)
    with pytest.raises(NoCurrentView):
        world.table().put_item(Item=KEY)
    assert world.primary.calls == 0


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NEVER_SENT, Unreachable),
        (client_error("ThrottlingException"), Throttled),
        (client_error("ReplicatedWriteConflictException"), WriteConflict),
    ],
)
def test_what_surely_did_nothing_is_told_by_its_own_class(
    world: World, error: Exception, kind: type[CallFailed]
) -> None:
    world.primary.answers = [error]
    with pytest.raises(kind):
        world.table().update_item(**SET)


@pytest.mark.parametrize("error", [LOST, client_error("InternalServerError", 500), ResponseParserError("cut short")])
def test_what_may_have_landed_is_uncertain(world: World, error: Exception) -> None:
    world.primary.answers = [error]
    with pytest.raises(UncertainWrite):
        world.table().put_item(Item=KEY)


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "ValidationException", "AccessDeniedException"])
def test_what_the_service_refuses_is_raised_as_boto3_raises_it(world: World, code: str) -> None:
    world.primary.answers = [client_error(code)]
    with pytest.raises(ClientError, match=code):
        world.table().put_item(Item=KEY)
    assert world.primary.calls == 1


@pytest.mark.parametrize("error", [NEVER_SENT, LOST, client_error("ThrottlingException")])
def test_a_put_is_tried_again_within_its_view(world: World, error: Exception) -> None:
    world.primary.answers = [error, error, {}]
    assert world.table().put_item(Item=KEY).region == "us-east-1"


def test_an_update_that_may_have_landed_is_not_repeated(world: World) -> None:
    world.primary.answers = [LOST, {}]
    with pytest.raises(UncertainWrite):
        world.table().update_item(**SET)
    assert world.primary.calls == 1


def test_an_update_that_never_arrived_is_repeated(world: World) -> None:
    world.primary.answers = [NEVER_SENT, {}]
    assert world.table().update_item(**SET).epoch == 5


def test_a_condition_that_fails_after_an_unanswered_attempt_is_uncertain(world: World) -> None:
    world.primary.answers = [LOST, client_error("ConditionalCheckFailedException")]
    with pytest.raises(UncertainWrite):
        world.table().put_item(Item=KEY)


def test_retries_end_with_the_view(world: World) -> None:
    world.primary.answers = [client_error("ThrottlingException")]
    with pytest.raises(Throttled):
        world.table().put_item(Item=KEY)
    assert 102.0 < world.clock.now <= 104.0


def test_a_write_that_may_have_landed_is_uncertain_though_a_pause_lasted_longer_than_asked_for() -> None:
    for number in range(1000):  # somewhere among them a pause leaves just too little
        clock = Oversleeping()
        views = FixedViews(until=100.5 + number / 1000)
        lost = World(clock, Region(clock, answers=[LOST]), Region(clock), views)
        with pytest.raises(UncertainWrite):
            lost.table(lambda: 0.5).put_item(Item=KEY)


class Oversleeping(HandClock):
    """As a real machine's."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds + 0.005)


def test_pauses_grow_and_are_spread_by_the_jitter(world: World) -> None:
    world.primary.answers = [*[client_error("ThrottlingException")] * 3, {}]
    draws = itertools.cycle([0.5])
    world.table(lambda: next(draws)).put_item(Item=KEY)
    assert world.clock.now == pytest.approx(100 + 4 * 0.05 + 0.5 * (0.05 + 0.1 + 0.2))


def test_a_region_that_keeps_failing_is_not_asked_for_a_moment(world: World) -> None:
    world.primary.answers = [NEVER_SENT]
    table = world.table()
    for _ in range(2):
        with pytest.raises(RegionResting):
            table.put_item(Item=KEY)
    assert world.primary.calls == 3


def test_a_region_is_asked_again_after_its_rest(world: World) -> None:
    world.primary.answers = [NEVER_SENT, NEVER_SENT, NEVER_SENT, {}]
    table = world.table()
    with pytest.raises(RegionResting):
        table.put_item(Item=KEY)
    world.clock.sleep(1.0)
    assert table.put_item(Item=KEY).region == "us-east-1"


def test_throttling_does_not_open_the_breaker(world: World) -> None:
    world.primary.answers = [*[client_error("ThrottlingException")] * 4, {}]
    assert world.table().put_item(Item=KEY).region == "us-east-1"


def test_an_mrsc_table_takes_the_write_in_the_other_region_without_a_view(world: World) -> None:
    world.views = AnyRegion("primary", world.clock)
    world.primary.answers = [NEVER_SENT]
    acknowledgement = world.table().put_item(Item=KEY)
    assert (acknowledgement.region, acknowledgement.epoch) == ("us-west-2", None)


def test_a_late_answer_of_an_mrsc_table_still_counts(world: World) -> None:
    world.views = AnyRegion("primary", world.clock)
    world.primary.seconds = 9.0
    assert world.table().put_item(Item=KEY).region == "us-east-1"
