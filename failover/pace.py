"""Whether enough time has passed since the last of its kind."""

from failover.clock import Clock


class Pace:
    """At most one of each kind in ``every`` seconds."""

    def __init__(self, every: float, clock: Clock) -> None:
        self._every = every
        self._clock = clock
        self._last: dict[object, float] = {}

    def due(self, kind: object) -> bool:
        """Say whether it is time, and count from now if it is."""
        now = self._clock.monotonic()
        if now - self._last.get(kind, -self._every) < self._every:
            return False
        self._last[kind] = now
        return True

    def forget(self, kind: object) -> None:
        """Let the next one of this kind go at once: the last one failed."""
        self._last.pop(kind, None)
