"""A clock that moves only when told, and timers that do their work there and then."""

from datetime import UTC, datetime, timedelta

from localcloud.timers import Timers

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class StandingClock:
    """Seconds and the time of day, moved by hand together."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000)

    def move(self, timers: Timers, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, doing what comes due on the way."""
        for _ in range(round(seconds / step)):
            self.seconds += step
            timers.run_due()


def timers_by(clock: StandingClock) -> Timers:
    """Return timers that run due work in the caller's own thread."""
    return Timers(clock=clock.monotonic, spawn=lambda work: work())
