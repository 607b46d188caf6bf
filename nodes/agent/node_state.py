"""What a node must not forget: who it is, and the counter that its last request spent."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from nodes.agent.atomic_file import write_atomically

FOR_ROOT = 0o600


class UnreadableState(Exception):
    """The file holds something else; the machine's key enrols again and gets the same answer."""


@dataclass(frozen=True, kw_only=True)
class NodeState:
    """Who the enrolment function said that the machine is."""

    stack: str
    node: int
    generation: int
    counter: int
    site: str
    pool: str

    @classmethod
    def of(cls, told: object) -> Self:
        """Read an answer or a file.

        Raises:
            UnreadableState: a field is missing.
        """
        if not isinstance(told, dict):
            raise UnreadableState("no JSON object")
        try:
            return cls(
                stack=str(told["stack"]),
                node=int(told["node"]),
                generation=int(told["generation"]),
                counter=int(told["counter"]),
                site=str(told["site"]),
                pool=str(told["pool"]),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise UnreadableState(f"a field is missing: {error!r}") from error


class StateFile:
    """Keeps a node's state on the machine's disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> NodeState | None:
        """Return the state; None before the first enrolment.

        Raises:
            UnreadableState: the file holds something else.
        """
        try:
            return NodeState.of(json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UnreadableState(f"{self._path} is no JSON") from error

    def keep(self, state: NodeState) -> None:
        """Write the state."""
        write_atomically(self._path, json.dumps(asdict(state), sort_keys=True), FOR_ROOT)

    def next(self, state: NodeState) -> NodeState:
        """Spend a counter: it is on the disk before anybody hears of it."""
        spent = replace(state, counter=state.counter + 1)
        self.keep(spent)
        return spent
