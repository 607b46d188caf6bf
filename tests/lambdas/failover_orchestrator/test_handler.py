"""The orchestrator's edge: its environment, its two kinds of event, what it refuses."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from failover.arming import arm
from failover.aws_clients import client
from failover.clock import SystemClock
from failover.control_table import ControlTable, TierRowMissing
from failover.environment import Misconfigured
from failover.orders import UnknownOrder
from lambdas.failover_orchestrator import handler, tools
from lambdas.failover_orchestrator.settings import Settings

OPTIONAL = {"PRIMARY_REGION_HOSTED_ZONE_ID", "SECONDARY_REGION_HOSTED_ZONE_ID", "APPLICATION_DNS_NAME"}
NEEDED = (
    "AWS_REGION",
    "STACK",
    "CONTROL_TABLE",
    "CONTROL_REGIONS",
    "PRIMARY_REGION_NAME",
    "SECONDARY_REGION_NAME",
    "PRIMARY_REGION_DDB_TABLE",
    "HEALTH_CHECK_ITEM_KEY",
    "HEALTH_CHECK_ITEM_VALUE",
    "SNS_TOPIC_ARN",
    "ACTIVE_PARAMETER",
    "LIFEBOAT_PROTOCOL",
)

OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")


@dataclass
class Invocation:
    aws_request_id: str = "request-1"


@pytest.fixture(autouse=True)
def _a_new_process() -> Iterator[None]:
    handler.tools.cache_clear()
    yield
    handler.tools.cache_clear()


@pytest.fixture
def _armed(account: None, environment: dict[str, str]) -> None:
    store = boto3.client("dynamodb", region_name="us-east-2")
    arm(ControlTable(environment["CONTROL_TABLE"], store, SystemClock(), random.Random(1)), "data", OBSERVERS)  # noqa: S311


def order(**changes: Any) -> dict[str, Any]:
    plain = {"schema": 1, "id": "o-1", "kind": "wake", "tier": "data", "epoch": 1, "reason": "r", "by": "b"}
    return {**plain, "issued_at": datetime.now(UTC).isoformat(), **changes}


def queued(body: object) -> dict[str, Any]:
    return {"Records": [{"messageId": "m-1", "eventSource": "aws:sqs", "body": json.dumps(body)}]}


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_variable_is_named(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(Misconfigured, match=name):
        handler.handle(order(), Invocation())


@pytest.mark.parametrize("text", ["{", "[]", '{"electorates": {"data": ["a"]}}'])
def test_a_protocol_that_cannot_be_read_is_named(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("LIFEBOAT_PROTOCOL", text)

    with pytest.raises(Misconfigured, match="LIFEBOAT_PROTOCOL"):
        handler.handle(order(), Invocation())


@pytest.mark.usefixtures("_armed")
@pytest.mark.parametrize("kind", ["wake", "failover", "abort"])
def test_an_order_is_answered_alike_whichever_way_it_came(kind: str) -> None:
    direct = handler.handle(order(kind=kind, epoch=0, id="direct"), Invocation())
    by_queue = handler.handle(queued(order(kind=kind, epoch=0, id="by queue")), Invocation("request-2"))

    assert direct == by_queue
    assert direct["batchItemFailures"] == []


@pytest.mark.usefixtures("_armed")
@pytest.mark.parametrize("event", [{}, {"detail-type": "Scheduled Event"}, queued({"kind": "page"}), None], ids=str)
def test_an_unknown_event_is_an_error_and_nothing_is_done(event: object, environment: dict[str, str]) -> None:
    with pytest.raises(UnknownOrder):
        handler.handle(event, Invocation())
    table = boto3.client("dynamodb", region_name="us-east-2").scan(TableName=environment["CONTROL_TABLE"])
    assert table["Count"] == 1


@pytest.mark.usefixtures("account")
def test_without_a_row_nothing_is_moved_or_made(environment: dict[str, str]) -> None:
    with pytest.raises(TierRowMissing):
        handler.handle(order(), Invocation())
    table = boto3.client("dynamodb", region_name="us-east-2").scan(TableName=environment["CONTROL_TABLE"])
    assert table["Count"] == 0


def test_a_report_names_the_application_once_there_is_one(environment: dict[str, str]) -> None:
    zones = {"PRIMARY_REGION_HOSTED_ZONE_ID": "Z1", "SECONDARY_REGION_HOSTED_ZONE_ID": "Z1"}
    named = Settings.from_env({**environment, **zones, "APPLICATION_DNS_NAME": "shop.example.com"})

    assert Settings.from_env(environment).application() == {}
    assert named.application() == {"application": "shop.example.com", "primary_zone": "Z1", "secondary_zone": "Z1"}


@pytest.mark.usefixtures("_armed")
def test_clients_of_outside_values_are_made_when_they_are_needed_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[str]()

    def counted(service: Any, region: str) -> Any:
        made.append(service)
        return client(service, region)

    monkeypatch.setattr(tools, "client", counted)
    handler.handle(order(kind="abort"), Invocation())
    assert "ssm" not in made
    for number in range(2):  # with nothing else to do, it looks at the outside values
        handler.handle(order(id=f"w-{number}"), Invocation())
    assert made.count("ssm") == len(OBSERVERS)
