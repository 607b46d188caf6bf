"""Follows the load's log while it grows, for the status line and the probes."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from drills.recorder import Operation

READ_EVERY_SECONDS = 0.2


class Tail:
    """Hands each whole new line to every listener, in the order of the file."""

    def __init__(self, path: Path, *listeners: Callable[[Operation], None]) -> None:
        self._path = path
        self._listeners = listeners
        self._offset = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="tail", daemon=True)

    def read(self) -> None:
        """Take what was appended since the last time; a line without its end waits for the next."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            whole = file.read().rpartition(b"\n")[0]
        self._offset += len(whole) + 1 if whole else 0
        for line in whole.splitlines():
            operation = Operation.from_json(line.decode())
            for listener in self._listeners:
                listener(operation)

    def _follow(self) -> None:
        while not self._stopped.wait(READ_EVERY_SECONDS):
            self.read()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        self.read()
