"""A circuit breaker: stop calling what keeps failing, and let one call at a time find out whether it is back."""

import threading

from failover.clock import Clock


class Breaker:
    """Open after ``failures_to_open`` failures in a row; after ``rest_seconds`` one trial call is let through.

    A trial that never reports (its thread died) is forgotten after another ``rest_seconds``. Thread-safe.
    """

    def __init__(self, clock: Clock, *, failures_to_open: int = 5, rest_seconds: float = 1.0) -> None:
        self._clock = clock
        self._failures_to_open = failures_to_open
        self._rest_seconds = rest_seconds
        self._failures = 0
        self._resting_until: float | None = None  # None while closed
        self._lock = threading.Lock()

    def admits(self) -> bool:
        """Say whether a call may be made now; while half-open, True once and then False until it reports."""
        with self._lock:
            if self._resting_until is None:
                return True
            if self._clock.monotonic() < self._resting_until:
                return False
            self._rest()
            return True

    def succeeded(self) -> None:
        """Close: an answer came, of whatever content."""
        with self._lock:
            self._failures = 0
            self._resting_until = None

    def failed(self) -> None:
        """Count a call that got no usable answer."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._failures_to_open:
                self._rest()

    def _rest(self) -> None:
        self._resting_until = self._clock.monotonic() + self._rest_seconds
