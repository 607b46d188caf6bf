"""What a turn is worth as metrics, where a zero and no value at all mean different things to an alarm."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from failover.observation import Observation, Probe
from failover.observer import Turn
from failover.tier import Phase, TierRow
from failover.votes import Verdict
from lambdas.health_checker.metrics import embedded

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ROW = TierRow(tier="data", epoch=1, active="primary", phase=Phase.STEADY, owner_counter=0, armed=True, changed_at=NOW)
PROBE = Probe(latency_ms=4, acknowledged=True, neutral=False, reason="", standby=Verdict.HEALTHY, lag_ms=None)
TURN = Turn(
    row=ROW,
    probe=PROBE,
    observation=Observation(misses=2),
    voting=True,
    silent_peers=("us-west-2",),
    quorum_votes=True,
    due=None,
)


def values(turn: Turn) -> dict[str, object]:
    told: dict[str, object] = json.loads(embedded(turn, "local", "us-east-2", 1))
    (declared,) = json.loads(embedded(turn, "local", "us-east-2", 1))["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: told[metric["Name"]] for metric in declared["Metrics"]}


def test_what_was_seen_is_counted_and_what_is_unknown_is_left_out() -> None:
    assert values(TURN) == {"PeerSilent": 1.0, "MajorityVotes": 1.0, "ProbeMisses": 2.0, "StandbyBehind": 1.0}


@pytest.mark.parametrize(("lag_ms", "behind"), [(None, 1.0), (0, 0.0), (9_999, 0.0), (10_000, 1.0)])
def test_a_standby_that_nobody_has_seen_keep_up_is_behind(lag_ms: int | None, behind: float) -> None:
    assert values(replace(TURN, probe=replace(PROBE, lag_ms=lag_ms)))["StandbyBehind"] == behind


def test_a_run_that_cannot_tell_yet_says_nothing_of_its_peers() -> None:
    assert "PeerSilent" not in values(replace(TURN, silent_peers=None))
    assert values(replace(TURN, silent_peers=()))["PeerSilent"] == 0.0
