"""Writes follow the tier's epoch, and only what is surely done is acknowledged."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from failover.breaker import Breaker
from failover.call_failed import (
    CallFailed,
    RegionResting,
    Throttled,
    Unreachable,
    WriteConflict,
)
from failover.region_calls import RegionCalls, TimedClient
from failover.regional_table import NoSuchItem, RegionalTable, UncertainWrite, UpdateItem
from failover.sites import Site
from failover.write_grants import AnyRegion, Grant, NoCurrentView, TierMoving, Views

if TYPE_CHECKING:
    from botocore.exceptions import _ClientErrorResponseTypeDef as ClientErrorResponseTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"id": {"S": "order-1"}}
SET: UpdateItem = {"Key": KEY, "UpdateExpression": "SET attempts = attempts + 1"}
Answer = Mapping[str, object] | Exception


@dataclass
class HandClock:
    now: float = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Region:
    """A DynamoDB client that takes ``seconds`` and then answers as scripted, the last answer for ever."""

    clock: HandClock
    answers: Sequence[Answer] = ({},)
    seconds: float = 0.05
    calls: int = 0

    def put_item(self, **_request: object) -> Mapping[str, object]:
        self.calls += 1
        self.clock.sleep(self.seconds)
        answer, self.answers = self.answers[0], self.answers[1:] or self.answers
        if isinstance(answer, Exception):
            raise answer
        return answer

    update_item = delete_item = get_item = put_item


@dataclass
class FixedViews:
    """Grants the same site and epoch until a fixed time, or refuses."""

    until: float
    active_site: Site = "primary"
    refusal: Exception | None = None

    def grant(self, seconds: float) -> Grant:
        if self.refusal:
            raise self.refusal
        assert seconds > 0
        return Grant(epoch=5, sites=(self.active_site,), until=self.until, expires=True)

    def active(self) -> Site:
        return self.active_site


@dataclass
class World:
    clock: HandClock
    primary: Region
    secondary: Region
    views: Views
    hurried: Region | None = None

    def table(self, jitter: Callable[[], float] = lambda: 1.0) -> RegionalTable:
        regions: dict[Site, RegionCalls] = {
            "primary": self._calls("us-east-1", self.primary, self.hurried),
            "secondary": self._calls("us-west-2", self.secondary, None),
        }
        return RegionalTable("orders", regions, self.views, clock=self.clock, jitter=jitter)

    def _calls(self, name: str, patient: Region, hurried: Region | None) -> RegionCalls:
        pairs = ((patient, 1.3), (hurried or patient, 0.45))
        clients = [TimedClient(client=cast("DynamoDBClient", region), seconds=seconds) for region, seconds in pairs]
        return RegionCalls(name, clients, self.clock, Breaker(self.clock, failures_to_open=3))


@pytest.fixture
def world() -> World:
    clock = HandClock()
    return World(clock, Region(clock), Region(clock), FixedViews(until=104.0))


def client_error(code: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("ClientErrorResponseTypeDef", response), "PutItem")


NEVER_SENT = ConnectTimeoutError(endpoint_url="http://orders")
LOST = ReadTimeoutError(endpoint_url="http://orders")


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


def test_an_mrsc_table_takes_the_write_in_the_other_region_without_a_view(world: World) -> None:
    world.views = AnyRegion("primary", world.clock)
    world.primary.answers = [NEVER_SENT]
    acknowledgement = world.table().put_item(Item=KEY)
    assert (acknowledgement.region, acknowledgement.epoch) == ("us-west-2", None)


def test_a_late_answer_of_an_mrsc_table_still_counts(world: World) -> None:
    world.views = AnyRegion("primary", world.clock)
    world.primary.seconds = 9.0
    assert world.table().put_item(Item=KEY).region == "us-east-1"
