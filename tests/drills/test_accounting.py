"""Planted losses are found exactly, and nothing else is called lost."""

from collections import defaultdict
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drills.accounting import Evidence, Fate, NoFinalContents, account, fates, keys_that_differ
from drills.events import Event, Fact, Source
from drills.recorder import Op, Operation, Outcome
from failover.sites import Sites

SITES = Sites(primary="us-east-1", secondary="us-west-2")
T0, FAILOVER, FAILBACK, END = 90.0, 100.0, 200.0, 300.0
MAX_LAG = 5.0


def event(at: float, source: Source, **facts: Fact) -> Event:
    return Event(at=at, source=source, facts=facts)


def row(at: float, epoch: int, active: str, kind: str = "") -> Event:
    return event(at, "row", epoch=epoch, active=active, phase="moving" if kind else "steady", kind=kind or None)


def vote(at: float, observer: str, verdict: str = "unhealthy", epoch: int = 1, **facts: Fact) -> Event:
    return event(at, "vote", observer=observer, verdict=verdict, epoch=epoch, site="primary", **facts)


HISTORY = (
    row(0.0, 1, "primary"),
    row(FAILOVER, 2, "secondary", "failover"),
    row(FAILBACK, 3, "primary", "failback"),
)


@dataclass(frozen=True)
class Planted:
    """A kind of write, when it may have been acknowledged, and what must be said of it if it is gone."""

    epoch: int
    region: str
    since: float
    before: float
    fate: Fate | None
    gone: bool = True
    op: Op = "insert"
    outcome: Outcome = "acknowledged"


KINDS = (
    Planted(1, "us-east-1", 1.0, T0 - MAX_LAG, Fate.LOST),
    Planted(1, "us-east-1", T0 - MAX_LAG + 0.001, FAILOVER + 4, Fate.DIVERGED),
    Planted(1, "us-east-1", T0 - MAX_LAG + 0.001, FAILOVER + 4, Fate.DIVERGED, op="append"),
    Planted(1, "us-west-2", T0, FAILOVER, Fate.LOST),
    Planted(2, "us-west-2", FAILOVER, FAILBACK, Fate.LOST),
    Planted(2, "us-west-2", FAILOVER, FAILBACK, Fate.LOST, op="append"),
    Planted(3, "us-east-1", FAILBACK, END, Fate.LOST),
    Planted(9, "us-east-1", T0, END, Fate.LOST),
    Planted(1, "us-east-1", 1.0, FAILOVER, None, gone=False),
    Planted(2, "us-west-2", FAILOVER, FAILBACK, None, gone=False, op="append"),
    Planted(1, "us-east-1", FAILOVER, END, Fate.STALE, op="stale-insert"),
    Planted(1, "us-east-1", FAILOVER, END, Fate.STALE, gone=False, op="stale-insert"),
    Planted(1, "us-east-1", 1.0, FAILOVER - 0.001, Fate.UNRULED, op="stale-insert"),
    Planted(1, "us-east-1", 1.0, FAILOVER - 0.001, None, gone=False, op="stale-insert"),
    Planted(1, "us-east-1", T0, END, None, outcome="uncertain"),
    Planted(1, "us-east-1", T0, END, None, outcome="failed"),
)


def operation(kind: Planted, at: float, number: int) -> Operation:
    key = f"shared/{number % 2}" if kind.op == "append" else f"key-{number}"
    return Operation(
        at=at - 0.05,
        ended=at,
        client="primary-1",
        site="primary",
        op=kind.op,
        key=key,
        value=f"write-{number}",
        outcome=kind.outcome,
        region=kind.region,
        epoch=kind.epoch,
    )


def test_what_a_stale_writer_overruled_is_no_loss_if_the_stack_lists_it() -> None:
    planted = Planted(2, "us-west-2", FAILOVER, FAILBACK, Fate.LOST, op="append")
    write = operation(planted, FAILOVER + 1, 1)
    gone = evidence(write)
    assert [one.fate for one in fates(gone)] == [Fate.LOST]
    assert [one.fate for one in fates(replace(gone, overruled=frozenset({(write.key, write.value)})))] == [
        Fate.DIVERGED
    ]
    assert [one.fate for one in fates(replace(gone, overruled=frozenset({(write.key, "another")})))] == [Fate.LOST]


def evidence(*operations: Operation, contents: dict[str, list[str]] | None = None) -> Evidence:
    return Evidence(
        operations=operations,
        events=HISTORY,
        contents={"us-east-1": contents or {}, "us-west-2": {}},
        sites=SITES,
        t0=T0,
        failback_ordered_at=None,
        quorum=2,
        max_lag=MAX_LAG,
    )


def planted() -> st.SearchStrategy[list[tuple[Planted, float]]]:
    one = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), st.floats(kind.since, kind.before)))
    return st.lists(one, max_size=40)


@given(planted())
def test_every_planted_loss_is_listed_with_its_fate_and_nothing_else_is(writes: list[tuple[Planted, float]]) -> None:
    contents: dict[str, list[str]] = defaultdict(list)
    operations = [operation(kind, at, number) for number, (kind, at) in enumerate(writes)]
    for (kind, _), done in zip(writes, operations, strict=True):
        if not kind.gone:
            contents[done.key].append(done.value)
    listed = fates(evidence(*operations, contents=contents))
    expected = {(f"write-{number}", kind.fate) for number, (kind, _) in enumerate(writes) if kind.fate}
    assert {(one.value, one.fate) for one in listed} == expected
    assert len(listed) == len(expected)


@given(planted())
def test_the_counts_are_those_of_the_lists(writes: list[tuple[Planted, float]]) -> None:
    figures = account(evidence(*(operation(kind, at, number) for number, (kind, at) in enumerate(writes))))
    counted = (figures.writes_lost, figures.writes_listed_as_diverged, figures.stale_epoch_writes_acknowledged)
    assert counted == tuple(
        sum(one.fate is fate for one in figures.listed) for fate in (Fate.LOST, Fate.DIVERGED, Fate.STALE)
    )
    governed = [kind for kind, _ in writes if kind.op != "stale-insert" and kind.outcome == "acknowledged"]
    assert figures.writes_acknowledged == len(governed)


def test_a_gone_write_is_not_excused_by_a_planned_move() -> None:
    gone = operation(Planted(1, "us-east-1", 0, 0, None), T0 + 1, 1)
    planned = (HISTORY[0], row(FAILOVER, 2, "secondary", "switchover"))
    facts = replace(evidence(gone), events=planned)
    assert [one.fate for one in fates(facts)] == [Fate.LOST]


def test_a_gone_write_is_not_excused_by_a_failover_before_the_fault() -> None:
    gone = operation(Planted(1, "us-east-1", 0, 0, None), T0 + 1, 1)
    facts = replace(evidence(gone), t0=FAILOVER + 20, max_lag=60.0)
    assert [one.fate for one in fates(facts)] == [Fate.LOST]


def test_a_gone_write_is_excused_by_a_failover_to_a_forced_epoch() -> None:
    gone = operation(Planted(1, "us-east-1", 0, 0, None), T0 - 1, 1)
    forced = (HISTORY[0], row(FAILOVER, 1002, "secondary", "failover"))
    facts = replace(evidence(gone), events=forced, max_lag=5.0)
    assert [one.fate for one in fates(facts)] == [Fate.DIVERGED]


def test_a_write_kept_only_by_the_standby_is_gone() -> None:
    kept = operation(Planted(3, "us-east-1", 0, 0, None), FAILBACK + 1, 1)
    contents = {"us-east-1": {}, "us-west-2": {kept.key: [kept.value]}}
    assert len(fates(replace(evidence(kept), contents=contents))) == 1


def test_an_overwritten_insert_is_gone() -> None:
    kept = operation(Planted(3, "us-east-1", 0, 0, None), FAILBACK + 1, 1)
    assert len(fates(evidence(kept, contents={kept.key: ["another"]}))) == 1


def test_nothing_is_said_without_the_contents_of_the_serving_region() -> None:
    with pytest.raises(NoFinalContents):
        account(replace(evidence(), contents={"us-west-2": {}}))


def test_keys_that_differ_between_the_regions_are_counted() -> None:
    east, west = {"a": ["1"], "b": ["2", "3"], "c": ["4"]}, {"a": ["1"], "b": ["3"], "d": ["5"]}
    assert keys_that_differ({"us-east-1": east, "us-west-2": west}) == 3


def detection(*votes: Event) -> float | None:
    return account(replace(evidence(), events=(*HISTORY, *votes))).detection_seconds


@pytest.mark.parametrize(
    ("votes", "seconds"),
    [
        ((vote(T0 + 9, "a"), vote(T0 + 9.5, "b")), 9.5),
        ((vote(T0 + 9, "a"), vote(T0 + 9.2, "a"), vote(T0 + 9.75, "c")), 9.75),
        ((vote(T0 + 9, "a"),), None),
        ((vote(T0 - 9, "a"), vote(T0 - 8, "b")), None),
        ((vote(T0 + 1, "a"), vote(T0 + 2, "a", "healthy"), vote(T0 + 3, "b")), None),
        ((vote(T0 + 1, "a", epoch=2), vote(T0 + 3, "b")), None),
        ((vote(T0 + 1, "a"), vote(T0 + 2, "a", silent=True), vote(T0 + 3, "b")), None),
        ((vote(FAILOVER + 1, "a"), vote(FAILOVER + 2, "b")), None),
    ],
)
def test_detection_ends_with_a_quorum_on_the_standing_epoch(votes: tuple[Event, ...], seconds: float | None) -> None:
    assert detection(*votes) == seconds


def test_decision_is_from_the_quorum_to_the_next_epoch() -> None:
    votes = (vote(T0 + 9, "a"), vote(T0 + 9.5, "b"))
    assert account(replace(evidence(), events=(*HISTORY, *votes))).decision_seconds == pytest.approx(0.5)


def test_failback_is_from_the_order_to_the_first_verification_after_it() -> None:
    verified = [event(at, "step", step="verify", outcome="done") for at in (FAILOVER + 6, FAILBACK + 7, FAILBACK + 9)]
    begun = event(FAILBACK + 1, "step", step="verify")
    facts = replace(evidence(), events=(*HISTORY, *verified, begun), failback_ordered_at=FAILBACK - 2)
    assert account(facts).failback_seconds == pytest.approx(9.0)


def test_of_a_planned_move_there_is_no_fault_to_notice_and_no_write_to_excuse() -> None:
    gone = operation(Planted(1, "us-east-1", 0, 0, None), T0 + 1, 1)
    votes = (vote(T0 + 9, "a"), vote(T0 + 9.5, "b"))
    figures = account(replace(evidence(gone), events=(*HISTORY, *votes), t0=None))
    assert (figures.detection_seconds, figures.decision_seconds, figures.rto_seconds) == (None, None, None)
    assert (figures.writes_lost, figures.writes_listed_as_diverged) == (1, 0)
