"""The sandboxes of one function: reused while warm, one more for each event at the same time."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from localcloud.sandbox import Sandbox
from localcloud.starts import Start, Starts

log = logging.getLogger(__name__)

Make = Callable[[Callable[[], None]], Sandbox]
"""Starts a sandbox; what it is given is called once the sandbox has started."""


class Throttled(Exception):
    """Every sandbox that the function's reserved concurrency allows is busy."""


class Pool:
    """Sandboxes of one function; those of an older version end when they are next idle."""

    def __init__(self, starts: Starts) -> None:
        self._starts = starts
        self._changed = starts.changed
        self._idle: list[tuple[str, Sandbox]] = []
        self._busy: list[Sandbox] = []
        self._starting = 0

    @contextmanager
    def sandbox(self, version: str, limit: int | None, make: Make) -> Iterator[Sandbox]:
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
        with self._changed:
            return [*self._busy, *(sandbox for _, sandbox in self._idle)]

    def _take(self, version: str, limit: int | None, make: Make) -> Sandbox:
        with self._changed:
            taken = self._idle_or_turn(version, limit)
            if not isinstance(taken, Start):
                self._busy.append(taken)
                return taken
            self._starting += 1
        try:
            sandbox = make(taken.over)
        except BaseException:
            taken.over()
            raise
        finally:
            with self._changed:
                self._starting -= 1
        with self._changed:
            self._busy.append(sandbox)
        return sandbox

    def _idle_or_turn(self, version: str, limit: int | None) -> Sandbox | Start:
        """Wait for an idle sandbox or for a turn to start one, whichever comes first."""
        while True:
            if limit is not None and len(self._busy) + self._starting >= limit:
                raise Throttled(f"reserved concurrency is {limit}")
            if taken := self._warm(version) or self._starts.begin():
                return taken
            self._changed.wait()

    def _warm(self, version: str) -> Sandbox | None:
        """Pop an idle sandbox of this version that still lives; close what is dead or old on the way."""
        while self._idle:
            of, sandbox = self._idle.pop()
            if of == version and sandbox.process.alive:
                return sandbox
            threading.Thread(target=sandbox.close, daemon=True).start()
        return None

    def _give_back(self, version: str, sandbox: Sandbox) -> None:
        with self._changed:
            self._busy.remove(sandbox)
            self._changed.notify_all()
            if sandbox.process.alive:
                self._idle.append((version, sandbox))
                return
        sandbox.close()
