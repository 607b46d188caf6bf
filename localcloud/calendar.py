"""AWS's time in the embedded cloud: this host's, and whatever a drill let pass on top of it at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from localcloud.admin import Admin, Given


def host_now() -> datetime:
    """Return this host's time."""
    return datetime.now(UTC)


class Calendar:
    """Says what time it is, and when something happened that this host dated; several threads may ask.

    The ``Date`` of answers and the ages of what streams hold go by it. Timers, periods of metrics and pauses do not:
    nothing of what would have been done meanwhile is made up.
    """

    def __init__(self, clock: Callable[[], datetime] = host_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._passed: list[tuple[float, float]] = []

    def now(self) -> datetime:
        """Return the time that it is."""
        now = self._clock()
        return now + timedelta(seconds=self._ahead(now.timestamp()))

    def when(self, host_seconds: float) -> float:
        """Return when something was that happened at this host's time, both in seconds since 1970."""
        return host_seconds + self._ahead(host_seconds)

    def let_pass(self, seconds: float) -> None:
        """Let so much time pass at once: what is there is so much older from now on.

        Raises:
            ValueError: that would be no time, or time that goes back.
        """
        if seconds <= 0:
            raise ValueError(f"give seconds, more than 0, not {seconds!r}")
        with self._lock:
            self._passed = [*self._passed, (self._clock().timestamp(), seconds)]

    def _ahead(self, host_seconds: float) -> float:
        return sum(seconds for at, seconds in self._passed if at <= host_seconds)


def set_admin_routes(admin: Admin, calendar: Calendar) -> None:
    """Add ``GET calendar`` and ``POST calendar`` (``{"seconds"}``: so much passes at once) to ``/_cloud/``."""
    admin.routes["GET", "calendar"] = lambda _given: {"now": calendar.now().isoformat()}
    admin.routes["POST", "calendar"] = lambda given: _pass(calendar, given)


def _pass(calendar: Calendar, given: Given) -> object:
    seconds = given.get("seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise ValueError(f"give seconds, more than 0, not {seconds!r}")
    calendar.let_pass(seconds)
    return {"now": calendar.now().isoformat()}
