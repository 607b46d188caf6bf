"""One batch: each record is carried, comes again, or is buried alone; no item waits for another's trouble."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from failover.client_view import RowMalformed
from failover.replication.changes import PoisonRecord, change_of
from failover.replication.delivery import Delivery
from failover.replication.epochs import EpochUnknown
from failover.replication.lane import Lane, Report, Tools
from failover.replication.meetings import Rules
from failover.replication.source import Source
from failover.replication.stamps import ATTRIBUTE, Stamp
from tests.failover.model_table import refusal
from tests.failover.replication.model_site import Item, ModelSite
from tests.failover.replication.records import HERE, THERE, item, record, stamp
from tests.failover.replication.two_sites import AtOnce, Kept, StandingClock, marker_table

RULES = Rules(ttl_attribute="expires")
Trouble = Callable[[str, str], Exception | None]


@dataclass
class Target(ModelSite):
    """A table that may refuse: ``trouble`` is asked with each item's key and value."""

    trouble: Trouble = lambda _key, _value: None
    puts: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def put_item(self, *, TableName: str, Item: Item, **asked: Any) -> Item:  # noqa: N803 - boto3's spelling
        self.puts.append(Item)
        error = self.trouble(Item["id"]["S"], Item.get("value", {}).get("S", ""))
        if error is not None:
            raise error
        return super().put_item(TableName=TableName, Item=Item, **asked)


class Whole(Kept):
    """Keeps records of any kind."""

    def keep(self, record: Any, reason: str) -> None:
        self.dead.append({"record": record, "reason": reason})


class FullBucket(Kept):
    """Keeps no record."""

    def keep(self, record: Mapping[str, Any], reason: str) -> None:  # noqa: ARG002 - as it is called
        raise refusal("AccessDenied", "PutObject")


class World:
    """One lane from a model of a table to another."""

    def __init__(self, trouble: Trouble = lambda _key, _value: None, kept: Kept | None = None) -> None:
        self.source, self.target = ModelSite(), Target(trouble=trouble)
        self.kept, self.clock = kept or Kept(), StandingClock()
        self.epoch: Callable[[Any], int | None] = lambda _site: 1

    def carry(self, *records: Any, until: float = 10.0) -> Report:
        source: Any = self.source
        target: Any = self.target
        tools = Tools(
            here=HERE,
            rules=RULES,
            delivery=Delivery(client=target, table="orders", key_name="id", rules=RULES, losers=self.kept),
            source=Source(
                client=source,
                table="orders",
                key_name="id",
                here=HERE,
                rules=RULES,
                losers=self.kept,
                epoch_of=self.epoch,
                tombstone_seconds=10,
            ),
            dead_letters=self.kept,
            markers=marker_table(source, HERE),
            pool=AtOnce(),
            clock=self.clock,
            jitter=lambda: 1.0,
        )
        return Lane(tools).carry(records, until)


def written(key: str, number: int, value: str = "x") -> dict[str, Any]:
    return record(None, item(stamp(number), key, value={"S": value}), number)


def only(key: str, error: Exception) -> Trouble:
    return lambda met, _value: error if met == key else None


DENIED, TOO_LARGE = refusal("AccessDeniedException", "PutItem"), refusal("ValidationException", "PutItem")
THROTTLED = refusal("ThrottlingException", "PutItem")


@pytest.mark.parametrize("poison", [None, 5, {}, {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "2"}}])
def test_what_cannot_be_read_is_buried_alone_and_the_rest_carried(poison: Any) -> None:
    world = World(kept=Whole())
    report = world.carry(written("a", 1), poison, written("b", 3))

    assert world.target.items.keys() == {"a", "b"}
    assert (report.failed, report.counts) == ([], {"applied": 2, "dead": 1})
    assert [one["record"] for one in world.kept.dead] == [poison]


@pytest.mark.parametrize(
    "error",
    [TOO_LARGE, refusal("SerializationException", "PutItem"), ParamValidationError(report="no such type")],
)
def test_what_the_service_never_takes_is_buried_alone_and_the_rest_carried(error: Exception) -> None:
    world = World(only("a", error))
    report = world.carry(written("a", 1), written("b", 2))

    assert world.target.items.keys() == {"b"}
    assert report.failed == []
    assert [one["dynamodb"]["SequenceNumber"] for one in world.kept.dead] == ["1"]
    assert world.clock.now == 0


def test_an_items_good_version_is_carried_though_its_last_one_is_never_taken() -> None:
    world = World(lambda _key, value: TOO_LARGE if value == "huge" else None)
    last = record(item(stamp(1)), item(stamp(2), value={"S": "huge"}), 2)
    world.carry(written("a", 1), last)

    assert Stamp.of(world.target.items["a"]) == stamp(1)
    assert [one["dynamodb"]["SequenceNumber"] for one in world.kept.dead] == ["2"]


def test_what_follows_what_is_never_taken_is_carried_all_the_same() -> None:
    world = World(lambda _key, value: TOO_LARGE if value == "huge" else None)
    huge, theirs, mine = item(stamp(1), value={"S": "huge"}), item(stamp(2, THERE)), item(stamp(3))
    world.carry(record(None, huge, 1), record(huge, theirs, 2), record(theirs, mine, 3))

    assert Stamp.of(world.target.items["a"]) == stamp(3)
    assert [one["dynamodb"]["SequenceNumber"] for one in world.kept.dead] == ["1"]


def test_a_garbled_stamp_at_the_target_blocks_no_lane() -> None:
    world = World()
    world.target.items["a"] = {**item(), ATTRIBUTE: {"M": {"v": {"S": "garbled"}}}}
    report = world.carry(written("a", 1), written("b", 2))

    assert report.failed == []
    assert len(world.kept.dead) == 1
    assert Stamp.of(world.target.items["b"]) == stamp(2)


def test_a_refusal_that_a_person_can_lift_is_no_poison() -> None:
    world = World(only("a", DENIED))
    report = world.carry(written("a", 1), written("b", 2))

    assert (report.failed, world.kept.dead) == (["1"], [])
    assert world.target.items.keys() == {"b"}


@pytest.mark.parametrize(
    "error", [THROTTLED, ReadTimeoutError(endpoint_url="x"), refusal("InternalServerError", "PutItem", status=500)]
)
def test_what_may_pass_is_tried_again_with_longer_pauses_until_it_does(error: Exception) -> None:
    errors = itertools.chain([error] * 4, itertools.repeat(None))
    world = World(lambda _key, _value: next(errors))
    report = world.carry(written("a", 1))

    assert (report.failed, report.counts["applied"]) == ([], 1)
    assert world.clock.now == pytest.approx(0.05 + 0.1 + 0.2 + 0.4)


def test_what_is_not_done_in_time_comes_again_from_its_first_record() -> None:
    world = World(only("a", THROTTLED))
    report = world.carry(written("b", 1), written("a", 2), record(item(stamp(2)), item(stamp(3)), 3), written("c", 4))

    assert world.target.items.keys() == {"b"}
    assert report.failed == ["2", "4"]
    assert world.clock.now == pytest.approx(10.0)


def test_a_thousand_attempts_are_no_reason_to_stop() -> None:
    world = World(only("a", THROTTLED))

    assert world.carry(written("a", 1), until=5_000.0).failed == ["1"]


@pytest.mark.parametrize("number", ["1", None])
def test_a_record_that_the_bucket_does_not_take_comes_again(number: str | None) -> None:
    """Without a number it is named by an empty text, upon which Lambda sends the whole batch again."""
    poison = {"dynamodb": {"SequenceNumber": number}} if number else {}
    report = World(kept=FullBucket()).carry(poison, written("a", 2))

    assert report.failed == [number or ""]
    assert report.counts == {"applied": 1}


def test_what_is_never_taken_comes_again_if_the_bucket_does_not_take_it_either() -> None:
    world = World(only("a", TOO_LARGE), FullBucket())

    assert world.carry(written("a", 1), written("b", 2)).failed == ["1"]
    assert world.target.items.keys() == {"b"}


@pytest.mark.parametrize("error", [EpochUnknown(), RowMalformed("garbled")])
def test_without_an_epoch_only_writes_around_the_client_come_again(error: Exception) -> None:
    def unknown(_site: Any) -> int:
        raise error

    world = World()
    world.epoch = unknown
    world.source.items["a"] = item()
    report = world.carry(written("b", 1), record(None, item(), 2))

    assert report.failed == ["2"]
    assert world.target.items.keys() == {"b"}


def test_the_time_told_is_that_of_the_last_record() -> None:
    assert World().carry(written("a", 1), written("b", 2)).newest_at == 1000.0
    assert World().carry().newest_at is None


@given(st.data())
def test_an_items_versions_never_go_back_at_the_target(data: st.DataObject) -> None:
    """Batches come again from anywhere, any call may be throttled, and the last versions get there."""
    count = data.draw(st.integers(1, 12))
    keys = [data.draw(st.sampled_from("ab")) for _ in range(count)]
    stream = [written(key, number) for number, key in enumerate(keys, 1)]
    fates = data.draw(st.lists(st.booleans(), max_size=20))
    troubles = iter(fates)
    world = World(lambda _key, _value: THROTTLED if next(troubles, False) else None)
    done = 0
    while done < count:
        start = data.draw(st.integers(0, done))
        report = world.carry(*stream[start : done + data.draw(st.integers(1, 5))], until=world.clock.now + 0.1)
        size = min(count, done + 5)
        done = min([int(one) - 1 for one in report.failed], default=max(done, min(size, done + 1)))
    accepted = [change_of(one) for one in world.target.records]
    for key in "ab":
        versions = [one.stamp.version for one in accepted if one.key == {"id": {"S": key}} and one.stamp]
        assert versions == sorted(set(versions))
        assert (versions[-1].clock if versions else 0) == max((n for n, k in enumerate(keys, 1) if k == key), default=0)


def test_a_poison_record_says_why() -> None:
    with pytest.raises(PoisonRecord, match="TRUNCATE"):
        change_of({**written("a", 1), "eventName": "TRUNCATE"})
