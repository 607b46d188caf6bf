"""What an observer's probes add up to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.observation import Observation, Probe, limit_ms, observe
from failover.votes import Verdict
from tests.failover.three_observers import PROTOCOL, vote

GOOD = Probe(latency_ms=20.0, acknowledged=True, neutral=False, reason="ok", standby=Verdict.HEALTHY, lag_ms=0)
MISS = replace(GOOD, latency_ms=None, acknowledged=False, reason="no answer")
SLOW = replace(GOOD, latency_ms=501.0)
NEUTRAL = replace(MISS, neutral=True)


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


def test_a_latency_a_hundred_good_probes_ago_is_forgotten() -> None:
    assert limit_ms([900.0, *[10.0] * 50, *[20.0] * 50], 500.0) == 515.0
    assert limit_ms([*[10.0] * 50, *[20.0] * 49, 900.0], 500.0) == 515.0


def test_a_site_that_is_far_away_is_not_slow() -> None:
    far = replace(GOOD, latency_ms=650.0)

    assert observe(Observation(), far, limit_ms([300.0] * 10, 500.0), PROTOCOL).misses == 0
    assert observe(Observation(), far, limit_ms([], 500.0), PROTOCOL).misses == 1


def test_only_an_acknowledged_canary_dates_the_freshness() -> None:
    seen = observe(Observation(), replace(GOOD, lag_ms=700), 500.0, PROTOCOL)

    assert observe(seen, replace(MISS, lag_ms=9000), 500.0, PROTOCOL).acked_lag_ms == 700
    assert observe(seen, replace(NEUTRAL, lag_ms=9000), 500.0, PROTOCOL).acked_lag_ms == 700
    assert observe(seen, replace(GOOD, acknowledged=False, lag_ms=9000), 500.0, PROTOCOL).acked_lag_ms == 700
    assert observe(seen, replace(NEUTRAL, acknowledged=True, lag_ms=9000), 500.0, PROTOCOL).acked_lag_ms == 9000
    assert observe(seen, replace(SLOW, lag_ms=9000), 500.0, PROTOCOL).acked_lag_ms == 9000


def test_no_verdict_stands_on_probes_that_prove_nothing() -> None:
    down = Observation(verdict=Verdict.UNHEALTHY, misses=3)
    seen = [down]
    for _ in range(PROTOCOL.fall):
        seen.append(observe(seen[-1], NEUTRAL, 500.0, PROTOCOL))

    assert [one.verdict for one in seen[1:]] == [Verdict.UNHEALTHY, Verdict.UNHEALTHY, Verdict.UNKNOWN]
    assert observe(observe(seen[1], GOOD, 500.0, PROTOCOL), NEUTRAL, 500.0, PROTOCOL).neutrals == 1


def test_what_becomes_of_a_site_that_falls_and_rises() -> None:
    seen, told = Observation(), []
    for probe in [GOOD] * 3 + [MISS] * 2 + [GOOD] + [MISS] * 3 + [GOOD] * 3:
        seen = observe(seen, probe, 500.0, PROTOCOL)
        told.append((seen.verdict, seen.misses, seen.goods))

    unknown, healthy, unhealthy = Verdict.UNKNOWN, Verdict.HEALTHY, Verdict.UNHEALTHY
    assert told == [
        *[(unknown, 0, 1), (unknown, 0, 2), (healthy, 0, 3)],
        *[(healthy, 1, 0), (healthy, 2, 0), (healthy, 0, 1)],
        *[(healthy, 1, 0), (healthy, 2, 0), (unhealthy, 3, 0)],
        *[(unhealthy, 0, 1), (unhealthy, 0, 2), (healthy, 0, 3)],
    ]


@pytest.mark.parametrize("before", [Observation(misses=2), Observation(goods=2)])
def test_a_count_begins_anew_after_probes_that_prove_nothing(before: Observation) -> None:
    seen = before
    for _ in range(PROTOCOL.fall):
        seen = observe(seen, NEUTRAL, 500.0, PROTOCOL)

    assert (observe(seen, MISS, 500.0, PROTOCOL).misses, observe(seen, GOOD, 500.0, PROTOCOL).goods) == (1, 1)
    assert (seen.misses, seen.goods) == (0, 0)


def test_a_probe_at_the_limit_is_no_miss() -> None:
    assert observe(Observation(), replace(GOOD, latency_ms=500.0), 500.0, PROTOCOL).misses == 0
    assert observe(Observation(), replace(GOOD, latency_ms=500.1), 500.0, PROTOCOL).misses == 1


@pytest.mark.parametrize(
    ("probe", "reason"),
    [
        (GOOD, "ok"),
        (MISS, "no answer"),
        (replace(NEUTRAL, reason="throttled"), "throttled"),
        (SLOW, "501 ms, over the limit of 500 ms"),
    ],
)
def test_the_reason_is_that_of_the_last_probe(probe: Probe, reason: str) -> None:
    assert observe(Observation(reason="an older one"), probe, 500.0, PROTOCOL).reason == reason


def test_the_next_generation_continues_what_the_last_vote_says() -> None:
    last = vote("us-east-1", misses=2, goods=0, reason="no answer", acked_lag_ms=700)

    assert Observation.of(last) == Observation(
        verdict=Verdict.UNHEALTHY, misses=2, goods=0, reason="no answer", acked_lag_ms=700
    )
    assert Observation.of(replace(last, misses=0, goods=4)).goods == 4
