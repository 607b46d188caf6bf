"""The observer's edge: its environment, and one whole short life over moto."""

import json
import random
from dataclasses import dataclass

import boto3
import pytest

from failover.arming import arm
from failover.clock import SystemClock
from failover.control_table import ControlTable
from failover.environment import Misconfigured
from failover.votes import Verdict
from lambdas.health_checker.handler import handle
from lambdas.health_checker.settings import Settings

OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")


@dataclass(frozen=True)
class Invocation:
    """One that leaves time for a single turn."""

    milliseconds: int = 6000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.mark.parametrize("name", ["OBSERVER", "ORCHESTRATOR_FUNCTION", "MAX_LATENCY_MS", "CONTROL_TABLE", "AWS_REGION"])
def test_a_missing_variable_is_named(environment: dict[str, str], name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({key: value for key, value in environment.items() if key != name})


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf", "1e9"])
def test_an_allowance_that_is_no_number_of_milliseconds_is_named(environment: dict[str, str], text: str) -> None:
    with pytest.raises(Misconfigured, match="MAX_LATENCY_MS"):
        Settings.from_env({**environment, "MAX_LATENCY_MS": text})


def control(environment: dict[str, str]) -> ControlTable:
    client = boto3.client("dynamodb", region_name="us-east-2")
    return ControlTable(environment["CONTROL_TABLE"], client, SystemClock(), random.Random(1))  # noqa: S311


@pytest.mark.usefixtures("account")
def test_one_life_casts_a_vote_and_says_what_it_came_to(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    table = control(environment)
    arm(table, "data", OBSERVERS)
    ended = handle({}, Invocation())

    (vote,) = table.snapshot("data", ("us-east-2",)).votes
    assert (vote.counter, vote.epoch, vote.site, vote.standby) == (1, 1, "primary", Verdict.HEALTHY)
    assert ended == {"observer": "us-east-2", "ended": "its time was up"}
    metrics = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert metrics["Observer"] == "us-east-2"


@pytest.mark.usefixtures("account")
def test_without_a_row_it_ends_without_a_vote(environment: dict[str, str]) -> None:
    handle({}, Invocation())

    table = boto3.client("dynamodb", region_name="us-east-2").scan(TableName=environment["CONTROL_TABLE"])
    assert table["Count"] == 0
