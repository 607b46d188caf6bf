"""Whoever puts single writes into words for boto3 is asked once per write, and is given time for all its calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from failover.attempts import Effect, Request
from failover.regional_table import TableOptions, UncertainWrite
from failover.table_requests import DeleteItem, PutItem, UpdateItem
from failover.write_grants import Grant, NoCurrentView
from tests.failover.two_regions import KEY, LOST, SET, FixedViews, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from failover.item_writes import Written


@dataclass
class Stamped:
    """Writes by two calls: a read, and a put that tells the epoch and the number of the write."""

    round_trips: int = 2
    told: list[str] = field(default_factory=list)

    def _written(self, table: str, operation: str, epoch: int | None) -> "Written":
        self.told.append(f"{operation} {table} in epoch {epoch}")
        stamp: dict[str, AttributeValueTypeDef] = {"stamp": {"N": str(len(self.told))}}

        def send(client: "DynamoDBClient") -> "Mapping[str, AttributeValueTypeDef]":
            client.get_item(TableName=table, Key=KEY)
            client.put_item(TableName=table, Item={**KEY, **stamp})
            return stamp

        return Request(send=send, effect=Effect.SAME, round_trips=self.round_trips)

    def put(self, table: str, _request: PutItem, grant: Grant, /) -> "Written":
        return self._written(table, "put", grant.epoch)

    def update(self, table: str, _request: UpdateItem, grant: Grant, /) -> "Written":
        return self._written(table, "update", grant.epoch)

    def delete(self, table: str, _request: DeleteItem, grant: Grant, /) -> "Written":
        return self._written(table, "delete", grant.epoch)


def test_each_write_is_put_into_words_once_and_sent_by_each_attempt() -> None:
    world, writes = World.whole(), Stamped()
    world.primary.answers = [{}, LOST, {}]
    done = world.table(options=TableOptions(writes=writes)).update_item(**SET)
    assert writes.told == ["update orders in epoch 5"]
    assert done.attributes == {"stamp": {"N": "1"}}
    assert [request.get("Item", {}).get("stamp") for request in world.primary.requests] == [None, {"N": "1"}] * 2


def test_every_kind_of_write_goes_that_way() -> None:
    world, writes = World.whole(), Stamped()
    table = world.table(options=TableOptions(writes=writes))
    table.put_item(Item=KEY)
    table.delete_item(Key=KEY)
    assert writes.told == ["put orders in epoch 5", "delete orders in epoch 5"]


@pytest.mark.parametrize(("until", "sent"), [(100.89, False), (100.91, True)])
def test_an_attempt_of_two_calls_starts_only_if_both_fit_into_the_view(until: float, sent: bool) -> None:
    world = World.whole()
    world.views = FixedViews(until=until)
    table = world.table(options=TableOptions(writes=Stamped()))
    if sent:
        table.put_item(Item=KEY)
    else:
        with pytest.raises(NoCurrentView):
            table.put_item(Item=KEY)
    assert bool(world.primary.calls) == sent


def test_no_second_attempt_starts_that_would_not_fit() -> None:
    world = World.whole()
    world.views = FixedViews(until=100.95)
    world.primary.answers = [LOST, {}]
    with pytest.raises(UncertainWrite):
        world.table(options=TableOptions(writes=Stamped())).put_item(Item=KEY)
    assert world.primary.calls == 1
    assert world.clock.now == pytest.approx(100.05)  # nor is slept for it


def test_leave_is_asked_for_both_calls() -> None:
    world = World.whole()
    views = FixedViews(until=104.0)
    world.views = views
    world.table(options=TableOptions(writes=Stamped())).put_item(Item=KEY)
    assert views.asked == [pytest.approx(0.9)]
