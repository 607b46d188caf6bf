"""How many calls a token may make.

Figures of https://techdocs.akamai.com/linode-api/reference/rate-limits; windows last as long as at Linode, whatever the
cloud's time scale. Each operation is counted by itself.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.linode.refusals import too_many
from localcloud.linode.routes import Route


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many calls in a window of so many seconds."""

    calls: int
    seconds: float = 60.0


GENERAL = Limit(calls=1600)
PAGED = Limit(calls=200)
SPECIAL = {
    "post-linode-instance": Limit(calls=20, seconds=15.0),
    "post-volume": Limit(calls=100),
    "get-images": Limit(calls=20),
}


@dataclass(kw_only=True)
class _Window:
    """The calls of one token to one operation since a moment of the clock."""

    opened: float
    calls: int = 0


class RateLimits:
    """Counts calls; ``clock`` counts seconds and only ever forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}

    def count(self, who: str, route: Route) -> dict[str, str]:
        """Count a call and give the headers that tell what is left.

        Raises:
            Refused: one too many (429), with Retry-After.
        """
        usual = PAGED if route.paged and route.method == "GET" else GENERAL
        limit = SPECIAL.get(route.operation, usual)
        window = self._window(who, route.operation, limit)
        window.calls += 1
        wait = max(1, math.ceil(window.opened + limit.seconds - self._clock()))
        headers = {
            "X-RateLimit-Limit": str(limit.calls),
            "X-RateLimit-Remaining": str(max(0, limit.calls - window.calls)),
            "X-RateLimit-Reset": str(math.ceil(time.time()) + wait),
        }
        if window.calls > limit.calls:
            raise too_many(wait, headers)
        return headers

    def _window(self, who: str, operation: str, limit: Limit) -> _Window:
        now, key = self._clock(), (who, operation)
        known = self._windows.get(key)
        if known is None or now >= known.opened + limit.seconds:
            self._windows[key] = known = _Window(opened=now)
        return known
