"""Work that goes on beside a drill, in a thread of its own."""

import threading
from collections.abc import Callable


class Repeatedly:
    """Does a piece of work at once and then again and again, until stopped; what it raises ends the thread."""

    def __init__(self, name: str, work: Callable[[], None], every_seconds: float) -> None:
        self._work = work
        self._every_seconds = every_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=name, daemon=True)

    def start(self) -> None:
        """Begin, which it can do once."""
        self._thread.start()

    def stop(self) -> None:
        """Let what is being done come to its end, and do no more; harmless when it never began."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _go_on(self) -> None:
        self._work()
        while not self._stopped.wait(self._every_seconds):
            self._work()
