"""The log of requests, kept in memory for drills and tests to read."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from localcloud.request import Request

KEPT = 100_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as it ended. ``at`` is ``time.monotonic()`` in seconds; ``status`` is None if it got no answer."""

    number: int
    at: float
    caller: str
    region: str
    service: str
    operation: str
    status: int | None
    fault: str | None


class CallLog:
    """The newest ``KEPT`` requests, numbered from 1 in the order in which they ended."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._last = 0

    @property
    def last(self) -> int:
        """Give the number of the newest call; 0 before the first."""
        return self._last

    def add(self, request: Request, status: int | None, fault: str | None) -> None:
        """Note how a request ended."""
        with self._lock:
            self._last += 1
            self._calls.append(
                Call(
                    number=self._last,
                    at=self._clock(),
                    caller=request.caller.access_key_id,
                    region=request.region,
                    service=request.service,
                    operation=request.operation,
                    status=status,
                    fault=fault,
                )
            )

    def since(self, number: int) -> list[Call]:
        """Give the calls that came after the numbered one, oldest first."""
        with self._lock:
            newer = min(self._last - number, len(self._calls))
            return list(islice(self._calls, len(self._calls) - newer, None)) if newer > 0 else []
