"""Signals that would not reach orchestrators or people, and what those would not find, are named."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from failover.readiness.facts import AlarmFacts, Facts, Place, QueueFacts, TopicFacts
from failover.readiness.inventory import OWN_ALARM, Inventory
from failover.readiness.report import Mark
from failover.rehearsal import ALLOWED, NO_ANSWER
from failover.tier import Phase
from tests.failover.readiness.whole import (
    INVENTORY,
    NOW,
    REFUSED,
    Broken,
    assert_told,
    not_ok,
    put,
    with_row,
)

OBSERVER = Place("us-west-2", "health-checker")
QUEUE = Place("us-east-2", "orders")
LATE = timedelta(minutes=61)
FAIL, WARN = Mark.FAIL, Mark.WARN


def alarms(**changes: AlarmFacts) -> dict[str, AlarmFacts]:
    usual = {name: AlarmFacts(state="OK", since=NOW) for name in INVENTORY.alarms_in("us-east-1")}
    return {**usual, **{name.replace("_", "-"): one for name, one in changes.items()}}


def alarm(state: str, since: datetime = NOW) -> AlarmFacts:
    return AlarmFacts(state=state, since=since)


BROKEN: Mapping[str, Broken] = {
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
    assert_told(BROKEN[case])


FINE: Mapping[str, tuple[Facts, Inventory]] = {
    "its own alarm is loud": (put("alarms", "us-east-1", alarms(**{OWN_ALARM: alarm("ALARM")})), INVENTORY),
    "an alarm that is new": (
        put("alarms", "us-east-1", alarms(peer_silent=alarm("INSUFFICIENT_DATA", NOW - timedelta(minutes=59)))),
        INVENTORY,
    ),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_as_declared_is_fine(case: str) -> None:
    assert not_ok(*FINE[case]) == []


def test_while_a_plan_decides_no_parameter_is_wrong() -> None:
    checks = {one.check for one in not_ok(with_row(phase=Phase.MOVING, step="wait", active="secondary"))}
    assert "active-parameter" not in checks
