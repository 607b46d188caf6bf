"""An application's writes with a stamp: over moto and over the model, it sees what it would see without one."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from failover.replication.versioned_writes import MOST_ATTEMPTS, Contended, OutdatedEpoch, VersionedWrites, Write
from failover.sites import Site
from tests.failover.model_table import refusal
from tests.failover.replication.model_site import Item, ModelSite
from tests.failover.replication.records import stamp

KEY = {"id": {"S": "a"}}
NOW = 1_700_000_000_000_000
ABSENT = {"ConditionExpression": "attribute_not_exists(id)"}


def moto_table() -> Any:
    client = boto3.client("dynamodb", "us-east-1")
    client.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return client


@pytest.fixture(params=["model", "moto"])
def table(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if request.param == "model":
        yield ModelSite()
        return
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield moto_table()


def writes(now: int = NOW) -> VersionedWrites:
    return VersionedWrites(now=lambda: now, ttl_attribute="expires", tombstone_seconds=100)


def write(table: Any, verb: Any, *, epoch: int = 1, here: Site = "primary", now: int = NOW, **asked: Any) -> Item:
    request = {"Item": {**KEY, **asked.pop("item", {})}, **asked} if verb == "put" else {"Key": KEY, **asked}
    one = Write(verb=verb, table="orders", request=request, key=KEY, epoch=epoch, here=here)
    return writes(now).carry_out(table, one)


def held(table: Any) -> Item:
    return dict(table.get_item(TableName="orders", Key=KEY, ConsistentRead=True)["Item"])


def plain(table: Any) -> Item:
    return {name: value for name, value in held(table).items() if name not in (ATTRIBUTE, "id")}


def stamped(table: Any) -> Stamp:
    found = Stamp.of(held(table))
    assert found is not None
    return found


def put(table: Any, value: str = "x", **asked: Any) -> Item:
    return write(table, "put", item={"value": {"S": value}}, **asked)


def update(table: Any, expression: str, names: Item | None = None, values: Item | None = None, **asked: Any) -> Item:
    named: Item = {"ExpressionAttributeNames": names} if names else {}
    valued: Item = {"ExpressionAttributeValues": values} if values else {}
    return write(table, "update", UpdateExpression=expression, **named, **valued, **asked)


def test_each_write_is_stamped_above_the_last_even_by_a_late_clock(table: Any) -> None:
    put(table)
    first = stamped(table)
    put(table, now=NOW - 10**9)
    second = stamped(table)
    write(table, "delete", now=NOW - 10**9)

    assert first.version == Version(1, NOW + 1, "primary")
    assert first.version < second.version < stamped(table).version


def test_a_write_upon_the_other_sites_says_so(table: Any) -> None:
    put(table)
    mine = stamped(table).version
    put(table, epoch=2, here="secondary")

    assert (stamped(table).version.origin, stamped(table).seen) == ("secondary", mine)


def test_a_deletion_leaves_its_key_a_stamp_and_an_expiry(table: Any) -> None:
    put(table)
    write(table, "delete")

    assert stamped(table).deleted
    assert plain(table) == {"expires": {"N": str(NOW // 1_000_000 + 100)}}


def test_to_a_condition_a_tombstone_is_no_item(table: Any) -> None:
    put(table)
    write(table, "delete")
    put(table, "y", **ABSENT)

    assert (plain(table), stamped(table).deleted) == ({"value": {"S": "y"}}, False)


def test_a_condition_that_wants_an_item_fails_on_a_tombstone_and_shows_none(table: Any) -> None:
    write(table, "delete")
    before = held(table)
    with pytest.raises(ClientError) as failed:
        put(table, ConditionExpression="attribute_exists(id)", ReturnValuesOnConditionCheckFailure="ALL_OLD")

    assert failed.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert "Item" not in failed.value.response
    assert held(table) == before


@pytest.mark.parametrize("site", ["primary", "secondary"])
@pytest.mark.parametrize("shown", [True, False])
def test_a_condition_fails_on_an_item_as_if_there_were_no_stamp(table: Any, site: Site, shown: bool) -> None:
    put(table)
    before = held(table)
    asked: Item = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if shown else {}
    with pytest.raises(ClientError) as failed:
        put(table, "y", here=site, epoch=2, **ABSENT, **asked)

    assert failed.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert failed.value.response.get("Item") == ({**KEY, "value": {"S": "x"}} if shown else None)
    assert held(table) == before


def test_a_condition_with_or_guards_against_the_stamp_as_a_whole(table: Any) -> None:
    """Were it not held together, its first half would let an outdated write through."""
    put(table, epoch=5, here="secondary")
    values = {"ExpressionAttributeValues": {":x": {"S": "x"}}, "ExpressionAttributeNames": {"#v": "value"}}
    either = "#v = :x OR attribute_not_exists(id)"
    with pytest.raises(OutdatedEpoch):
        put(table, "y", epoch=4, ConditionExpression=either, **values)
    put(table, "z", epoch=5, ConditionExpression=either, **values)

    assert plain(table) == {"value": {"S": "z"}}


def test_a_write_of_an_outdated_epoch_changes_nothing(table: Any) -> None:
    put(table, epoch=2, here="secondary")
    before = held(table)
    cases: dict[str, Item] = {"put": {}, "delete": {}, "update": {"UpdateExpression": "REMOVE gone"}}
    for verb, asked in cases.items():
        with pytest.raises(OutdatedEpoch, match="epoch 2"):
            write(table, verb, epoch=1, **asked)

    assert held(table) == before


def test_what_was_written_around_the_client_is_written_over(table: Any) -> None:
    table.put_item(TableName="orders", Item={**KEY, "value": {"S": "old"}})
    update(table, "SET b = :y", values={":y": {"S": "y"}})

    assert plain(table) == {"value": {"S": "old"}, "b": {"S": "y"}}
    assert stamped(table).version.origin == "primary"


def test_what_a_write_returns_has_no_stamp_and_no_tombstone(table: Any) -> None:
    assert put(table, ReturnValues="ALL_OLD") == {}
    assert put(table, "y", ReturnValues="ALL_OLD") == {**KEY, "value": {"S": "x"}}
    assert update(table, "SET n = :n", values={":n": {"N": "1"}}, ReturnValues="ALL_NEW") == {
        **KEY,
        "value": {"S": "y"},
        "n": {"N": "1"},
    }
    assert write(table, "delete", ReturnValues="ALL_OLD") == {**KEY, "value": {"S": "y"}, "n": {"N": "1"}}
    assert write(table, "delete", ReturnValues="ALL_OLD") == {}
    assert update(table, "SET n = :n", values={":n": {"N": "2"}}, ReturnValues="ALL_OLD") == {}
    write(table, "delete")
    assert update(table, "SET n = :n", values={":n": {"N": "2"}}, ReturnValues="ALL_NEW") == {**KEY, "n": {"N": "2"}}


EXPRESSIONS = {
    "set": ("SET a = :n", None, {"a": {"N": "1"}}),
    "set in small letters, under names like it": ("set #set = :n", {"#set": "set"}, {"set": {"N": "1"}}),
    "remove first": ("REMOVE z SET a = :n", None, {"a": {"N": "1"}}),
    "set first": ("SET a = :n REMOVE z", None, {"a": {"N": "1"}}),
    "add alone": ("ADD a :n", None, {"a": {"N": "1"}}),
    "add, then set": ("ADD a :n SET b = :n", None, {"a": {"N": "1"}, "b": {"N": "1"}}),
}


@pytest.mark.parametrize("upon", ["nothing", "tombstone"])
@pytest.mark.parametrize(("expression", "names", "made"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_update_does_what_it_says_beside_the_stamp(
    table: Any, upon: str, expression: str, names: Item | None, made: Item
) -> None:
    """Upon a tombstone as upon nothing: its expiry is not the new item's."""
    if upon == "tombstone":
        put(table)
        write(table, "delete")
    update(table, expression, names, {":n": {"N": "1"}}, ConditionExpression="attribute_not_exists(id)")

    assert (plain(table), stamped(table).deleted) == (made, False)


def test_an_update_that_gives_an_expiry_by_default_gives_it_to_what_was_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        table = moto_table()
        write(table, "delete")
        update(
            table,
            "SET #e = if_not_exists(#e, :n) DELETE tags :t",
            {"#e": "expires"},
            {":n": {"N": "7"}, ":t": {"SS": ["x"]}},
        )

        assert plain(table) == {"expires": {"N": "7"}}


def test_an_update_without_an_expression_makes_the_item(table: Any) -> None:
    write(table, "update")

    assert (plain(table), stamped(table).deleted) == ({}, False)


class Rival(ModelSite):
    """A table in which somebody else writes just before each of the first writes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most

    def put_item(self, *, TableName: str, Item: Item, **asked: Any) -> Item:  # noqa: N803 - boto3's spelling
        if self.left:
            self.left -= 1
            theirs = stamp(NOW + 10 - self.left, "secondary")
            super().put_item(TableName=TableName, Item={**KEY, "value": {"S": "theirs"}, ATTRIBUTE: theirs.attribute()})
        return super().put_item(TableName=TableName, Item=Item, **asked)


def test_of_two_that_race_the_second_is_made_upon_the_first() -> None:
    table = Rival(2)
    put(table)

    assert stamped(table).seen == Version(1, NOW + 10, "secondary")
    assert plain(table) == {"value": {"S": "x"}}


def test_two_writes_in_the_same_microsecond_have_two_versions() -> None:
    table = ModelSite()
    put(table)
    put(table)

    assert stamped(table).version.clock == NOW + 2


def test_who_loses_each_race_is_told_that_nothing_was_written() -> None:
    table = Rival(MOST_ATTEMPTS)
    with pytest.raises(Contended, match=f"{MOST_ATTEMPTS} times"):
        put(table)

    assert plain(table) == {"value": {"S": "theirs"}}


def test_another_error_is_passed_on_as_it_is() -> None:
    class Throttled(ModelSite):
        def put_item(self, **_asked: Any) -> Item:
            raise refusal("ThrottlingException", "PutItem")

    with pytest.raises(ClientError, match="ThrottlingException"):
        put(Throttled())


@pytest.mark.parametrize(
    "asked",
    [
        {"ExpressionAttributeNames": {"#lb": "value"}},
        {"ExpressionAttributeValues": {":lbheld": {"S": "x"}}},
    ],
)
def test_a_placeholder_that_would_be_taken_for_ours_is_refused_by_name(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(next(iter(asked.values()))))):
        write(ModelSite(), "put", item={"value": {"S": "x"}}, **asked)
