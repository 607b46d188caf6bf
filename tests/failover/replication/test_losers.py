"""The list of losers over moto: each once, whole, and never undone by being noted again."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from failover.replication.losers import Loser, LoserTable
from tests.failover.model_table import refusal
from tests.failover.replication.records import THERE, item, stamp


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        client.create_table(
            TableName="losers",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        yield client


def loser(**more: Any) -> Loser:
    return Loser("orders", {"id": {"S": "a"}}, item(stamp(1), **more), stamp(1), stamp(2, THERE))


def entries(table: Any) -> list[dict[str, Any]]:
    return list(table.scan(TableName="losers")["Items"])


def test_a_loser_is_kept_whole_with_what_it_lost_to(table: Any) -> None:
    LoserTable(table, "losers").note(loser())
    (entry,) = entries(table)

    assert entry["item"]["M"] == item(stamp(1))
    assert (entry["pk"]["S"], entry["state"]["S"]) == ("orders", "open")
    assert (entry["version"]["S"], entry["winner"]["S"]) == (str(stamp(1).version), str(stamp(2, THERE).version))


def test_one_that_somebody_has_judged_stays_judged(table: Any) -> None:
    LoserTable(table, "losers").note(loser())
    (entry,) = entries(table)
    table.put_item(TableName="losers", Item={**entry, "state": {"S": "judged"}})
    LoserTable(table, "losers").note(loser())

    assert [one["state"]["S"] for one in entries(table)] == ["judged"]


def test_a_write_around_the_client_is_told_by_what_it_wrote(table: Any) -> None:
    kept = LoserTable(table, "losers")
    for value in ("x", "x", "y"):
        kept.note(Loser("orders", {"id": {"S": "a"}}, item(value={"S": value}), None, None))

    assert len(entries(table)) == 2


def test_an_item_that_has_no_room_beside_its_entry_is_kept_in_parts(table: Any) -> None:
    huge = {"S": "x" * (400 * 1024 - 300)}
    for _ in range(2):
        LoserTable(table, "losers").note(loser(value=huge))
    *parts, entry = sorted(entries(table), key=lambda one: (one["state"]["S"] == "open", one["sk"]["S"]))

    assert int(entry["parts"]["N"]) == len(parts) == 2
    assert json.loads(b"".join(part["part"]["B"] for part in parts)) == item(stamp(1), value=huge)
    assert {part["sk"]["S"].partition("#part")[0] for part in parts} == {entry["sk"]["S"]}


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_one_that_is_not_kept_is_told_of(code: str) -> None:
    class Refusing:
        def put_item(self, **_asked: object) -> None:
            raise refusal(code, "PutItem")

    refusing: Any = Refusing()
    with pytest.raises(ClientError, match=code):
        LoserTable(refusing, "losers").note(loser())
