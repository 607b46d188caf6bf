"""A stack in which everything is as it must be, to be broken one thing at a time."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from failover.control_table import Snapshot
from failover.protocol import Protocol
from failover.readiness.assess import assess
from failover.readiness.facts import AlarmFacts, Facts, FunctionFacts, Place, QueueFacts, TableFacts, TopicFacts, Unseen
from failover.readiness.inventory import AUDITOR, QUEUES, SCHEDULES, TOPICS, Inventory
from failover.readiness.report import Finding, Mark, Report
from failover.rehearsal import ALLOWED
from failover.tier import Phase, TierRow
from failover.votes import Verdict, Vote

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
REGIONS = ("us-east-1", "us-east-2", "us-west-2")
PROTOCOL = Protocol()
INVENTORY = Inventory(
    stack="test",
    account_id="123456789012",
    control_regions=REGIONS,
    primary_region="us-east-1",
    secondary_region="us-west-2",
    mode="mrec",
    tables={"lifeboat-test-orders": True, "lifeboat-test-sessions": False},
    protected=True,
    secret="lifeboat/test/slack-webhook",
)
ROW = TierRow(tier="data", epoch=4, active="primary", phase=Phase.STEADY, owner_counter=3, armed=True, changed_at=NOW)
QUIET = AlarmFacts(state="OK", since=NOW)
SILENT = Unseen(why="ReadTimeoutError", silent=True)
REFUSED = Unseen(why="AccessDeniedException", silent=False)


def vote(observer: str) -> Vote:
    counts = {"epoch": 4, "counter": 9, "generation": 1, "misses": 0, "goods": 9}
    lags = {"lag_ms": 0, "acked_lag_ms": 0, "latency_ms": 9}
    verdicts = {"verdict": Verdict.HEALTHY, "standby": Verdict.HEALTHY}
    return Vote(observer=observer, tier="data", site="primary", reason="in time", **counts, **lags, **verdicts)  # type: ignore[arg-type]


def table(name: str, region: str, inventory: Inventory = INVENTORY) -> TableFacts:
    return TableFacts(
        status="ACTIVE",
        replicas=dict.fromkeys(inventory.replicas_of(name, region), "ACTIVE"),
        keys=("id",),
        stream="NEW_AND_OLD_IMAGES",
        recovery=inventory.recovers(name),
        protected=True,
        on_demand=True,
        writes=None,
    )


def function(region: str) -> FunctionFacts:
    told = {"LIFEBOAT_PROTOCOL": PROTOCOL.to_json(), "CONTROL_REGIONS": ",".join(REGIONS), "OBSERVER": region}
    return FunctionFacts(
        state="Active",
        update="Successful",
        code="k9cXyyJr0wbV",
        runtime="python3.12",
        timeout_seconds=170,
        reserved=None,
        environment=told,
    )


def everywhere(nouns: Any, fact: Any) -> dict[Place, Any]:
    return {Place(region, noun): fact for region in REGIONS for noun in nouns}


WHOLE = Facts(
    now=NOW,
    moved=frozenset(REGIONS),
    snapshots=dict.fromkeys(REGIONS, Snapshot(row=ROW, votes=tuple(vote(one) for one in REGIONS))),
    tables={Place(region, name): table(name, region) for region in REGIONS for name in INVENTORY.tables_in(region)},
    functions={Place(region, noun): function(region) for region in REGIONS for noun in INVENTORY.functions_in(region)},
    sources={Place(region, noun): "Enabled" for region in REGIONS for noun in INVENTORY.sources_in(region)},
    schedules=everywhere(SCHEDULES, "ENABLED"),
    queues=everywhere(QUEUES, QueueFacts(waiting=0, dead=0)),
    dead_records=dict.fromkeys(INVENTORY.data_regions, 0),
    topics=everywhere(TOPICS, TopicFacts(confirmed=2, pending=0)),
    alarms={region: dict.fromkeys(INVENTORY.alarms_in(region), QUIET) for region in REGIONS},
    concurrency=dict.fromkeys(REGIONS, 1000),
    secrets=dict.fromkeys(REGIONS, "v1"),
    parameters=dict.fromkeys(REGIONS, "us-east-1"),
    copies=dict.fromkeys(REGIONS, True),
    rehearsals={region: {"move the tier": ALLOWED, "publish": ALLOWED} for region in REGIONS},
)
AWAY = "ap-northeast-1"
STREAMS = replace(INVENTORY, mode="streams", secondary_region=AWAY)


def added(kind: str, nouns_in: Callable[[str], Iterable[str]], fact: Any) -> dict[Place, Any]:
    """Return what was seen of the control plane and what the data regions of a `streams` stack have beside it."""
    there = {Place(region, noun): fact for region in STREAMS.data_regions for noun in nouns_in(region)}
    return {**there, **{place: one for place, one in getattr(WHOLE, kind).items() if place.name != AUDITOR}}


def replicating() -> Facts:
    """Return a whole `streams` stack, whose secondary region has no control plane."""
    regions, ok = (*REGIONS, AWAY), AlarmFacts(state="OK", since=NOW)
    return replace(
        WHOLE,
        tables={
            Place(region, name): table(name, region, STREAMS)
            for region in regions
            for name in STREAMS.tables_in(region)
        },
        functions=added("functions", STREAMS.readers_in, function("")),
        sources=added("sources", STREAMS.readers_in, "Enabled"),
        topics=added("topics", STREAMS.topics_in, TopicFacts(confirmed=2, pending=0)),
        alarms={region: dict.fromkeys(STREAMS.alarms_in(region), ok) for region in regions},
        concurrency=dict.fromkeys(regions, 1000),
        dead_records=dict.fromkeys(STREAMS.data_regions, 0),
    )


REPLICATING = replicating()


def report(facts: Facts, inventory: Inventory = INVENTORY) -> Report:
    return assess(facts, "data", inventory, PROTOCOL)


def with_row(**changes: Any) -> Facts:
    """Return the whole stack with another row."""
    return _seen(lambda seen: replace(seen, row=replace(seen.row, **changes)))


def with_vote(observer: str, **changes: Any) -> Facts:
    """Return the whole stack with one vote changed."""

    def changed(seen: Snapshot) -> Snapshot:
        return replace(
            seen, votes=tuple(replace(one, **changes) if one.observer == observer else one for one in seen.votes)
        )

    return _seen(changed)


def with_votes(**changes: Any) -> Facts:
    """Return the whole stack with two of three votes changed, which leaves no quorum of the others."""
    return _seen(
        lambda seen: replace(seen, votes=(*(replace(one, **changes) for one in seen.votes[:2]), *seen.votes[2:]))
    )


def _seen(change: Any) -> Facts:
    return replace(WHOLE, snapshots={region: change(one) for region, one in WHOLE.snapshots.items()})


def put(kind: str, place: Any, fact: Any, whole: Facts = WHOLE) -> Facts:
    """Return the whole stack with one fact exchanged."""
    known: Mapping[Any, Any] = getattr(whole, kind)
    assert place in known
    changed: dict[str, Any] = {kind: {**known, place: fact}}
    return replace(whole, **changed)


def amended(kind: str, place: Any, whole: Facts = WHOLE, **changes: Any) -> Facts:
    """Return the whole stack with one fact changed in part."""
    known: Mapping[Any, Any] = getattr(whole, kind)
    return put(kind, place, replace(known[place], **changes), whole)


def told(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with another protocol in it."""
    other = {**json.loads(environment["LIFEBOAT_PROTOCOL"]), "cooldown": 60.0}
    return {**environment, "LIFEBOAT_PROTOCOL": json.dumps(other)}


def not_ok(facts: Facts, inventory: Inventory = INVENTORY) -> list[Finding]:
    return [one for one in report(facts, inventory).findings if one.mark is not Mark.OK]


Broken = tuple[Facts, str, str, Mark, str]
"""A stack with one thing broken, then what must tell of it: the check, the place, the mark and some of the words."""


def assert_told(broken: Broken, inventory: Inventory = INVENTORY) -> None:
    """See exactly what is broken named, with what to do; a stack with a failure is not ready, one with a warning is."""
    facts, check, where, mark, seen = broken
    found = not_ok(facts, inventory)
    assert [(one.check, one.where, one.mark) for one in found] == [(check, where, mark)], found
    (named,) = found
    assert seen in named.seen, named
    assert named.expected, named
    assert named.next_step, named
    assert report(facts, inventory).ready == (mark is Mark.WARN), named
