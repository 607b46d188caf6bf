"""The only ways in which the domain sees time: a monotonic clock, sleep, and AWS's own time."""

import functools
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

CUT_OFF = timedelta(seconds=2)  # the fraction that a date lacks, and the way here


class Clock(Protocol):
    """Monotonic seconds of this host, never compared with another host's."""

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The host's clock; CLOCK_BOOTTIME, so that a suspended host notices the time it lost."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


def zoned(text: str) -> datetime:
    """Read an ISO 8601 time that says its zone: one that does not cannot be compared with AWS time.

    Raises:
        ValueError: it is no time, or has no zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at


class AwsTimeUnknown(Exception):
    """No AWS answer has been seen yet, so absolute time cannot be told."""


class AwsTime:
    """Absolute time from the ``Date`` of AWS's answers plus this host's monotonic clock (law 9).

    A date is cut to whole seconds, so that the newest one may be a second behind what an older one has become since:
    the later of the two is nearer, and time does not run backwards within a second.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: tuple[datetime, float] | None = None

    def observe(self, date_header: str) -> None:
        """Take an HTTP ``Date`` (RFC 9110, whole seconds, UTC) as the least that it can be at this moment."""
        date = _parsed(date_header)
        if self._seen is None or not date <= self.now() <= date + CUT_OFF:
            self._seen = (date, self._clock.monotonic())

    def now(self) -> datetime:
        """Return aware UTC time.

        Raises:
            AwsTimeUnknown: before the first observed answer.
        """
        if self._seen is None:
            raise AwsTimeUnknown("no answer from AWS yet; read the control table first")
        date, at = self._seen
        return date + timedelta(seconds=self._clock.monotonic() - at)


@functools.lru_cache  # a second has many answers, and schedules of the simulation live through the same seconds
def _parsed(date_header: str) -> datetime:
    return parsedate_to_datetime(date_header)
