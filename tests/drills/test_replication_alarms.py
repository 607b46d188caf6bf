"""An alarm is waited for until it is in the state that it had to come to."""

from pathlib import Path

import pytest

from drills.replication_alarms import WrongState, alarm_goes_off, alarm_is_over
from drills.running import under_way
from tests.drills.staged import staged


def test_an_alarm_that_goes_off_and_is_over_is_seen_to(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.operator.carriers.states = ["INSUFFICIENT_DATA", "OK", "ALARM", "ALARM", "OK"]
    with under_way(stage.drill):
        assert alarm_goes_off("primary", "replication-late", within_seconds=60)
        assert alarm_is_over("primary", "replication-late", within_seconds=60)
    assert set(stage.operator.carriers.asked) == {("primary", "replication-late")}


def test_an_alarm_that_stays_as_it_was_is_told_with_its_state(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill), pytest.raises(WrongState, match="replication-late of the primary is OK, not ALARM"):
        alarm_goes_off("primary", "replication-late", within_seconds=5)
