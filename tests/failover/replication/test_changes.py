"""Items reach the other site to the byte, through a stream's record in JSON; nothing malformed gets past reading."""

import base64
import contextlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from failover.replication.changes import PoisonRecord, change_of, key_text
from failover.replication.stamps import ATTRIBUTE
from failover.replication.writing import put
from tests.failover.replication.records import item, record, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Value = dict[str, Any]
ODD_NUMBERS = [
    "1E+100",
    "-0",
    "0.10",
    "9" * 38,
    "-1.5E-130",
    "0." + "0" * 37 + "1",
    "1234567890.1234567890123456789012345678",
]
texts, binaries = st.text(max_size=8), st.binary(max_size=8)
numbers = st.sampled_from(ODD_NUMBERS) | st.decimals(allow_nan=False, allow_infinity=False).map(str)
scalars = st.one_of(
    texts.map(lambda text: {"S": text}),
    numbers.map(lambda number: {"N": number}),
    binaries.map(lambda binary: {"B": binary}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.lists(texts, min_size=1, max_size=3, unique=True).map(lambda some: {"SS": some}),
    st.lists(numbers, min_size=1, max_size=3, unique_by=Decimal).map(lambda some: {"NS": some}),
    st.lists(binaries, min_size=1, max_size=3, unique=True).map(lambda some: {"BS": some}),
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: {"L": some}),
        st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3).map(lambda some: {"M": some}),
    ),
    max_leaves=10,
)
items = st.dictionaries(texts.map("a{}".format), values, max_size=5)


def nested(depth: int) -> Value:
    value: Value = {"B": b"\x00\xff"}
    for level in range(depth):
        value = {"M": {"in": value}} if level % 2 else {"L": [value]}
    return value


def in_json(value: Any) -> Any:
    """Tell a value as Lambda does: binaries in base64, all else as it is."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: in_json(inner) for name, inner in value.items()}
    return [in_json(inner) for inner in value] if isinstance(value, list) else value


def told(key: Value, whole: Value) -> dict[str, Any]:
    image = {"Keys": key, "NewImage": whole, "SequenceNumber": "1", "ApproximateCreationDateTime": 1000.0}
    return dict(json.loads(json.dumps(in_json({"eventName": "INSERT", "dynamodb": image}))))


@given(items)
def test_every_value_survives_to_the_byte(whole: Value) -> None:
    key = {"id": {"B": b"\x00key\xff"}}
    change = change_of(told(key, {**key, **whole}))

    assert change.new == {**key, **whole}
    assert change.key == key


@pytest.fixture(scope="module")
def tables() -> Iterator[tuple["DynamoDBClient", "DynamoDBClient"]]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        source, target = boto3.client("dynamodb", "us-east-1"), boto3.client("dynamodb", "us-west-2")
        for client in (source, target):
            client.create_table(
                TableName="orders",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "\x01k", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "\x01k", "AttributeType": "B"}],
            )
        yield source, target


@settings(max_examples=60)
@given(items)
def test_the_other_site_gets_what_this_one_has(tables: tuple["DynamoDBClient", "DynamoDBClient"], whole: Value) -> None:
    """Over the clients' real serialization, both ways."""
    source, target = tables
    key = {"\x01k": {"B": b"\x00key\xff"}}
    source.put_item(TableName="orders", Item={**whole, **key})
    held = source.get_item(TableName="orders", Key=key)["Item"]
    change = change_of(told(key, dict(held)))
    assert change.new is not None
    put(target, "orders", change.new, {})

    assert target.get_item(TableName="orders", Key=key)["Item"] == held


@pytest.mark.parametrize("value", [nested(32), *({"N": number} for number in ODD_NUMBERS), {"NS": ["-0", "1E+2"]}])
def test_what_is_deep_or_looks_odd_is_left_as_it_is(value: Value) -> None:
    change = change_of(told({"id": {"S": "a"}}, {"id": {"S": "a"}, "value": value}))

    assert change.new == {"id": {"S": "a"}, "value": value}


GOOD = record(item(stamp(1)), item(stamp(2)))


def changed(**told: Any) -> dict[str, Any]:
    return {**GOOD, "dynamodb": {**GOOD["dynamodb"], **told}}


def without(name: str) -> dict[str, Any]:
    return {**GOOD, "dynamodb": {key: value for key, value in GOOD["dynamodb"].items() if key != name}}


POISON: dict[str, Any] = {
    "nothing": None,
    "a number": 3,
    "a text": "record",
    "a list": [GOOD],
    "an empty record": {},
    "no event": {"dynamodb": GOOD["dynamodb"]},
    "an unknown event": {**GOOD, "eventName": "TRUNCATE"},
    "an event that is no text": {**GOOD, "eventName": {}},
    "no record of the stream": {"eventName": "MODIFY"},
    "keys only": {**GOOD, "dynamodb": {"Keys": {"id": {"S": "a"}}, "SequenceNumber": "1"}},
    "no old image": without("OldImage"),
    "no new image": without("NewImage"),
    "no keys": without("Keys"),
    "no number": without("SequenceNumber"),
    "no time": without("ApproximateCreationDateTime"),
    "a number that is none": changed(SequenceNumber="first"),
    "a number with a fraction": changed(SequenceNumber=1.5),
    "a time that is none": changed(ApproximateCreationDateTime="now"),
    "a time before all": changed(ApproximateCreationDateTime=-1),
    "a time beyond all": changed(ApproximateCreationDateTime=float("inf")),
    "a time that is no number": changed(ApproximateCreationDateTime=float("nan")),
    "an image that is none": changed(NewImage=None),
    "an image that is a list": changed(NewImage=[]),
    "a value that is none": changed(NewImage={"id": None}),
    "wrong base64": changed(NewImage={"id": {"S": "a"}, "b": {"B": "%%%"}}),
    "base64 cut short": changed(NewImage={"id": {"S": "a"}, "b": {"B": "abc"}}),
    "wrong base64 in a set": changed(NewImage={"id": {"S": "a"}, "b": {"BS": ["AA==", "*"]}}),
    "wrong base64 in a key": changed(Keys={"id": {"B": "?"}}),
    "a binary that is a number": changed(NewImage={"b": {"B": 5}}),
    "nesting without end": changed(NewImage={"b": nested(100_000)}),
    "a stamp that is not ours": changed(NewImage={"id": {"S": "a"}, ATTRIBUTE: {"S": "x"}}),
    "an old stamp that is not ours": changed(OldImage={"id": {"S": "a"}, ATTRIBUTE: {"M": {}}}),
    "an identity that is none": {**GOOD, "userIdentity": "me"},
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_what_cannot_be_read_is_poison_and_nothing_worse(poison: Any) -> None:
    with pytest.raises(PoisonRecord):
        change_of(poison)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.sampled_from(["Keys", "NewImage", "OldImage", "SequenceNumber", "ApproximateCreationDateTime"]), junk)
def test_whatever_stands_in_a_records_place_is_read_or_poison(name: str, value: Any) -> None:
    with contextlib.suppress(PoisonRecord):
        assert change_of(changed(**{name: value})).sequence


@pytest.mark.parametrize("identity", [None, {}, {"type": "Service", "principalId": "another.amazonaws.com"}])
def test_only_the_services_own_removal_is_an_expiry(identity: Any) -> None:
    removal = record(item(), None, expired=True)

    assert change_of(removal).expired
    assert not change_of({**removal, "userIdentity": identity}).expired


def test_equal_keys_have_equal_texts_and_others_have_others() -> None:
    one, again = {"id": {"S": "a"}, "at": {"N": "1"}}, {"at": {"N": "1"}, "id": {"S": "a"}}

    assert key_text(one) == key_text(again)
    assert len({key_text(key) for key in (one, {"id": {"S": "a"}}, {"id": {"B": b"a"}}, {"id": {"N": "1"}})}) == 4
