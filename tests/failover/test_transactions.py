"""Transactions happen once, however many attempts it takes, and are cancelled as boto3 says it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from failover.call_failed import Throttled
from failover.regional_table import UncertainWrite
from failover.table_requests import TransactedWrite
from failover.write_grants import AnyRegion
from tests.failover.two_regions import KEY, LOST, NEVER_SENT, World, client_error

ITEMS: list[TransactedWrite] = [{"Put": {"Item": KEY}}, {"Delete": {"TableName": "stock", "Key": KEY}}]
RUNNING = client_error("TransactionInProgressException")


def cancelled(*codes: str) -> ClientError:
    error = client_error("TransactionCanceledException")
    reasons: Any = [{"Code": code} for code in codes]
    error.response["CancellationReasons"] = reasons
    return error


@pytest.fixture
def world() -> World:
    return World.whole()


def tokens(world: World) -> list[str]:
    return [request["ClientRequestToken"] for request in world.primary.requests]


def test_each_part_is_of_this_table_unless_it_names_another(world: World) -> None:
    world.table().transact_write_items(TransactItems=ITEMS)
    parts = world.primary.requests[0]["TransactItems"]
    assert parts == [{"Put": {"TableName": "orders", "Item": KEY}}, {"Delete": {"TableName": "stock", "Key": KEY}}]


def test_the_acknowledgement_tells_region_and_epoch(world: World) -> None:
    done = world.table().transact_write_items(TransactItems=ITEMS)
    assert (done.region, done.epoch) == ("us-east-1", 5)


@pytest.mark.parametrize("failure", [LOST, NEVER_SENT, RUNNING, client_error("InternalServerError", 500)])
def test_attempts_at_one_transaction_share_a_token_that_no_other_has(world: World, failure: Exception) -> None:
    world.primary.answers = [failure, {}]
    table = world.table()
    table.transact_write_items(TransactItems=ITEMS)
    table.transact_write_items(TransactItems=ITEMS)
    first, again, other = tokens(world)
    assert first == again != other


def test_a_token_of_the_caller_is_used_as_it_is(world: World) -> None:
    world.table().transact_write_items(TransactItems=ITEMS, ClientRequestToken="order-1")
    assert tokens(world) == ["order-1"]


@pytest.mark.parametrize("failure", [LOST, RUNNING])
def test_an_uncertain_transaction_tells_its_token_so_that_it_may_be_sent_again(
    world: World, failure: Exception
) -> None:
    world.primary.answers, world.primary.seconds = [failure], 1.3
    with pytest.raises(UncertainWrite) as uncertain:
        world.table().transact_write_items(TransactItems=ITEMS)
    assert {uncertain.value.token} == set(tokens(world))


def test_one_that_was_late_tells_its_token_too(world: World) -> None:
    world.primary.seconds = 4.0
    with pytest.raises(UncertainWrite) as uncertain:
        world.table().transact_write_items(TransactItems=ITEMS)
    assert [uncertain.value.token] == tokens(world)


@pytest.mark.parametrize(
    "reasons",
    [
        ("None", "TransactionConflict"),
        ("ThrottlingError", "None"),
        ("ProvisionedThroughputExceeded", "TransactionConflict"),
    ],
)
def test_what_lost_to_another_or_was_throttled_is_tried_again(world: World, reasons: tuple[str, ...]) -> None:
    world.primary.answers = [cancelled(*reasons), {}]
    assert world.table().transact_write_items(TransactItems=ITEMS).epoch == 5


@pytest.mark.parametrize("reasons", [("None", "TransactionConflict"), ("ThrottlingError", "None")])
def test_what_loses_to_the_end_is_cancelled_as_boto3_says_it(world: World, reasons: tuple[str, ...]) -> None:
    world.primary.answers = [cancelled(*reasons)]
    with pytest.raises(ClientError) as lost:
        world.table().transact_write_items(TransactItems=ITEMS)
    assert lost.value is world.primary.answers[0]
    assert world.primary.calls > 3


@pytest.mark.parametrize(
    "reasons", [("ConditionalCheckFailed", "None"), ("ValidationError", "TransactionConflict"), ("Unheard", "None"), ()]
)
def test_what_was_refused_is_not_tried_again(world: World, reasons: tuple[str, ...]) -> None:
    world.primary.answers = [cancelled(*reasons)]
    with pytest.raises(ClientError) as refused:
        world.table().transact_write_items(TransactItems=ITEMS)
    assert refused.value is world.primary.answers[0]
    assert world.primary.calls == 1


def test_a_cancellation_after_an_unanswered_attempt_is_uncertain(world: World) -> None:
    world.primary.answers = [LOST, cancelled("ConditionalCheckFailed")]
    with pytest.raises(UncertainWrite):
        world.table().transact_write_items(TransactItems=ITEMS)


def test_a_throttled_transaction_is_told_as_any_throttled_write(world: World) -> None:
    world.primary.answers = [client_error("ThrottlingException")]
    with pytest.raises(Throttled):
        world.table().transact_write_items(TransactItems=ITEMS)


def test_a_token_is_never_taken_to_another_region(world: World) -> None:
    """Regions do not know one another's tokens: the second attempt could be a second transaction."""
    world.views = AnyRegion("primary", world.clock)
    world.primary.answers = [LOST, LOST, {}]
    assert world.table().transact_write_items(TransactItems=ITEMS).region == "us-east-1"
    assert world.secondary.calls == 0


@pytest.mark.parametrize("answer", [cancelled("TransactionConflict"), RUNNING])
def test_what_a_region_answers_of_a_transaction_does_not_open_its_breaker(world: World, answer: ClientError) -> None:
    world.primary.answers = [*[answer] * 4, {}]
    assert world.table().transact_write_items(TransactItems=ITEMS).region == "us-east-1"


def test_a_snapshot_that_loses_to_the_end_is_cancelled_as_boto3_says_it(world: World) -> None:
    world.primary.answers = [cancelled("TransactionConflict")]
    with pytest.raises(ClientError) as lost:
        world.table().transact_get_items(TransactItems=[{"Get": {"Key": KEY}}])
    assert lost.value is world.primary.answers[0]
    assert world.primary.calls > 3


def test_a_snapshot_has_a_response_for_each_item_in_order(world: World) -> None:
    world.primary.answers = [{"Responses": [{"Item": KEY}, {}]}]
    seen = world.table().transact_get_items(TransactItems=[{"Get": {"Key": KEY}}, {"Get": {"Key": {"id": {"S": "x"}}}}])
    assert list(seen.responses) == [{"Item": KEY}, {}]
    assert (seen.region, seen.served.freshness) == ("us-east-1", "consistent")
