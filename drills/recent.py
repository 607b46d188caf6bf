"""The load's last operations, for how things stand now."""

from collections import deque
from collections.abc import Sequence

from drills.recorder import Operation

RECENT_SECONDS = 2.0


class Recent:
    """Keeps operations for ``RECENT_SECONDS`` from their end."""

    def __init__(self) -> None:
        self._operations: deque[Operation] = deque()

    def add(self, operation: Operation) -> None:
        """Remember the newest operation."""
        self._operations.append(operation)

    def at(self, now: float) -> Sequence[Operation]:
        """Return what ended lately, and forget what did not; ``now`` is on the operations' own clock."""
        while self._operations and self._operations[0].ended < now - RECENT_SECONDS:
            self._operations.popleft()
        return tuple(self._operations)
