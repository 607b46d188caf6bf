"""Each check's every answer: one thing is broken, and exactly that is named."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from failover.control_table import Snapshot
from failover.readiness.facts import AlarmFacts, Facts, Place, QueueFacts, TopicFacts, Unseen
from failover.readiness.inventory import ALARMS, OWN_ALARM, Inventory
from failover.readiness.report import Mark
from failover.rehearsal import ALLOWED, NO_ANSWER
from failover.tier import Phase
from failover.votes import Verdict
from tests.failover.readiness.whole import (
    INVENTORY,
    NOW,
    PROTOCOL,
    REFUSED,
    REGIONS,
    SILENT,
    WHOLE,
    amended,
    function,
    not_ok,
    put,
    report,
    told,
    with_row,
    with_vote,
    with_votes,
)

ORDERS = Place("us-west-2", "lifeboat-test-orders")
SESSIONS = Place("us-west-2", "lifeboat-test-sessions")
CONTROL = Place("us-east-2", "lifeboat-test-control")
ORCHESTRATOR = Place("us-west-2", "failover-orchestrator")
OBSERVER = Place("us-west-2", "health-checker")
QUEUE = Place("us-east-2", "orders")
FAIL, WARN = Mark.FAIL, Mark.WARN
LATE = timedelta(minutes=61)


def alarms(**changes: AlarmFacts) -> dict[str, AlarmFacts]:
    usual = {name: AlarmFacts(state="OK", since=NOW) for name in ALARMS}
    return {**usual, **{name.replace("_", "-"): one for name, one in changes.items()}}


def alarm(state: str, since: datetime = NOW) -> AlarmFacts:
    return AlarmFacts(state=state, since=since)


ENVIRONMENT = function("us-west-2").environment
BROKEN: Mapping[str, tuple[Facts, str, str, Mark, str]] = {
    "no row": (
        put("snapshots", "us-west-2", Unseen(why="no row for tier 'data'", silent=False)),
        "tier-row",
        "us-west-2",
        FAIL,
        "no row",
    ),
    "moving": (with_row(phase=Phase.MOVING, step="wait"), "tier-steady", "", FAIL, "moving, at 'wait'"),
    "held": (with_row(phase=Phase.HELD), "tier-steady", "", FAIL, "held"),
    "a step left": (with_row(step="verify"), "tier-steady", "", FAIL, "at 'verify'"),
    "disarmed": (with_row(armed=False), "tier-armed", "", FAIL, "disarmed"),
    "disarmed for a while": (
        with_row(armed=False, armed_until=NOW + timedelta(hours=1)),
        "tier-armed",
        "",
        FAIL,
        "disarmed until 2027-01-01T13",
    ),
    "a silent observer": (
        replace(WHOLE, moved=frozenset(REGIONS[:2])),
        "votes-fresh",
        "",
        FAIL,
        "us-west-2: its counter stood still",
    ),
    "a vote of another epoch": (
        with_vote("us-east-2", epoch=3),
        "votes-epoch",
        "",
        FAIL,
        "us-east-2: about primary in epoch 3",
    ),
    "one observer cannot tell": (
        with_vote("us-east-2", verdict=Verdict.UNKNOWN, reason="throttled"),
        "votes-know",
        "",
        WARN,
        "us-east-2: throttled",
    ),
    "most observers cannot tell": (with_votes(verdict=Verdict.UNKNOWN), "votes-know", "", FAIL, "us-east-1"),
    "one sees no standby": (
        with_vote("us-east-2", standby=Verdict.UNHEALTHY),
        "standby-healthy",
        "",
        WARN,
        "us-east-2: the standby is unhealthy",
    ),
    "most see no standby": (with_votes(standby=Verdict.UNKNOWN), "standby-healthy", "", FAIL, "unknown"),
    "one sees a lag": (with_vote("us-east-1", acked_lag_ms=5001), "standby-lag", "", WARN, "us-east-1: 5001 ms"),
    "most see a lag": (with_votes(acked_lag_ms=6000), "standby-lag", "", FAIL, "6000 ms"),
    "most know no lag": (with_votes(acked_lag_ms=None), "standby-lag", "", FAIL, "not known yet"),
    "a table being made": (
        amended("tables", ORDERS, status="CREATING"),
        "tables-active",
        ORDERS.region,
        FAIL,
        "CREATING",
    ),
    "a table is missing": (
        put("tables", ORDERS, REFUSED),
        "tables-active",
        ORDERS.region,
        FAIL,
        "lifeboat-test-orders: AccessDenied",
    ),
    "no replica": (
        amended("tables", ORDERS, replicas={}),
        "table-replicas",
        ORDERS.region,
        FAIL,
        "lifeboat-test-orders: us-east-1 missing",
    ),
    "a control replica that fails": (
        amended("tables", CONTROL, replicas={"us-east-1": "ACTIVE", "us-west-2": "REGION_DISABLED"}),
        "table-replicas",
        CONTROL.region,
        FAIL,
        "us-west-2 REGION_DISABLED",
    ),
    "no stream": (amended("tables", ORDERS, stream=None), "table-streams", ORDERS.region, FAIL, "stream None"),
    "half a stream": (amended("tables", ORDERS, stream="KEYS_ONLY"), "table-streams", ORDERS.region, FAIL, "KEYS_ONLY"),
    "no recovery": (amended("tables", ORDERS, recovery=False), "table-recovery", ORDERS.region, WARN, "orders"),
    "no protection": (
        amended("tables", SESSIONS, protected=False),
        "table-protection",
        SESSIONS.region,
        WARN,
        "sessions",
    ),
    "provisioned": (
        amended("tables", ORDERS, on_demand=False, writes=5),
        "table-throughput",
        ORDERS.region,
        WARN,
        "provisioned, at most 5",
    ),
    "limited": (
        amended("tables", ORDERS, writes=100),
        "table-throughput",
        ORDERS.region,
        WARN,
        "on demand, at most 100",
    ),
    "other keys": (amended("tables", ORDERS, keys=("id", "at")), "table-keys", "", FAIL, "('id',) and ('id', 'at')"),
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
    "a schedule that is off": (
        put("schedules", OBSERVER, "DISABLED"),
        "schedules",
        "us-west-2",
        FAIL,
        "health-checker: DISABLED",
    ),
    "a message that waits": (
        put("queues", QUEUE, QueueFacts(waiting=2, dead=0)),
        "queues",
        QUEUE.region,
        WARN,
        "orders: 2 waiting",
    ),
    "a dead letter": (
        put("queues", QUEUE, QueueFacts(waiting=0, dead=1)),
        "dead-letters",
        QUEUE.region,
        FAIL,
        "orders: 1 dead",
    ),
    "nobody to tell": (
        put("topics", Place("us-east-2", "alerts"), TopicFacts(confirmed=0, pending=1)),
        "topics",
        "us-east-2",
        FAIL,
        "alerts: nobody listens",
    ),
    "somebody who did not confirm": (
        put("topics", Place("us-east-2", "alerts"), TopicFacts(confirmed=1, pending=1)),
        "topics",
        "us-east-2",
        WARN,
        "1 not confirmed",
    ),
    "a loud alarm": (
        put("alarms", "us-east-1", alarms(quorum_lost=alarm("ALARM"))),
        "alarms",
        "us-east-1",
        FAIL,
        "quorum-lost: ALARM",
    ),
    "an alarm without data for long": (
        put("alarms", "us-east-1", alarms(peer_silent=alarm("INSUFFICIENT_DATA", NOW - LATE))),
        "alarms",
        "us-east-1",
        WARN,
        "peer-silent: INSUFFICIENT_DATA since 2027-01-01 10:59",
    ),
    "a missing alarm": (put("alarms", "us-east-1", {}), "alarms", "us-east-1", FAIL, "observer-errors: missing"),
    "alarms unknown": (put("alarms", "us-east-1", REFUSED), "alarms", "us-east-1", FAIL, "AccessDenied"),
    "no secret value": (put("secrets", "us-east-2", ""), "secret", "us-east-2", FAIL, "no current value"),
    "another secret version": (put("secrets", "us-east-2", "v2"), "secret-version", "", WARN, "us-east-2: version v2"),
    "another active region": (
        put("parameters", "us-east-2", "us-west-2"),
        "active-parameter",
        "us-east-2",
        FAIL,
        "'us-west-2'",
    ),
    "no copy of the outputs": (put("copies", "us-east-2", False), "outputs-copy", "us-east-2", WARN, "missing"),
    "a refused call": (
        put("rehearsals", "us-east-2", {"move the tier": "AccessDeniedException", "publish": ALLOWED}),
        "rehearsal",
        "us-east-2",
        FAIL,
        "move the tier: AccessDeniedException",
    ),
    "a call without an answer": (
        put("rehearsals", "us-east-2", {"publish": NO_ANSWER}),
        "rehearsal",
        "us-east-2",
        FAIL,
        "no answer",
    ),
    "an orchestrator that does not start": (
        put("rehearsals", "us-east-2", REFUSED),
        "rehearsal",
        "us-east-2",
        FAIL,
        "AccessDenied",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_else(case: str) -> None:
    facts, check, where, mark, seen = BROKEN[case]
    found = not_ok(facts)
    assert [(one.check, one.where, one.mark) for one in found] == [(check, where, mark)]
    assert seen in found[0].seen
    assert found[0].expected
    assert found[0].next_step


def test_a_whole_stack_is_ready_without_a_warning() -> None:
    assert not_ok(WHOLE) == []
    assert report(WHOLE).ready


@pytest.mark.parametrize("case", BROKEN)
def test_a_failure_is_not_ready_and_a_warning_is(case: str) -> None:
    facts, _, _, mark, _ = BROKEN[case]
    assert report(facts).ready == (mark is WARN)


FINE: Mapping[str, tuple[Facts, Inventory]] = {
    "armed again by its time": (with_row(armed=False, armed_until=NOW), INVENTORY),
    "its own alarm is loud": (put("alarms", "us-east-1", alarms(**{OWN_ALARM: alarm("ALARM")})), INVENTORY),
    "an alarm that is new": (
        put("alarms", "us-east-1", alarms(peer_silent=alarm("INSUFFICIENT_DATA", NOW - timedelta(minutes=59)))),
        INVENTORY,
    ),
    "a reservation that is enough": (amended("functions", ORCHESTRATOR, reserved=4), INVENTORY),
    "no recovery where none is declared": (amended("tables", SESSIONS, recovery=False), INVENTORY),
    "no protection where none is declared": (
        amended("tables", SESSIONS, protected=False),
        replace(INVENTORY, protected=False),
    ),
    "no stream of a strong table away from home": (
        amended("tables", ORDERS, stream=None),
        replace(INVENTORY, mode="mrsc"),
    ),
    "no stream of the control table": (amended("tables", CONTROL, stream=None), INVENTORY),
    "no replica where a replicator does it": (
        amended("tables", ORDERS, replicas={}),
        replace(INVENTORY, mode="streams"),
    ),
    "a lag at the limit": (with_vote("us-east-1", acked_lag_ms=5000), INVENTORY),
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


def test_a_vote_that_is_missing_is_named_as_such() -> None:
    snapshots = {
        region: replace(one, votes=one.votes[:2]) if isinstance(one, Snapshot) else one
        for region, one in WHOLE.snapshots.items()
    }
    found = {one.check: one.seen for one in not_ok(replace(WHOLE, snapshots=snapshots))}
    assert found == {"votes-epoch": "us-west-2: no vote"}


def test_while_a_plan_decides_no_parameter_is_wrong() -> None:
    checks = {one.check for one in not_ok(with_row(phase=Phase.MOVING, step="wait", active="secondary"))}
    assert "active-parameter" not in checks


def darkened(*regions: str) -> Facts:
    """Return what a look finds when nothing of these regions answers."""
    changed: dict[str, Any] = {"moved": frozenset(REGIONS) - set(regions)}
    for name, known in vars(WHOLE).items():
        if isinstance(known, Mapping):
            changed[name] = {key: SILENT if _of(key) in regions else one for key, one in known.items()}
    return replace(WHOLE, **changed)


def _of(key: str | Place) -> str:
    return key if isinstance(key, str) else key.region


@pytest.mark.parametrize("region", REGIONS)
def test_a_dark_region_is_named_once_and_the_rest_is_judged_all_the_same(region: str) -> None:
    found = {(one.check, one.where) for one in not_ok(darkened(region))}
    assert found == {("region", region), ("votes-fresh", "")}


def test_a_dark_region_is_told_with_how_calls_to_it_ended() -> None:
    (named,) = (one for one in not_ok(darkened("us-east-2")) if one.check == "region")
    assert named.seen == "no answer: ReadTimeoutError"


def test_a_region_that_refuses_everything_is_not_dark() -> None:
    facts = replace(darkened("us-east-2"), parameters={**WHOLE.parameters, "us-east-2": REFUSED})
    assert ("region", "us-east-2") not in {(one.check, one.where) for one in not_ok(facts)}


def test_with_every_region_dark_there_is_a_report_still() -> None:
    facts = replace(darkened(*REGIONS), now=None)
    assert {one.check for one in not_ok(facts)} == {"region"}


def test_an_inventory_reads_back_as_it_was_written() -> None:
    assert Inventory.from_json(INVENTORY.to_json()) == INVENTORY
    assert PROTOCOL.electorates["data"] == REGIONS


def test_every_check_is_explained_to_people() -> None:
    explained = (Path(__file__).parents[3] / "docs/readiness.md").read_text()
    assert {one.check for one in report(WHOLE).findings} == set(re.findall(r"^\| `([a-z-]+)`", explained, re.MULTILINE))
