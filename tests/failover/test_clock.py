"""AWS time, told from whole seconds."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from failover.clock import AwsTime, AwsTimeUnknown
from tests.failover.clocks import HandClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answered(clock: HandClock, time: AwsTime, at: datetime) -> None:
    """Let an answer arrive that AWS gave at that moment."""
    time.observe(format_datetime(at.replace(microsecond=0), usegmt=True))


def test_there_is_no_time_before_the_first_answer() -> None:
    with pytest.raises(AwsTimeUnknown):
        AwsTime(HandClock()).now()


def test_time_goes_on_between_answers() -> None:
    clock = HandClock()
    time = AwsTime(clock)
    answered(clock, time, NOON)
    clock.sleep(2.5)
    assert time.now() == NOON + timedelta(seconds=2.5)


def test_time_never_runs_backwards_within_a_second() -> None:
    clock, told = HandClock(), []
    time = AwsTime(clock)
    for tenths in range(60):
        answered(clock, time, NOON + timedelta(seconds=0.7 + tenths / 10))
        told.append(time.now())
        clock.sleep(0.1)
    assert told == sorted(told)
    assert NOON + timedelta(seconds=6.6) - told[-1] < timedelta(seconds=1)


@pytest.mark.parametrize("wrong", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_a_host_that_lost_track_of_time_believes_the_newest_answer(wrong: timedelta) -> None:
    clock = HandClock()
    time = AwsTime(clock)
    answered(clock, time, NOON)
    answered(clock, time, NOON + wrong)
    assert time.now() == NOON + wrong
