"""What could not be sent is kept, in its order; what may have been done twice is not."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from failover.outbox import Outbox, OutboxFull
from failover.queued_table import Queued, QueuedTable
from failover.regional_table import Acknowledgement, UncertainWrite
from failover.request_text import NotText
from failover.write_grants import NoCurrentView, TierMoving
from tests.failover.two_regions import KEY, LOST, NEVER_SENT, SET, FixedViews, World, client_error

Act = Callable[[QueuedTable], Acknowledgement | Queued]
PUT: Act = lambda table: table.put_item(Item={**KEY, "paid": {"BOOL": True}})  # noqa: E731 - a row of the tables below
DELETE: Act = lambda table: table.delete_item(Key=KEY)  # noqa: E731 - as above
UPDATE: Act = lambda table: table.update_item(**SET)  # noqa: E731 - as above
OTHER = {"id": {"S": "order-2"}}

NOTHING_DONE: Mapping[str, Exception] = {
    "never sent": NEVER_SENT,
    "throttled": client_error("ThrottlingException"),
    "lost to another region": client_error("ReplicatedWriteConflictException"),
}


@pytest.fixture
def world() -> World:
    return World.whole()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db", most_writes=3) as outbox:
        yield outbox


@pytest.fixture
def table(world: World, outbox: Outbox) -> QueuedTable:
    return QueuedTable(world.table(), outbox, key=("id",))


def waiting(outbox: Outbox) -> list[str]:
    found, number = list[str](), 0
    while kept := outbox.after(number, ["orders"]):
        found.append(f"{kept.operation} {kept.request.get('Item', kept.request.get('Key'))['id']['S']}")
        number = kept.number
    return found


def test_what_can_be_sent_is_sent_and_not_kept(table: QueuedTable, outbox: Outbox) -> None:
    assert isinstance(PUT(table), Acknowledgement)
    assert waiting(outbox) == []


@pytest.mark.parametrize("act", [PUT, DELETE, UPDATE])
@pytest.mark.parametrize("failure", NOTHING_DONE)
def test_what_surely_did_nothing_is_kept(
    world: World, table: QueuedTable, outbox: Outbox, failure: str, act: Act
) -> None:
    world.primary.answers = [NOTHING_DONE[failure]]
    queued = act(table)
    assert isinstance(queued, Queued)
    assert len(waiting(outbox)) == 1
    assert queued.because


@pytest.mark.parametrize("act", [PUT, DELETE, UPDATE])
@pytest.mark.parametrize("refusal", [NoCurrentView("none"), TierMoving("moving")])
def test_what_may_not_be_sent_now_is_kept(world: World, outbox: Outbox, refusal: Exception, act: Act) -> None:
    world.views = FixedViews(until=104.0, refusal=refusal)
    assert isinstance(act(QueuedTable(world.table(), outbox, key=("id",))), Queued)
    assert (len(waiting(outbox)), world.primary.calls) == (1, 0)


@pytest.mark.parametrize("act", [PUT, DELETE])
def test_an_uncertain_put_or_delete_is_kept_to_be_repeated(
    world: World, table: QueuedTable, outbox: Outbox, act: Act
) -> None:
    world.primary.answers = [LOST]
    assert isinstance(act(table), Queued)
    assert len(waiting(outbox)) == 1


def test_an_uncertain_update_is_told_and_not_kept(world: World, table: QueuedTable, outbox: Outbox) -> None:
    world.primary.answers = [LOST]
    with pytest.raises(UncertainWrite):
        UPDATE(table)
    assert waiting(outbox) == []


@pytest.mark.parametrize("act", [PUT, DELETE, UPDATE])
def test_a_refused_write_is_not_kept(world: World, table: QueuedTable, outbox: Outbox, act: Act) -> None:
    world.primary.answers = [client_error("ConditionalCheckFailedException")]
    with pytest.raises(ClientError):
        act(table)
    assert waiting(outbox) == []


def test_later_writes_of_an_item_wait_behind_the_first_though_they_could_be_sent(
    world: World, table: QueuedTable, outbox: Outbox
) -> None:
    world.primary.answers = [LOST]
    PUT(table)
    world.clock.sleep(1.0)
    world.primary.answers, world.primary.calls = [{}], 0
    assert [type(act(table)) for act in (UPDATE, DELETE)] == [Queued, Queued]
    assert isinstance(table.put_item(Item=OTHER), Acknowledgement)
    assert world.primary.calls == 1
    assert waiting(outbox) == ["put_item order-1", "update_item order-1", "delete_item order-1"]


def test_a_full_outbox_is_told_with_what_kept_the_write_from_being_sent(
    world: World, table: QueuedTable, outbox: Outbox
) -> None:
    world.primary.answers = [LOST]
    for number in range(3):
        outbox.add("orders", str(number), "put_item", {})
    with pytest.raises(OutboxFull) as full:
        PUT(table)
    assert isinstance(full.value.failure, UncertainWrite)


def test_a_write_that_must_wait_is_not_sent_though_the_outbox_is_full(
    world: World, table: QueuedTable, outbox: Outbox
) -> None:
    world.primary.answers = [NEVER_SENT]
    for _ in range(3):
        PUT(table)
    calls = world.primary.calls
    with pytest.raises(OutboxFull) as full:
        DELETE(table)
    assert (full.value.failure, world.primary.calls) == (None, calls)


def test_a_write_without_the_tables_key_is_refused_before_it_is_sent(world: World, table: QueuedTable) -> None:
    with pytest.raises(NotText, match="id"):
        table.put_item(Item={"other": {"S": "x"}})
    assert world.primary.calls == 0
