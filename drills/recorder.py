"""The load's log: one JSON line for each attempt, whole or absent whatever kills the writer."""

import dataclasses
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from drills.whole_lines import whole_lines
from failover.sites import Site

Op = Literal["insert", "append", "read", "stale-insert", "stale-append"]
Outcome = Literal["acknowledged", "failed", "uncertain", "refused"]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One attempt of one client, retries included.

    ``at`` and ``ended`` are ``time.monotonic()`` of this machine in seconds, the same clock in all its processes.
    ``value`` is unique for writes. ``region`` is where the attempt went, ``epoch`` under which the client sent it.
    `failed`: surely not written. `uncertain`: it may have been. `refused`: the service said no.
    """

    at: float
    ended: float
    client: str
    site: Site
    op: Op
    key: str
    value: str
    outcome: Outcome
    region: str | None = None
    epoch: int | None = None
    error: str | None = None

    @property
    def is_write(self) -> bool:
        """Whether it was meant to change the table."""
        return self.op != "read"

    @property
    def cooperates(self) -> bool:
        """Whether the client goes by the epochs; the one that does not is counted apart."""
        return not self.op.startswith("stale-")

    @property
    def acknowledged(self) -> bool:
        """Whether the service said yes."""
        return self.outcome == "acknowledged"

    def to_json(self) -> str:
        """Return one line without its end."""
        return json.dumps(dataclasses.asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Operation":
        """Read one line.

        Raises:
            ValueError, TypeError: not JSON, or not an operation's fields.
        """
        return cls(**json.loads(line))


class Recorder:
    """Appends operations to one file; threads may share it. Each line reaches the kernel in one write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def write(self, operation: Operation) -> None:
        """Record one attempt; it outlives this process from here on."""
        line = operation.to_json().encode() + b"\n"
        with self._lock:
            self._file.write(line)

    def close(self) -> None:
        """Give the file back; nothing can be recorded any more."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()


def read_operations(path: Path) -> tuple[Operation, ...]:
    """Return the log's operations in the order in which they ended; a last line cut short by a kill is left out.

    Raises:
        ValueError, TypeError: a whole line that is not an operation.
    """
    return tuple(sorted(map(Operation.from_json, whole_lines(path)), key=lambda operation: operation.ended))
