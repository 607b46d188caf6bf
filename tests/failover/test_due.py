"""When the control table says that something is to be done."""

from dataclasses import replace

from failover.control_table import Snapshot
from failover.due import what_is_due
from failover.tier import Phase
from failover.votes import Verdict
from tests.failover.three_observers import HELD, MOVING, PROTOCOL, STEADY, VERIFYING, votes


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
