"""How many processes may start at once.

On AWS a new sandbox brings a processor of its own. Here all share this machine's, and a burst of events would start so
many processes that what runs already no longer answers in time, and more events come. So others wait their turn, and
take a sandbox that falls idle meanwhile.
"""

import os
import threading


class Starts:
    """The starts under way; ``changed`` guards them and all pools, and tells whoever waits to look again."""

    def __init__(self, at_once: int | None = None) -> None:
        self.changed = threading.Condition()
        self._free = at_once or max(1, (os.cpu_count() or 1) // 2)

    def begin(self) -> "Start | None":
        """Take a turn, with ``changed`` held; None if others are starting."""
        if not self._free:
            return None
        self._free -= 1
        return Start(self)

    def end(self) -> None:
        """Give a turn back."""
        with self.changed:
            self._free += 1
            self.changed.notify_all()


class Start:
    """One turn; over when the process asks for its first event, or ends without."""

    def __init__(self, starts: Starts) -> None:
        self._starts = starts
        self._lock = threading.Lock()
        self._is_over = False

    def over(self) -> None:
        """Let the next one start; harmless when it was let already."""
        with self._lock:
            was_over, self._is_over = self._is_over, True
        if not was_over:
            self._starts.end()
