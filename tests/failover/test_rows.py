"""Items are read and written as the SDK does it, only faster."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from failover import rows
from failover.tier import Phase, Value

VALUES: tuple[Value, ...] = ("text", "", Phase.MOVING, 0, 7, -7, 10**30, True, False, {"primary": "2030"}, {})
NUMBERS = ("0", "12", "-12", "1E3", "3.0", "007")


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_written_as_the_sdk_writes_it_and_read_back(value: Value) -> None:
    plain: Any = str(value) if isinstance(value, str) else value

    written = rows.to_attribute(value)

    assert written == TypeSerializer().serialize(plain)
    assert rows.values_of({"name": written}) == {"name": plain}


@pytest.mark.parametrize("digits", NUMBERS)
def test_a_number_is_read_as_a_whole_one_however_it_is_written(digits: str) -> None:
    read = rows.values_of({"n": {"N": digits}})["n"]

    assert type(read) is int
    assert Decimal(read) == TypeDeserializer().deserialize({"N": digits})


VOTE: dict[str, Value] = {
    "pk": "vote#data#us-east-1",
    "sk": "vote",
    "tier": "data",
    "site": "primary",
    "reason": "r",
    "verdict": "healthy",
    "standby": "healthy",
    "epoch": 1,
    "counter": 1,
    "generation": 1,
    "misses": 0,
    "goods": 3,
}


def test_a_vote_reads_as_it_was_written() -> None:
    read = rows.vote(rows.to_item({**VOTE, "lag_ms": 700}))

    assert (read.observer, read.counter, read.lag_ms, read.acked_lag_ms) == ("us-east-1", 1, 700, None)


@pytest.mark.parametrize(
    "name", ["epoch", "counter", "generation", "misses", "goods", "lag_ms", "acked_lag_ms", "latency_ms"]
)
@pytest.mark.parametrize("wrong", [{"S": "0"}, {"BOOL": True}, {"L": []}, {"N": "1.9"}], ids=str)
def test_a_vote_whose_number_is_none_cannot_be_read(name: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(rows.MalformedRow, match="vote#data#us-east-1"):
        rows.vote({**rows.to_item(VOTE), name: wrong})


TIER: dict[str, Value] = {
    "pk": "tier#data",
    "sk": "row",
    "epoch": 7,
    "active": "primary",
    "phase": "steady",
    "owner_counter": 3,
    "armed": True,
    "changed_at": "2030-01-01T00:00:00+00:00",
    "moved_at": {"secondary": "2030-01-01T00:00:00+00:00"},
}


def test_a_tier_row_reads_as_it_was_written() -> None:
    read = rows.tier_row(rows.to_item(TIER))
    assert (read.epoch, read.phase, read.armed_until, list(read.moved_at)) == (7, Phase.STEADY, None, ["secondary"])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("epoch", {"N": "7.5"}),
        ("active", {"S": "us-east-1"}),
        ("phase", {"S": "resting"}),
        ("changed_at", {"S": "2030-01-01"}),
        ("changed_at", {"N": "7"}),
        ("armed_until", {"S": "2030-01-01T00:00:00"}),
        ("armed_until", {"S": "tomorrow"}),
        ("moved_at", {"S": "2030-01-01T00:00:00+00:00"}),
        ("moved_at", {"M": {"secondary": {"S": "2030-01-01"}}}),
        ("moved_at", {"NULL": True}),
    ],
    ids=str,
)
def test_a_tier_row_without_meaning_is_named(name: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(rows.MalformedRow, match="tier#data"):
        rows.tier_row({**rows.to_item(TIER), name: wrong})
