"""Batches of any size: nothing is dropped, and each request is told to be written, not written or uncertain."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.regional_table import BatchIncomplete, KeysUnprocessed
from tests.failover.two_regions import LOST, NEVER_SENT, FixedViews, World, client_error

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestTypeDef


def key(number: int) -> "dict[str, AttributeValueTypeDef]":
    return {"id": {"S": f"order-{number}"}}


def put(number: int) -> "WriteRequestTypeDef":
    return {"PutRequest": {"Item": key(number)}}


def puts(*numbers: int) -> "list[WriteRequestTypeDef]":
    return [put(number) for number in numbers]


def left(*numbers: int) -> Mapping[str, Any]:
    return {"UnprocessedItems": {"orders": puts(*numbers)}} if numbers else {}


def found(*numbers: int, unread: Sequence[int] = ()) -> Mapping[str, Any]:
    unprocessed = {"orders": {"Keys": [key(number) for number in unread]}} if unread else {}
    return {"Responses": {"orders": [key(number) for number in numbers]}, "UnprocessedKeys": unprocessed}


def sent(world: World) -> list[list[Any]]:
    """Return the requests of each call."""
    return [request["RequestItems"]["orders"] for request in world.primary.requests]


@pytest.fixture
def world() -> World:
    return World.whole()


def test_a_batch_goes_in_calls_of_twenty_five_under_one_grant(world: World) -> None:
    done = world.table().batch_write_item(RequestItems=puts(*range(60)))
    assert [len(requests) for requests in sent(world)] == [25, 25, 10]
    assert (done.region, done.epoch, done.written) == ("us-east-1", 5, 60)


def test_what_was_left_unprocessed_is_sent_again_after_a_pause(world: World) -> None:
    world.primary.answers = [left(1, 2), left(2), left()]
    assert world.table().batch_write_item(RequestItems=puts(0, 1, 2)).written == 3
    assert sent(world) == [puts(0, 1, 2), puts(1, 2), puts(2)]
    assert world.clock.now == pytest.approx(100 + 3 * 0.05 + 0.05 + 0.1)


def test_what_was_left_unprocessed_is_sent_before_what_comes_after_it(world: World) -> None:
    """Two writes of one key may be in one batch, if they are in different calls: the later one must stay the later."""
    world.primary.answers = [left(3), left(), left()]
    world.table().batch_write_item(RequestItems=puts(*range(25), 3))
    assert sent(world) == [puts(*range(25)), puts(3), puts(3)]


def test_what_the_service_spells_in_another_way_is_sent_again_as_a_whole(world: World) -> None:
    other = {"UnprocessedItems": {"orders": [{"PutRequest": {"Item": {"id": {"N": "1"}}}}]}}
    world.primary.answers = [other, left()]
    assert world.table().batch_write_item(RequestItems=puts(0, 1)).written == 2
    assert sent(world) == [puts(0, 1), puts(0, 1)]


def test_what_stays_unprocessed_to_the_end_is_told(world: World) -> None:
    world.primary.answers = [left(), left(26)]
    with pytest.raises(BatchIncomplete) as stopped:
        world.table().batch_write_item(RequestItems=puts(*range(60)))
    assert list(stopped.value.written) == [*puts(*range(26)), *puts(*range(27, 50))]
    assert list(stopped.value.not_written) == puts(26, *range(50, 60))
    assert stopped.value.uncertain == ()


def test_what_went_before_an_unanswered_call_is_written_and_what_comes_after_is_not(world: World) -> None:
    world.primary.answers = [left(), LOST]
    with pytest.raises(BatchIncomplete) as stopped:
        world.table().batch_write_item(RequestItems=puts(*range(60)))
    assert list(stopped.value.written) == puts(*range(25))
    assert list(stopped.value.uncertain) == puts(*range(25, 50))
    assert list(stopped.value.not_written) == puts(*range(50, 60))


def test_what_is_unprocessed_after_an_unanswered_call_may_have_been_written_by_that(world: World) -> None:
    world.primary.answers = [LOST, left(1)]
    with pytest.raises(BatchIncomplete) as stopped:
        world.table().batch_write_item(RequestItems=puts(0, 1))
    assert (list(stopped.value.written), list(stopped.value.uncertain)) == (puts(0), puts(1))


def test_a_refusal_after_an_unanswered_call_does_not_make_that_certain(world: World) -> None:
    world.primary.answers = [LOST, left(0, 1), client_error("ValidationException")]
    with pytest.raises(BatchIncomplete) as stopped:
        world.table().batch_write_item(RequestItems=puts(0, 1))
    assert list(stopped.value.uncertain) == puts(0, 1)


def test_an_answer_after_the_view_expired_leaves_what_it_processed_uncertain(world: World) -> None:
    world.primary.seconds, world.primary.answers = 4.0, [left(1)]
    with pytest.raises(BatchIncomplete) as late:
        world.table().batch_write_item(RequestItems=puts(0, 1))
    assert (list(late.value.uncertain), list(late.value.not_written)) == (puts(0), puts(1))


def test_a_refusal_before_anything_was_written_is_boto3s_own(world: World) -> None:
    world.primary.answers = [client_error("ValidationException")]
    with pytest.raises(ClientError, match="ValidationException"):
        world.table().batch_write_item(RequestItems=puts(0))


def test_a_refusal_after_something_was_written_tells_what(world: World) -> None:
    world.primary.answers = [left(), client_error("ValidationException")]
    with pytest.raises(BatchIncomplete) as stopped:
        world.table().batch_write_item(RequestItems=puts(*range(30)))
    assert (len(stopped.value.written), len(stopped.value.not_written)) == (25, 5)
    assert isinstance(stopped.value.__cause__, ClientError)


FATES = st.sampled_from(["done", "lost", "landed", "never", "throttled", "some", "refused"])


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.lists(FATES, max_size=12), st.floats(100.5, 104.0))
def test_every_request_is_told_once_and_truly(size: int, fates: list[str], until: float) -> None:
    world = World.whole()
    world.views = FixedViews(until=until)
    landed, service = set[str](), iter(fates)

    def call(**request: Any) -> Mapping[str, Any]:
        requests = request["RequestItems"]["orders"]
        world.clock.sleep(0.05)
        fate = next(service, "done")
        kept = {"done": requests, "landed": requests, "some": requests[::2]}.get(fate, [])
        landed.update(one["PutRequest"]["Item"]["id"]["S"] for one in kept)
        errors = {"lost": LOST, "landed": LOST, "never": NEVER_SENT}
        codes = {"throttled": "ThrottlingException", "refused": "ValidationException"}
        if fate in errors:
            raise errors[fate]
        if fate in codes:
            raise client_error(codes[fate])
        return {"UnprocessedItems": {"orders": requests[1::2]} if fate == "some" else {}}

    world.primary.answer = call
    told = _told(world, puts(*range(size)))
    ids = {name: [one["PutRequest"]["Item"]["id"]["S"] for one in requests] for name, requests in told.items()}
    assert sorted(itertools.chain.from_iterable(ids.values())) == sorted(f"order-{number}" for number in range(size))
    assert set(ids["written"]) <= landed
    assert not set(ids["not_written"]) & landed


def _told(world: World, requests: "list[WriteRequestTypeDef]") -> Mapping[str, Sequence[Any]]:
    nothing = list[Any]()
    try:
        done = world.table().batch_write_item(RequestItems=requests)
    except BatchIncomplete as told:
        return {"written": told.written, "not_written": told.not_written, "uncertain": told.uncertain}
    except ClientError:
        return {"written": nothing, "not_written": requests, "uncertain": nothing}
    assert done.written == len(requests)
    return {"written": requests, "not_written": nothing, "uncertain": nothing}


def test_keys_go_in_calls_of_a_hundred(world: World) -> None:
    world.primary.answers = [found(1), found(2), found(3)]
    answer = world.table().batch_get_item(Keys=[key(number) for number in range(250)], ProjectionExpression="id")
    sizes = [len(request["RequestItems"]["orders"]["Keys"]) for request in world.primary.requests]
    assert sizes == [100, 100, 50]
    assert {request["RequestItems"]["orders"]["ProjectionExpression"] for request in world.primary.requests} == {"id"}
    assert list(answer.items) == [key(1), key(2), key(3)]
    assert [served.region for served in answer.served] == ["us-east-1"] * 3


def test_keys_left_unprocessed_are_read_again_after_a_pause(world: World) -> None:
    world.primary.answers = [found(0, unread=[1, 2]), found(1, unread=[2]), found(2)]
    answer = world.table().batch_get_item(Keys=[key(0), key(1), key(2)])
    assert list(answer.items) == [key(0), key(1), key(2)]
    assert world.clock.now == pytest.approx(100 + 3 * 0.05 + 0.05 + 0.1)


def test_keys_that_stay_unprocessed_are_told_with_what_was_found(world: World) -> None:
    world.primary.answers = [found(0, unread=[1])]
    with pytest.raises(KeysUnprocessed) as stopped:
        world.table().batch_get_item(Keys=[key(0), key(1)])
    assert list(stopped.value.keys) == [key(1)]
    assert key(0) in stopped.value.items
    assert 102.0 < world.clock.now <= 104.0


def test_a_batch_can_be_read_from_the_standby_if_the_active_site_fails(world: World) -> None:
    world.primary.answers, world.secondary.answers = [NEVER_SENT], [found(0)]
    answer = world.table().batch_get_item(Keys=[key(0)], stale="if-active-fails")
    assert (answer.region, answer.served[0].may_be_stale) == ("us-west-2", True)
