"""The look's edge: what it is told, what it counts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from failover.environment import Misconfigured
from failover.readiness.report import Check, Mark, Report
from lambdas.readiness.metrics import embedded
from lambdas.readiness.settings import Settings
from tests.failover.readiness.whole import INVENTORY, NOW, PROTOCOL

TOLD = {
    "AWS_REGION": "us-east-2",
    "LIFEBOAT_INVENTORY": INVENTORY.to_json(),
    "LIFEBOAT_PROTOCOL": replace(PROTOCOL, time_scale=0.5).to_json(),
}
CHECK = Check(name="tier-armed", expected="armed", next_step="lifeboat arm")


def report(*marks: Mark) -> Report:
    return Report.of(CHECK.finding(mark, "seen") for mark in marks)


def counted(line: str | None) -> Any:
    return json.loads(line or "{}")


def test_it_is_told_what_to_expect_and_which_times_hold() -> None:
    settings = Settings.from_env(TOLD)
    assert (settings.region, settings.inventory) == ("us-east-2", INVENTORY)
    assert settings.protocol.vote_fresh == PROTOCOL.vote_fresh / 2


@pytest.mark.parametrize("name", TOLD)
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({one: value for one, value in TOLD.items() if one != name})


@pytest.mark.parametrize("inventory", ["[]", "{}", "no json", '{"stack": "test"}'])
def test_an_inventory_without_meaning_is_refused(inventory: str) -> None:
    with pytest.raises(Misconfigured, match="LIFEBOAT_INVENTORY"):
        Settings.from_env({**TOLD, "LIFEBOAT_INVENTORY": inventory})


def test_a_ready_stack_sends_no_metric_and_so_costs_none() -> None:
    assert embedded(report(Mark.OK, Mark.OK), "test", "us-east-2", NOW) is None


def test_failures_and_warnings_are_counted_by_stack_and_region() -> None:
    line = counted(embedded(report(Mark.FAIL, Mark.FAIL, Mark.WARN), "test", "us-east-2", NOW))
    assert (line["ChecksFailed"], line["ChecksWarned"], line["Stack"], line["Region"]) == (2, 1, "test", "us-east-2")
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": "ChecksFailed"}, {"Name": "ChecksWarned"}]
    assert line["_aws"]["Timestamp"] == NOW.timestamp() * 1000


def test_warnings_alone_count_as_warnings_alone() -> None:
    assert "ChecksFailed" not in counted(embedded(report(Mark.WARN), "test", "us-east-2", NOW))
