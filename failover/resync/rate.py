"""How fast a table is read: a bucket of tokens that all segments share, and patience with a table that is busy."""

import itertools
import threading
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from failover.backoff import Backoff
from failover.clock import Clock
from failover.failures import AWS_ERRORS, Failure, failure_of
from failover.replication.writing import Contended

T = TypeVar("T")
BETWEEN_ATTEMPTS = Backoff(first_seconds=0.1, longest_seconds=5.0)
PATIENCE_SECONDS = 60.0
MAY_RETRY = (Failure.UNREACHABLE, Failure.BROKEN, Failure.THROTTLED, Failure.CONFLICT)


class Stopped(Exception):
    """Another segment has failed, or a person has had enough."""


class Bucket:
    """So many items a second, or as many as come; thread-safe."""

    def __init__(self, items_per_second: float | None, clock: Clock) -> None:
        self.items_per_second = items_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._paid_until = clock.monotonic()

    def spend(self, items: int) -> None:
        """Pay for what was read: wait until what was read before it is paid for."""
        if self.items_per_second is None:
            return
        with self._lock:
            now = self._clock.monotonic()
            pause = max(0.0, self._paid_until - now)
            self._paid_until = max(now, self._paid_until) + items / self.items_per_second
        self._clock.sleep(pause)


class Patience:
    """Makes a call again while the service is busy or away, for a minute; ``jitter`` gives 0 to 1."""

    def __init__(self, clock: Clock, jitter: Callable[[], float], seconds: float = PATIENCE_SECONDS) -> None:
        self._clock = clock
        self._jitter = jitter
        self._seconds = seconds
        self.stopped = threading.Event()

    def __call__(self, call: Callable[[], T]) -> T:
        """Return the call's answer.

        Raises:
            Stopped: it is no longer wanted.
            BotoCoreError, ClientError, Contended: it went wrong for too long, or will for ever.
        """
        until = self._clock.monotonic() + self._seconds
        for attempt in itertools.count():
            if self.stopped.is_set():
                raise Stopped
            try:
                return call()
            except (*AWS_ERRORS, Contended) as error:
                if not _may_retry(error) or self._clock.monotonic() >= until:
                    raise
                self._clock.sleep(BETWEEN_ATTEMPTS.pause(attempt, self._jitter()))
        raise AssertionError("unreachable: the loop above only ends by returning or raising")


def _may_retry(error: Exception) -> bool:
    return not isinstance(error, ClientError) or failure_of(error) in MAY_RETRY
