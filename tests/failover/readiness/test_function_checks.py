"""What functions lack is named."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from failover.readiness.facts import Facts, Place, Unseen
from failover.readiness.inventory import Inventory
from failover.readiness.report import Mark
from tests.failover.readiness.whole import (
    INVENTORY,
    REFUSED,
    WHOLE,
    Broken,
    amended,
    assert_told,
    function,
    not_ok,
    put,
    told,
)

ORCHESTRATOR = Place("us-west-2", "failover-orchestrator")
OBSERVER = Place("us-west-2", "health-checker")
AUDITOR = Place("us-west-2", "divergence-auditor")
FAIL, WARN = Mark.FAIL, Mark.WARN
ENVIRONMENT = function("us-west-2").environment
BROKEN: Mapping[str, Broken] = {
    "a function that failed to update": (
        amended("functions", OBSERVER, update="Failed"),
        "functions-active",
        OBSERVER.region,
        FAIL,
        "health-checker: Active, update Failed",
    ),
    "a function that is missing": (
        put("functions", OBSERVER, REFUSED),
        "functions-active",
        OBSERVER.region,
        FAIL,
        "AccessDenied",
    ),
    "an auditor whose archive is not the other region's": (
        amended("functions", AUDITOR, code="another"),
        "auditor-code",
        "",
        FAIL,
        "another, elsewhere",
    ),
    "an auditor that reads nothing": (
        put("sources", AUDITOR, "Disabled"),
        "event-sources",
        AUDITOR.region,
        FAIL,
        "divergence-auditor: Disabled",
    ),
    "too little time": (
        amended("functions", ORCHESTRATOR, timeout_seconds=119),
        "function-limits",
        ORCHESTRATOR.region,
        FAIL,
        "timeout 119 s, under 120 s",
    ),
    "throttled by a reservation": (
        amended("functions", ORCHESTRATOR, reserved=0),
        "function-limits",
        ORCHESTRATOR.region,
        FAIL,
        "reserved concurrency 0, under 4",
    ),
    "an unknown runtime": (
        amended("functions", OBSERVER, runtime="python3.9"),
        "function-runtime",
        OBSERVER.region,
        WARN,
        "python3.9",
    ),
    "other code": (
        amended("functions", OBSERVER, code="changed"),
        "function-code",
        "",
        FAIL,
        "health-checker in us-west-2: changed, elsewhere k9cXyyJr0wbV",
    ),
    "another variable": (
        amended("functions", ORCHESTRATOR, environment={**ENVIRONMENT, "X": "1"}),
        "function-environment",
        "",
        FAIL,
        "failover-orchestrator: X differ",
    ),
    "another region's name": (
        amended("functions", ORCHESTRATOR, environment={**ENVIRONMENT, "OBSERVER": "us-east-1"}),
        "function-environment",
        "",
        FAIL,
        "OBSERVER differ",
    ),
    "little concurrency": (put("concurrency", "us-east-1", 19), "lambda-concurrency", "us-east-1", WARN, "19 left"),
    "no concurrency": (put("concurrency", "us-east-1", 9), "lambda-concurrency", "us-east-1", FAIL, "9 left"),
    "concurrency unknown": (
        put("concurrency", "us-east-1", REFUSED),
        "lambda-concurrency",
        "us-east-1",
        FAIL,
        "Denied",
    ),
    "a queue that nobody reads": (
        put("sources", ORCHESTRATOR, "Disabled"),
        "event-sources",
        "us-west-2",
        FAIL,
        "Disabled",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_else(case: str) -> None:
    assert_told(BROKEN[case])


FINE: Mapping[str, tuple[Facts, Inventory]] = {
    "a reservation that is enough": (amended("functions", ORCHESTRATOR, reserved=4), INVENTORY),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_as_declared_is_fine(case: str) -> None:
    assert not_ok(*FINE[case]) == []


def test_a_runtime_that_ends_soon_is_told_before() -> None:
    def named(year: int, month: int) -> set[str]:
        facts = replace(WHOLE, now=datetime(year, month, 1, tzinfo=UTC))
        return {one.check for one in not_ok(facts)}

    assert "function-runtime" not in named(2028, 4)
    assert "function-runtime" in named(2028, 6)


def test_other_times_than_the_declared_ones_are_named_though_all_regions_have_them() -> None:
    functions = {
        place: replace(one, environment=told(one.environment)) if not isinstance(one, Unseen) else one
        for place, one in WHOLE.functions.items()
    }
    assert {one.check for one in not_ok(replace(WHOLE, functions=functions))} == {"function-protocol"}
