"""What observers' counters and probes add up to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.control_table import Snapshot
from failover.due import what_is_due
from failover.observation import Observation, Probe, limit_ms, observe
from failover.protocol import Protocol
from failover.tier import Phase
from failover.votes import Freshness, Stillness, Verdict, tally
from tests.failover.test_decision import HELD, MOVING, OBSERVERS, STEADY, VERIFYING, vote, votes

PROTOCOL = Protocol()
GOOD = Probe(latency_ms=20.0, acknowledged=True, neutral=False, reason="ok", standby=Verdict.HEALTHY, lag_ms=0)
MISS = replace(GOOD, latency_ms=None, acknowledged=False, reason="no answer")
SLOW = replace(GOOD, latency_ms=501.0)
NEUTRAL = replace(MISS, neutral=True)


@given(st.lists(st.sampled_from(OBSERVERS), unique=True), st.sampled_from([3, 5, 7]))
def test_silence_is_no_opinion(speakers: list[str], size: int) -> None:
    voters = tuple([*OBSERVERS, "a", "b", "c", "d"][:size])
    protocol = replace(PROTOCOL, electorates={"data": voters})
    count = tally([vote(name) for name in speakers], STEADY, protocol)

    assert count.active_is_down == (len(speakers) > size / 2)


def test_who_was_answered_last_is_no_witness_for_leaving() -> None:
    recovering = [vote(name, misses=0, goods=1) for name in OBSERVERS[:2]]

    assert not tally([*recovering, vote(OBSERVERS[2])], STEADY, PROTOCOL).active_is_down
    assert tally([*recovering[1:], vote(OBSERVERS[0]), vote(OBSERVERS[2])], STEADY, PROTOCOL).active_is_down


@given(st.lists(st.sampled_from([GOOD, MISS, SLOW, NEUTRAL]), max_size=30), st.integers(1, 5), st.integers(1, 5))
def test_a_verdict_turns_only_after_enough_in_a_row(probes: list[Probe], fall: int, rise: int) -> None:
    protocol = replace(PROTOCOL, fall=fall, rise=rise)
    seen, proven, expected, blind = Observation(), [], Verdict.UNKNOWN, 0
    for probe in probes:
        seen = observe(seen, probe, 500.0, protocol)
        proven += [probe is GOOD] if probe is not NEUTRAL else []
        blind = blind + 1 if probe is NEUTRAL else 0
        if blind >= fall:
            proven, expected = [], Verdict.UNKNOWN
        if len(proven) >= fall and not any(proven[-fall:]):
            expected = Verdict.UNHEALTHY
        if len(proven) >= rise and all(proven[-rise:]):
            expected = Verdict.HEALTHY
        assert seen.verdict is expected


@given(st.lists(st.floats(0, 400), max_size=150))
def test_the_limit_is_the_median_of_the_last_hundred_and_the_allowance(good: list[float]) -> None:
    recent = sorted(good[-100:])
    middle = (recent[(len(recent) - 1) // 2] + recent[len(recent) // 2]) / 2 if recent else 0.0

    assert limit_ms(good, 500.0) == pytest.approx(500.0 + middle)


def test_a_site_that_is_far_away_is_not_slow() -> None:
    far = replace(GOOD, latency_ms=650.0)

    assert observe(Observation(), far, limit_ms([300.0] * 10, 500.0), PROTOCOL).misses == 0
    assert observe(Observation(), far, limit_ms([], 500.0), PROTOCOL).misses == 1


def test_only_an_acknowledged_canary_dates_the_freshness() -> None:
    seen = observe(Observation(), replace(GOOD, lag_ms=700), 500.0, PROTOCOL)

    assert observe(seen, replace(MISS, lag_ms=9000), 500.0, PROTOCOL).acked_lag_ms == 700


@given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), max_size=30))
def test_a_vote_is_fresh_while_its_counter_was_seen_moving_lately(readings: list[tuple[float, bool]]) -> None:
    freshness, now, counter, moved = Freshness(9.0), 0.0, 5, None
    freshness.see({"o": counter}, now)
    for pause, moves in readings:
        moved = now if moves else moved  # at the earliest: right after the reading before
        now, counter = now + pause, counter + moves
        freshness.see({"o": counter}, now)
        assert freshness.fresh("o", now) == (moved is not None and now - moved <= 9.0)
    assert not freshness.fresh("never seen", now)


def test_no_verdict_stands_on_probes_that_prove_nothing() -> None:
    down = Observation(verdict=Verdict.UNHEALTHY, misses=3)
    seen = [down]
    for _ in range(PROTOCOL.fall):
        seen.append(observe(seen[-1], NEUTRAL, 500.0, PROTOCOL))

    assert [one.verdict for one in seen[1:]] == [Verdict.UNHEALTHY, Verdict.UNHEALTHY, Verdict.UNKNOWN]
    assert observe(observe(seen[1], GOOD, 500.0, PROTOCOL), NEUTRAL, 500.0, PROTOCOL).neutrals == 1


def test_a_counter_that_falls_back_is_not_fresh() -> None:
    freshness = Freshness(9.0)
    freshness.see({"o": 5}, 0.0)
    freshness.see({"o": 4}, 1.0)

    assert not freshness.fresh("o", 1.0)


def test_a_vote_that_fell_silent_while_nobody_looked_is_not_fresh() -> None:
    freshness = Freshness(9.0)
    freshness.see({"silent": 5, "voting": 5}, 0.0)
    freshness.see({"silent": 6, "voting": 25}, 60.0)
    assert not freshness.fresh("silent", 60.0)
    freshness.see({"silent": 6, "voting": 26}, 63.0)

    assert [freshness.fresh(name, 63.0) for name in ("silent", "voting")] == [False, True]


def test_stillness_is_counted_from_the_last_change() -> None:
    stillness = Stillness()

    assert [stillness.see(value, at) for value, at in (("a", 1.0), ("a", 7.0), ("b", 8.0), ("b", 9.5))] == [
        0,
        6.0,
        0,
        1.5,
    ]


def test_what_is_due() -> None:
    def due(row: object, said: object, still: float = 0.0, differ: tuple[str, ...] = ()) -> object:
        found = what_is_due(Snapshot(row=row, votes=()), said, still, list(differ), PROTOCOL)  # type: ignore[arg-type]
        return found and (bool(found.seen_counters), found.stalled_counter)

    well = votes(verdict=Verdict.HEALTHY)
    assert due(STEADY, well) is None
    assert due(STEADY, votes()[:1]) is None
    assert due(STEADY, votes()[:2]) == (True, None)
    assert due(MOVING, votes()) is None
    assert due(MOVING, well, 3.1) is None
    assert due(MOVING, well, 5.9) == (False, 30)
    assert due(VERIFYING, votes(), 6.0) == (True, 30)
    assert due(HELD, well, 99.0) == (False, None)
    assert due(STEADY, well, 99.0) is None
    assert due(STEADY, well, 0.0, ("us-east-1",)) == (False, None)
    assert due(replace(STEADY, phase=Phase.PREPARING), votes()) == (True, None)
