"""What the tier's row and the votes lack is named."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from failover.control_table import Snapshot
from failover.readiness.facts import Facts, Unseen
from failover.readiness.inventory import Inventory
from failover.readiness.report import Mark
from failover.tier import Phase
from failover.votes import Verdict
from tests.failover.readiness.whole import (
    INVENTORY,
    NOW,
    REGIONS,
    WHOLE,
    Broken,
    assert_told,
    not_ok,
    put,
    with_row,
    with_vote,
    with_votes,
)

FAIL, WARN = Mark.FAIL, Mark.WARN
BROKEN: Mapping[str, Broken] = {
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
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_else(case: str) -> None:
    assert_told(BROKEN[case])


FINE: Mapping[str, tuple[Facts, Inventory]] = {
    "armed again by its time": (with_row(armed=False, armed_until=NOW), INVENTORY),
    "a lag at the limit": (with_vote("us-east-1", acked_lag_ms=5000), INVENTORY),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_as_declared_is_fine(case: str) -> None:
    assert not_ok(*FINE[case]) == []


def test_a_vote_that_is_missing_is_named_as_such() -> None:
    snapshots = {
        region: replace(one, votes=one.votes[:2]) if isinstance(one, Snapshot) else one
        for region, one in WHOLE.snapshots.items()
    }
    found = {one.check: one.seen for one in not_ok(replace(WHOLE, snapshots=snapshots))}
    assert found == {"votes-epoch": "us-west-2: no vote"}
