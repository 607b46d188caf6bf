"""How long a backlog took and how fast it went down, read from what was written down on the way."""

import pytest

from drills.catching_up import catching_up, measured
from drills.events import Event, Fact, Source


def event(at: float, source: Source, **facts: Fact) -> Event:
    return Event(at=at, source=source, facts=facts)


BACKLOG = (
    event(100, "measured", records_behind=1000),
    event(120, "measured", records_at_recovery=600),
    event(125, "lag", waiting=500),
    event(170, "measured", records_left=50, replicator_memory_mb=80),
)


def test_a_backlog_goes_down_from_when_its_target_takes_some_of_it_again() -> None:
    assert catching_up(BACKLOG) == {
        "catch_up_seconds": 70,
        "records_per_second": pytest.approx(950 / 70),
        "throttled_records_per_second": 20,
        "recovered_records_per_second": 11,
    }


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_nothing_is_said_of_a_backlog_that_was_not_counted_or_not_seen_to_be_gone(missing: int) -> None:
    assert catching_up([one for place, one in enumerate(BACKLOG) if place != missing]) == {}


def test_figures_are_those_that_were_written_down_the_last_of_each() -> None:
    events = [event(1, "measured", a=1, b=2.5), event(2, "lag", a=9), event(3, "measured", a=3, c="no number")]
    assert measured(events) == {"a": 3, "b": 2.5}
