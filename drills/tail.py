"""Follows the load's log while it grows, for the status line and the probes."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from drills.recorder import Operation
from drills.repeatedly import Repeatedly

READ_EVERY_SECONDS = 0.2


class Tail:
    """Hands each whole new line to every listener, in the order of the file."""

    def __init__(self, path: Path, *listeners: Callable[[Operation], None]) -> None:
        self._path = path
        self._listeners = listeners
        self._offset = 0
        self._reading = Repeatedly("tail", self.read, READ_EVERY_SECONDS)

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

    def __enter__(self) -> Self:
        self._reading.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._reading.stop()
        self.read()
