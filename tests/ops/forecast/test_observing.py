"""The observers' month is counted as they really behave: against the observer itself, its lines and its metrics."""

import json
import logging
from collections import Counter

import pytest
from awslambdaric.lambda_runtime_log_utils import JsonFormatter  # type: ignore[import-untyped]

from failover.observation import Observation, Probe
from failover.observer import Turn
from failover.protocol import Protocol
from failover.rows import to_item
from failover.votes import Verdict
from lambdas.health_checker.metrics import embedded
from ops.forecast.dynamodb import VOTE_BYTES
from ops.forecast.functions import EMBEDDED_METRICS, TURN_LOG_BYTES
from ops.forecast.observing import START_SECONDS, Observing
from ops.forecast.usage import SECONDS_A_MONTH
from tests.failover.generations import observe_in_generations
from tests.failover.wiring import CANARY, CONTROL, SITES
from tests.failover.world import NUMBERS, World

HOME, EVERY_SECONDS = "us-east-2", 60
HOUR, WARM_UP = 3600, 300
ADDED_BYTES = 26  # by CloudWatch, to each line
SLACK = 1.06  # the model's observer rests for a whole interval after each turn, not until the next one


def an_hour_of_calls() -> Counter[tuple[str, str]]:
    """Start a generation a minute, as the schedule does, and count one region's calls of an hour."""
    world = World(waking=False)
    observe_in_generations(world)
    world.run(WARM_UP)
    world.calls.clear()
    world.run(HOUR)
    mine = [call for call in world.calls if call.caller == HOME]
    return Counter((call.params.get("TableName", CONTROL), call.operation) for call in mine)


def test_a_month_is_what_the_observer_does_in_an_hour_and_never_less() -> None:
    calls, month = an_hour_of_calls(), Observing.of(NUMBERS, EVERY_SECONDS)
    hours = SECONDS_A_MONTH / HOUR
    forecast = {
        (CONTROL, "batch_get_item"): month.batch_reads,
        (CONTROL, "update_item"): month.votes,
        (CANARY, "update_item"): month.probes,
        (CANARY, "get_item"): 2 * month.probes,
    }
    for what, count in forecast.items():
        assert calls[what] <= count / hours <= calls[what] * SLACK, what


def test_of_two_generations_one_raises_the_canary_at_each_turn() -> None:
    """What the other one writes fails, and no stream tells of it."""
    world = World(waking=False)
    observe_in_generations(world)
    world.run(WARM_UP)
    before = world.canary_of(HOME, HOME).read(SITES.primary).counter
    world.run(HOUR)
    raised = world.canary_of(HOME, HOME).read(SITES.primary).counter - before
    month, hours = Observing.of(NUMBERS, EVERY_SECONDS), SECONDS_A_MONTH / HOUR
    assert raised <= month.raises / hours <= raised * SLACK


def test_a_run_lasts_until_its_successor_has_looked_on_and_one_turn_more() -> None:
    assert Observing.of(Protocol(), 60).run_seconds == 60 + 12 + 3 + START_SECONDS


def test_a_run_never_outlives_the_life_that_the_protocol_gives_it() -> None:
    assert Observing.of(Protocol(), 300).run_seconds == 150 + START_SECONDS


@pytest.mark.parametrize("every", [60, 120])
def test_twice_the_pace_of_probing_is_twice_the_votes_of_a_month(every: int) -> None:
    slow, fast = (Observing.of(Protocol(probe_interval=seconds), every) for seconds in (3.6, 1.8))
    assert fast.votes - fast.runs == 2 * (slow.votes - slow.runs)


def test_a_turns_lines_and_metrics_are_as_long_and_as_many_as_they_are_counted() -> None:
    turn = a_turn()
    line = embedded(turn, "prod", "ap-northeast-1", 1_893_456_000_000)
    names = json.loads(line)["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert len(names) == EMBEDDED_METRICS
    written = len(line) + len(decided(turn)) + 2 * ADDED_BYTES
    assert written <= TURN_LOG_BYTES <= written * 1.15


def test_a_vote_is_one_write_unit_and_no_longer_than_it_is_counted() -> None:
    world = World(waking=False)
    world.staff(HOME).post.ballot.cast(an_opinion(), generation=10**6, after=None)
    [vote] = world.control.votes("data", (HOME,))
    assert vote.generation == 10**6
    assert len(json.dumps(to_item({**an_opinion(), "generation": 10**6, "counter": 10**9}))) <= VOTE_BYTES < 1024


def a_turn() -> Turn:
    world = World(waking=False)
    observation = Observation(misses=0, verdict=Verdict.HEALTHY, reason="answered in time")
    probe = Probe(
        latency_ms=104.2,
        acknowledged=True,
        neutral=False,
        reason="answered in time",
        standby=Verdict.HEALTHY,
        lag_ms=900,
    )
    return Turn(
        row=world.peek(),
        probe=probe,
        observation=observation,
        voting=True,
        silent_peers=(),
        quorum_votes=True,
        due=None,
    )


def decided(turn: Turn) -> str:
    record = logging.LogRecord("lambdas.health_checker.handler", logging.INFO, "", 1, "decided", (), None)
    record.aws_request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    facts = {"verdict": turn.observation.verdict, "why": turn.observation.reason, "voting": turn.voting}
    for name, value in {**facts, "epoch": turn.row.epoch, "due": None}.items():
        setattr(record, name, value)
    return str(JsonFormatter().format(record))


def an_opinion() -> dict[str, str | int | None]:
    counts = {"misses": 0, "goods": 3, "acked_lag_ms": 3000, "lag_ms": 3000, "latency_ms": 104, "epoch": 17}
    words = {"site": "secondary", "verdict": "unhealthy", "standby": "unhealthy", "tier": "data"}
    return {**counts, **words, "reason": "ReadTimeoutError: " + "x" * 150}
