"""What replication of a `streams` stack lacks is named, in the region where it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from failover.readiness.facts import AlarmFacts, Place, TopicFacts
from failover.readiness.report import Mark
from tests.failover.readiness.whole import (
    AWAY,
    NOW,
    REFUSED,
    REPLICATING,
    SILENT,
    STREAMS,
    Broken,
    amended,
    assert_told,
    not_ok,
    put,
    report,
)

ORDERS = Place(AWAY, "stream-replicator-orders")
CANARY = Place("us-east-1", "stream-replicator-canary")
LOSERS = Place(AWAY, "lifeboat-test-losers")
LATE = {"orders-replication-late": AlarmFacts(state="ALARM", since=NOW)}
FAIL, WARN = Mark.FAIL, Mark.WARN
BROKEN: Mapping[str, Broken] = {
    "a replicator that is missing": (
        put("functions", ORDERS, REFUSED, REPLICATING),
        "functions-active",
        AWAY,
        FAIL,
        "stream-replicator-orders: AccessDenied",
    ),
    "one that failed to update": (
        amended("functions", CANARY, REPLICATING, update="Failed"),
        "functions-active",
        "us-east-1",
        FAIL,
        "stream-replicator-canary: Active, update Failed",
    ),
    "too little time": (
        amended("functions", ORDERS, REPLICATING, timeout_seconds=119),
        "function-limits",
        AWAY,
        FAIL,
        "timeout 119 s, under 120 s",
    ),
    "less reserved than lanes": (
        amended("functions", ORDERS, REPLICATING, reserved=9),
        "function-limits",
        AWAY,
        FAIL,
        "reserved concurrency 9, under 10",
    ),
    "an unknown runtime": (
        amended("functions", ORDERS, REPLICATING, runtime="python3.9"),
        "function-runtime",
        AWAY,
        WARN,
        "python3.9",
    ),
    "other code": (
        amended("functions", ORDERS, REPLICATING, code="changed"),
        "replicator-code",
        "",
        FAIL,
        f"stream-replicator-orders in {AWAY}: changed, elsewhere k9cXyyJr0wbV",
    ),
    "fewer runs than lanes": (
        put("concurrency", AWAY, 49, REPLICATING),
        "lambda-concurrency",
        AWAY,
        WARN,
        "49 left",
    ),
    "a stream that nobody reads": (
        put("sources", ORDERS, "Disabled", REPLICATING),
        "event-sources",
        AWAY,
        FAIL,
        "stream-replicator-orders: Disabled",
    ),
    "a stream that cannot be read": (
        put("sources", CANARY, "Enabled, last result PROBLEM: Function call failed", REPLICATING),
        "event-sources",
        "us-east-1",
        FAIL,
        "PROBLEM",
    ),
    "a record that was given up": (
        put("dead_records", AWAY, 3, REPLICATING),
        "dead-records",
        AWAY,
        FAIL,
        "3 records wait",
    ),
    "dead records that cannot be counted": (
        put("dead_records", AWAY, REFUSED, REPLICATING),
        "dead-records",
        AWAY,
        FAIL,
        "AccessDenied",
    ),
    "no list of losers": (
        put("tables", LOSERS, REFUSED, REPLICATING),
        "tables-active",
        AWAY,
        FAIL,
        "lifeboat-test-losers: AccessDenied",
    ),
    "a list of losers that cannot be restored": (
        amended("tables", LOSERS, REPLICATING, recovery=False),
        "table-recovery",
        AWAY,
        WARN,
        "losers",
    ),
    "a list of losers that anybody may delete": (
        amended("tables", LOSERS, REPLICATING, protected=False),
        "table-protection",
        AWAY,
        WARN,
        "losers",
    ),
    "a late table": (
        put("alarms", AWAY, {**dict(REPLICATING.alarms[AWAY]), **LATE}, REPLICATING),  # type: ignore[arg-type]
        "alarms",
        AWAY,
        FAIL,
        "orders-replication-late: ALARM",
    ),
    "no alarm": (put("alarms", AWAY, {}, REPLICATING), "alarms", AWAY, FAIL, "dead-records: missing"),
    "nobody to tell": (
        put("topics", Place(AWAY, "alerts"), TopicFacts(confirmed=0, pending=1), REPLICATING),
        "topics",
        AWAY,
        FAIL,
        "alerts: nobody listens",
    ),
    "dead records that nobody is told of": (
        put("topics", Place("us-east-1", "dead-records"), TopicFacts(confirmed=0, pending=0), REPLICATING),
        "topics",
        "us-east-1",
        FAIL,
        "dead-records: nobody listens",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_else(case: str) -> None:
    assert_told(BROKEN[case], STREAMS)


def test_a_whole_stack_that_replicates_is_ready_without_a_warning() -> None:
    assert not_ok(REPLICATING, STREAMS) == []
    assert report(REPLICATING, STREAMS).ready


def test_a_dead_record_is_told_with_the_verb_that_redrives_it() -> None:
    (told,) = not_ok(put("dead_records", "us-east-1", 1, REPLICATING), STREAMS)
    assert told.next_step.startswith("lifeboat redrive")


def test_a_dark_region_without_a_control_plane_is_named_once() -> None:
    kinds = ("tables", "functions", "sources", "topics")
    changed: dict[str, Any] = {
        kind: {place: SILENT if place.region == AWAY else one for place, one in getattr(REPLICATING, kind).items()}
        for kind in kinds
    }
    for kind in ("alarms", "concurrency", "dead_records"):
        changed[kind] = {**getattr(REPLICATING, kind), AWAY: SILENT}
    found = not_ok(replace(REPLICATING, **changed), STREAMS)
    assert [(one.check, one.where) for one in found] == [("region", AWAY)]


def test_a_region_that_counts_its_dead_records_is_not_dark() -> None:
    facts = replace(put("dead_records", AWAY, 0, REPLICATING), tables={**REPLICATING.tables, LOSERS: SILENT})
    assert {one.check for one in not_ok(facts, STREAMS)} == {"tables-active"}
