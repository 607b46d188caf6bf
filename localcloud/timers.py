"""Work that is due later: what fires, retries, polls and samples in the embedded cloud."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

log = logging.getLogger(__name__)

Work = Callable[[], None]
IDLE_SECONDS = 60.0


def on_a_thread(work: Work) -> None:
    """Run work on a thread of its own, since an invocation may last minutes."""
    threading.Thread(target=work, name="work", daemon=True).start()


def _finish(work: Work) -> None:
    """Do the work; what goes wrong in it is logged and ends nothing else."""
    try:
        work()
    except Exception:
        log.exception("work failed")


class Timers:
    """Runs work when it is due, each piece on its own.

    Tests give a clock of their own and a ``spawn`` that calls the work directly, and say ``run_due`` themselves.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, spawn: Callable[[Work], None] = on_a_thread
    ) -> None:
        self.clock = clock
        self._spawn = spawn
        self._due: list[tuple[float, int, Work]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False

    def after(self, seconds: float, work: Work) -> None:
        """Run ``work`` once, so many seconds from now."""
        with self._changed:
            heapq.heappush(self._due, (self.clock() + seconds, next(self._numbers), work))
            self._changed.notify()

    def every(self, seconds: Callable[[], float], work: Work) -> None:
        """Run ``work`` again and again; the pause after each run is asked for anew."""

        def run() -> None:
            try:
                work()
            finally:
                self.after(seconds(), run)

        self.after(seconds(), run)

    def run_due(self) -> None:
        """Start all work that is due now."""
        while (work := self._take()) is not None:
            self._spawn(partial(_finish, work))

    def start(self) -> None:
        """Run due work from a thread of its own until stopped."""
        threading.Thread(target=self._run, name="timers", daemon=True).start()

    def stop(self) -> None:
        """Start nothing more."""
        with self._changed:
            self._stopped = True
            self._due.clear()
            self._changed.notify()

    def _take(self) -> Work | None:
        with self._changed:
            if self._due and self._due[0][0] <= self.clock():
                return heapq.heappop(self._due)[2]
            return None

    def _run(self) -> None:
        while not self._stopped:
            self.run_due()
            with self._changed:
                self._changed.wait(self._pause())

    def _pause(self) -> float:
        return max(0.0, self._due[0][0] - self.clock()) if self._due else IDLE_SECONDS
