"""When the control table says that something is to be done."""

from dataclasses import replace

import pytest

from failover.control_table import Snapshot
from failover.due import what_is_due
from failover.tier import Phase, TierRow
from failover.votes import Verdict
from tests.failover.three_observers import HELD, MOVING, PROTOCOL, STEADY, VERIFYING, vote, votes


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
    assert due(MOVING, well, 4.4) is None
    assert due(MOVING, well, 4.5) == (False, 30)
    assert due(VERIFYING, votes(), 6.0) == (True, 30)
    assert due(HELD, well, 99.0) == (False, None)
    assert due(STEADY, well, 99.0) is None
    assert due(STEADY, well, 0.0, ("us-east-1",)) == (False, None)
    assert due(replace(STEADY, phase=Phase.PREPARING), votes()) == (True, None)


@pytest.mark.parametrize(
    ("row", "still", "differing", "reason"),
    [
        (STEADY, 0.0, [], "a quorum says that primary is down"),
        (MOVING, 5.0, [], "the owner of p stands still"),
        (HELD, 0.0, [], "plan p is held; people must know"),
        (MOVING, 0.0, ["us-east-1", "us-east-2"], "us-east-1, us-east-2: another region is named active outside"),
    ],
)
def test_an_order_says_what_it_is_for(row: TierRow, still: float, differing: list[str], reason: str) -> None:
    found = what_is_due(Snapshot(row=row, votes=()), votes(), still, differing, PROTOCOL)

    assert found is not None
    assert found.reason == reason


def test_an_order_tells_whose_votes_were_seen_at_which_counter() -> None:
    said = (vote("us-east-1", counter=7), vote("us-west-2", counter=9))
    found = what_is_due(Snapshot(row=STEADY, votes=()), said, 0.0, [], PROTOCOL)

    assert found is not None
    assert found.seen_counters == {"us-east-1": 7, "us-west-2": 9}
