"""The sandboxes of one function: reused while warm, one more for each event at the same time."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from localcloud.sandbox import Sandbox

log = logging.getLogger(__name__)


class Throttled(Exception):
    """Every sandbox that the function's reserved concurrency allows is busy."""


class Pool:
    """Sandboxes of one function; those of an older version end when they are next idle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[str, Sandbox]] = []
        self._busy: list[Sandbox] = []

    @contextmanager
    def sandbox(self, version: str, limit: int | None, make: Callable[[], Sandbox]) -> Iterator[Sandbox]:
        """Lend a sandbox of this version, the most recently used first; ``make`` one if none is idle.

        Raises:
            Throttled: ``limit`` sandboxes are busy already.
        """
        sandbox = self._take(version, limit, make)
        try:
            yield sandbox
        finally:
            self._give_back(version, sandbox)

    def all(self) -> list[Sandbox]:
        """Return every sandbox, busy or not."""
        with self._lock:
            return [*self._busy, *(sandbox for _, sandbox in self._idle)]

    def _take(self, version: str, limit: int | None, make: Callable[[], Sandbox]) -> Sandbox:
        with self._lock:
            if limit is not None and len(self._busy) >= limit:
                raise Throttled(f"reserved concurrency is {limit}")
            sandbox = self._warm(version) or make()
            self._busy.append(sandbox)
            return sandbox

    def _warm(self, version: str) -> Sandbox | None:
        """Pop an idle sandbox of this version that still lives; close what is dead or old on the way."""
        while self._idle:
            of, sandbox = self._idle.pop()
            if of == version and sandbox.process.alive:
                return sandbox
            threading.Thread(target=sandbox.close, daemon=True).start()
        return None

    def _give_back(self, version: str, sandbox: Sandbox) -> None:
        with self._lock:
            self._busy.remove(sandbox)
            if sandbox.process.alive:
                self._idle.append((version, sandbox))
                return
        sandbox.close()
