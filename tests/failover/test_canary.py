"""What a turn's answers say about a site, and what they do not."""

from dataclasses import replace

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from failover.canary import Lag, Sighting, judge
from failover.fan_out import NoAnswerInTime
from failover.votes import Verdict
from tests.failover.model_table import refusal
from tests.failover.wiring import SITES
from tests.failover.world import World

SEEN = Sighting(counter=7, status="ok", latency_ms=20.0)
NEVER_WRITTEN = Sighting(counter=0, status=None, latency_ms=20.0)
SICK = replace(SEEN, status="draining")
LATE = NoAnswerInTime("no answer within the deadline")
THROTTLED = refusal("ThrottlingException", "GetItem")
OVER_CAPACITY = refusal("ProvisionedThroughputExceededException", "UpdateItem")
DENIED = refusal("AccessDeniedException", "UpdateItem")
NO_TABLE = refusal("ResourceNotFoundException", "GetItem")
BROKEN = refusal("InternalServerError", "GetItem", status=500)
UNAVAILABLE = refusal("ServiceUnavailable", "GetItem", status=503)
REFUSED_CONNECTION = EndpointConnectionError(endpoint_url="x")
TIMED_OUT = ReadTimeoutError(endpoint_url="x")
NOT_CONNECTED = ConnectTimeoutError(endpoint_url="x")

MISS, GOOD, NOTHING = "miss", "good", "proves nothing"
JUDGED = {
    "both answered": (SEEN, SEEN, GOOD),
    "there was no item yet": (NEVER_WRITTEN, SEEN, GOOD),
    "the item says the site is not well": (SICK, SEEN, MISS),
    "the read came late": (LATE, SEEN, MISS),
    "the write came late": (SEEN, LATE, MISS),
    "neither came": (LATE, LATE, MISS),
    "no connection": (REFUSED_CONNECTION, REFUSED_CONNECTION, MISS),
    "no connection in time": (NOT_CONNECTED, NOT_CONNECTED, MISS),
    "no reply": (TIMED_OUT, TIMED_OUT, MISS),
    "reads work, writes break": (SEEN, BROKEN, MISS),
    "the service is unavailable": (UNAVAILABLE, UNAVAILABLE, MISS),
    "one throttled, one without an answer": (THROTTLED, TIMED_OUT, MISS),
    "the read was throttled": (THROTTLED, SEEN, NOTHING),
    "the write was throttled": (SEEN, OVER_CAPACITY, NOTHING),
    "both were throttled": (THROTTLED, OVER_CAPACITY, NOTHING),
    "the permission was revoked": (DENIED, DENIED, NOTHING),
    "the table is missing": (NO_TABLE, NO_TABLE, NOTHING),
}


@pytest.mark.parametrize("name", JUDGED)
def test_what_a_turn_says_about_the_active_site(name: str) -> None:
    read, write, meaning = JUDGED[name]
    probe = judge(read, write, SEEN, 0, "ok")

    assert (NOTHING if probe.neutral else MISS if probe.latency_ms is None else GOOD) == meaning
    assert probe.acknowledged == isinstance(write, Sighting)


@pytest.mark.parametrize(
    ("standby", "verdict"),
    [
        (SEEN, Verdict.HEALTHY),
        (NEVER_WRITTEN, Verdict.HEALTHY),
        (THROTTLED, Verdict.UNKNOWN),
        (DENIED, Verdict.UNKNOWN),
        (NO_TABLE, Verdict.UNKNOWN),
        (LATE, Verdict.UNHEALTHY),
        (BROKEN, Verdict.UNHEALTHY),
        (REFUSED_CONNECTION, Verdict.UNHEALTHY),
    ],
)
def test_what_a_turn_says_about_the_standby(standby: object, verdict: Verdict) -> None:
    assert judge(SEEN, SEEN, standby, 0, "ok").standby is verdict


def test_the_slowest_call_is_the_sites_latency() -> None:
    assert judge(SEEN, replace(SEEN, latency_ms=90.0), SEEN, 0, "ok").latency_ms == 90.0


def test_a_failed_condition_is_an_answer(model: World) -> None:
    """Another generation has just raised the counter higher."""
    canary = model.canary_of("us-east-2", "us-east-2")
    canary.write(SITES.primary, 5)

    assert canary.write(SITES.primary, 4).counter == 5
    assert canary.read(SITES.primary).counter == 5


@given(
    turns=st.lists(st.tuples(st.floats(0.1, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=40),
    offset=st.floats(-1e6, 1e6),
)
def test_lag_is_the_age_of_the_oldest_missing_canary_on_one_clock(
    turns: list[tuple[float, bool, int]], offset: float
) -> None:
    """Moving the observer's clock by any offset changes nothing, so no other host's clock is part of it."""
    lags = []
    for shift in (0.0, offset):
        lag, now, counter, arrived, said = Lag(), shift, 0, 0, []
        for pause, acknowledges, behind in turns:
            now += pause
            if acknowledges:
                counter += 1
                lag.acknowledged(counter, now)
            arrived = max(arrived, counter - behind)
            said.append(lag.ms(arrived, now))
        lags.append(said)
    assert all((a is None) == (b is None) and abs((a or 0) - (b or 0)) <= 1 for a, b in zip(*lags, strict=True))
    if arrived == counter > 0:
        assert lags[0][-1] == 0
    if arrived == 0:
        assert lags[0][-1] is None


def test_lag_is_told_in_milliseconds_since_the_oldest_missing_canary_was_first_acknowledged() -> None:
    lag = Lag()
    assert lag.ms(1, 1000.0) is None
    for counter, now in [(1, 1000.0), (2, 1003.0), (2, 1004.0), (3, 1006.0)]:
        lag.acknowledged(counter, now)

    assert [lag.ms(arrived, 1007.25) for arrived in (None, 0, 1, 2, 3, 4)] == [None, None, 4250, 1250, 0, 0]


def test_a_canary_acknowledged_again_and_again_stays_as_old_as_it_is() -> None:
    lag = Lag()
    for counter, now in [(1, 0.0), *[(2, float(again)) for again in range(1, 301)]]:
        lag.acknowledged(counter, now)

    assert lag.ms(1, 301.0) == 300_000


def test_of_a_standby_that_stands_still_the_last_two_hundred_canaries_are_remembered() -> None:
    lag = Lag()
    for counter in range(1, 301):
        lag.acknowledged(counter, float(counter))

    assert lag.ms(1, 300.0) == (300 - 101) * 1000


@pytest.mark.parametrize(
    ("read", "write", "reason"),
    [
        (SEEN, SEEN, "answered in time"),
        (SICK, SEEN, "status is 'draining'"),
        (LATE, TIMED_OUT, "NoAnswerInTime: no answer within the deadline"),
        (SEEN, DENIED, f"AccessDeniedException: {DENIED}"),
        (SICK, DENIED, f"AccessDeniedException: {DENIED}"),
        (None, SEEN, "no answer"),
    ],
)
def test_a_turn_says_why_it_means_what_it_means(read: object, write: object, reason: str) -> None:
    assert judge(read, write, SEEN, 0, "ok").reason == reason


def test_an_answer_that_never_was_is_a_miss_and_no_throttling() -> None:
    probe = judge(None, SEEN, None, 0, "ok")

    assert (probe.latency_ms, probe.neutral, probe.standby) == (None, False, Verdict.UNHEALTHY)


@pytest.mark.parametrize("lag_ms", [None, 0, 700])
def test_a_turn_passes_the_standbys_lag_on(lag_ms: int | None) -> None:
    assert judge(SEEN, SEEN, SEEN, lag_ms, "ok").lag_ms == lag_ms
