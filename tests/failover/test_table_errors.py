"""Every failure of every operation ends in the class that docs/client.md names for it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.parsers import ResponseParserError

from failover.call_failed import NoAnswer, ServerFailed, Throttled, Unreachable, WriteConflict
from failover.regional_table import BatchIncomplete, RegionalTable, UncertainWrite
from failover.write_grants import NoCurrentView, TierMoving
from tests.failover.two_regions import KEY, LOST, NEVER_SENT, SET, FixedViews, World, client_error

Act = Callable[[RegionalTable], object]
TOO_LONG = 1.3  # for the region to fail so often in one call that the next attempt finds it resting

WRITES: Mapping[str, Act] = {
    "put_item": lambda table: table.put_item(Item=KEY),
    "update_item": lambda table: table.update_item(**SET),
    "delete_item": lambda table: table.delete_item(Key=KEY),
    "transact_write_items": lambda table: table.transact_write_items(TransactItems=[{"Put": {"Item": KEY}}]),
}
BATCH: Act = lambda table: table.batch_write_item(RequestItems=[{"PutRequest": {"Item": KEY}}])  # noqa: E731 - as above
PLAIN_READS: Mapping[str, Act] = {
    "get_item": lambda table: table.get_item(Key=KEY),
    "query": lambda table: table.query(KeyConditionExpression="id = :id"),
    "query_pages": lambda table: list(table.query_pages(KeyConditionExpression="id = :id")),
    "scan": lambda table: table.scan(),
    "scan_pages": lambda table: list(table.scan_pages()),
    "batch_get_item": lambda table: table.batch_get_item(Keys=[KEY]),
}
SNAPSHOT: Act = lambda table: table.transact_get_items(TransactItems=[{"Get": {"Key": KEY}}])  # noqa: E731 - as above
READS = {**PLAIN_READS, "transact_get_items": SNAPSHOT}
CONSISTENT_READS: Mapping[str, Act] = {
    "get_item": lambda table: table.get_item(Key=KEY, ConsistentRead=True),
    "query": lambda table: table.query(KeyConditionExpression="id = :id", ConsistentRead=True),
    "scan": lambda table: table.scan(ConsistentRead=True),
    "batch_get_item": lambda table: table.batch_get_item(Keys=[KEY], ConsistentRead=True),
    "transact_get_items": SNAPSHOT,
}

# What goes wrong; what a write then raises; what a read then raises.
FAILURES: Mapping[str, tuple[Exception, type[Exception], type[Exception]]] = {
    "never sent": (NEVER_SENT, Unreachable, Unreachable),
    "no answer": (LOST, UncertainWrite, NoAnswer),
    "garbled": (ResponseParserError("cut short"), UncertainWrite, NoAnswer),
    "5xx": (client_error("InternalServerError", 500), UncertainWrite, ServerFailed),
    "throttled": (client_error("ProvisionedThroughputExceededException"), Throttled, Throttled),
    "conflict": (client_error("ReplicatedWriteConflictException"), WriteConflict, WriteConflict),
    "refused": (client_error("ValidationException"), ClientError, ClientError),
    "denied": (client_error("AccessDeniedException"), ClientError, ClientError),
    "no such table": (client_error("ResourceNotFoundException"), ClientError, ClientError),
    "wrong parameters": (ParamValidationError(report="wrong"), ParamValidationError, ParamValidationError),
}


@pytest.fixture
def world() -> World:
    return World.whole()


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("operation", WRITES)
def test_a_failed_write_says_whether_it_may_have_landed(world: World, operation: str, failure: str) -> None:
    error, of_a_write, _ = FAILURES[failure]
    world.primary.answers, world.primary.seconds = [error], TOO_LONG
    with pytest.raises(of_a_write) as raised:
        WRITES[operation](world.table())
    assert type(raised.value) is of_a_write
    assert world.secondary.calls == 0


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("operation", READS)
def test_a_failed_read_says_what_failed(world: World, operation: str, failure: str) -> None:
    error, _, of_a_read = FAILURES[failure]
    world.primary.answers, world.primary.seconds = [error], TOO_LONG
    with pytest.raises(of_a_read) as raised:
        READS[operation](world.table())
    assert type(raised.value) is of_a_read


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_batch_says_of_each_request_whether_it_may_have_landed(world: World, failure: str) -> None:
    error, of_a_write, _ = FAILURES[failure]
    world.primary.answers = [error]
    refused = of_a_write in (ClientError, ParamValidationError)
    with pytest.raises(of_a_write if refused else BatchIncomplete) as raised:
        BATCH(world.table())
    if isinstance(incomplete := raised.value, BatchIncomplete):
        counts = (len(incomplete.written), len(incomplete.not_written), len(incomplete.uncertain))
        assert counts == ((0, 0, 1) if of_a_write is UncertainWrite else (0, 1, 0))


@pytest.mark.parametrize("refusal", [NoCurrentView("none"), TierMoving("moving")])
@pytest.mark.parametrize("act", [*WRITES.values(), BATCH, *CONSISTENT_READS.values()])
def test_without_leave_nothing_is_sent(world: World, act: Act, refusal: Exception) -> None:
    world.views = FixedViews(until=104.0, refusal=refusal)
    with pytest.raises(type(refusal)):
        act(world.table())
    assert (world.primary.calls, world.secondary.calls) == (0, 0)


@pytest.mark.parametrize("act", PLAIN_READS.values())
def test_a_plain_read_needs_no_leave(world: World, act: Act) -> None:
    world.views = FixedViews(until=104.0, refusal=TierMoving("moving"))
    whole: dict[str, Any] = {"Item": KEY, "Items": [KEY], "Count": 1, "ScannedCount": 1, "Responses": {"orders": [KEY]}}
    world.primary.answers = [whole]
    act(world.table())
    assert world.primary.calls == 1


@pytest.mark.parametrize("act", WRITES.values())
def test_an_answer_after_the_view_expired_acknowledges_nothing(world: World, act: Act) -> None:
    world.primary.seconds = 4.0
    with pytest.raises(UncertainWrite):
        act(world.table())


@pytest.mark.parametrize("act", CONSISTENT_READS.values())
def test_a_consistent_answer_after_the_view_expired_is_not_given(world: World, act: Act) -> None:
    world.primary.seconds = 4.0
    world.primary.answers = [{"Item": KEY, "Items": [], "Count": 0, "ScannedCount": 0, "Responses": {}}]
    with pytest.raises(NoCurrentView):
        act(world.table())


@pytest.mark.parametrize("act", [*WRITES.values(), BATCH])
def test_no_write_starts_that_could_outlast_the_view(world: World, act: Act) -> None:
    world.views = FixedViews(until=100.34)
    with pytest.raises((NoCurrentView, BatchIncomplete)):
        act(world.table())
    assert world.primary.calls == 0
