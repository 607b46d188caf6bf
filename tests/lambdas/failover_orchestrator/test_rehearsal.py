"""A rehearsal makes every call of a failover and leaves everything as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from failover.rehearsal import ALLOWED
from lambdas.failover_orchestrator import handler
from tests.lambdas.conftest import CONTROL_REGIONS

REHEARSAL = {"kind": "rehearsal"}
DATA_REGIONS = ("us-east-1", "us-west-2")


@dataclass
class Invocation:
    aws_request_id: str = "request-1"


@pytest.fixture(autouse=True)
def _a_new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without made clients, and with patience: here one busy process does what three regions do."""
    monkeypatch.setattr(handler, "REHEARSAL_SECONDS", 60.0)
    handler.rehearsal.cache_clear()
    yield
    handler.rehearsal.cache_clear()


def rehearsed() -> Any:
    return handler.handle(REHEARSAL, Invocation())["rehearsed"]


def items(region: str, table: str) -> list[Any]:
    return boto3.client("dynamodb", region_name=region).scan(TableName=table)["Items"]


def test_every_call_of_a_failover_is_made_and_allowed(account: None) -> None:
    told = rehearsed()
    assert set(told.values()) == {ALLOWED}
    assert set(told) == {
        "read the row",
        "read the votes",
        "move the tier",
        "keep the journal",
        "publish",
        *(f"{what} the canary in {region}" for region in DATA_REGIONS for what in ("read", "write")),
        *(f"name the active region in {region}" for region in CONTROL_REGIONS),
    }


def test_nothing_is_changed(account: None, environment: dict[str, str]) -> None:
    rehearsed()
    assert items("us-east-2", environment["CONTROL_TABLE"]) == []
    assert [items(region, environment["PRIMARY_REGION_DDB_TABLE"]) for region in DATA_REGIONS] == [[], []]
    for region in CONTROL_REGIONS:
        found = boto3.client("ssm", region_name=region).get_parameter(Name=environment["ACTIVE_PARAMETER"])
        assert (found["Parameter"]["Value"], found["Parameter"]["Version"]) == ("us-east-1", 1)


def test_a_parameter_that_run_time_has_not_made_is_told_and_not_made(
    account: None, environment: dict[str, str]
) -> None:
    client = boto3.client("ssm", region_name="us-west-2")
    client.delete_parameter(Name=environment["ACTIVE_PARAMETER"])
    assert rehearsed()["name the active region in us-west-2"] == "ParameterNotFound"
    assert client.describe_parameters()["Parameters"] == []


def test_a_step_that_fails_is_told_by_its_code_and_hides_no_other(account: None, environment: dict[str, str]) -> None:
    boto3.client("dynamodb", region_name="us-west-2").delete_table(TableName=environment["PRIMARY_REGION_DDB_TABLE"])
    told = rehearsed()
    wrong = {step: answer for step, answer in told.items() if answer != ALLOWED}
    assert wrong == {
        "write the canary in us-west-2": "ResourceNotFoundException",
        "read the canary in us-west-2": "ResourceNotFoundException",
    }
