"""The log of IAM decisions: what each role was asked about, and the answer, for tests of least privilege."""

import threading
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from localcloud.iam import Access

KEPT = 50_000
_Key: TypeAlias = tuple[str, str, str, tuple[tuple[str, tuple[str, ...]], ...], bool]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One answer to one question; ``number`` is that of the last time it was given."""

    number: int
    role: str
    access: Access
    allowed: bool


class DecisionLog:
    """Keeps each distinct decision once, the ``KEPT`` newest, with the number of its last time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._decisions: dict[_Key, Decision] = {}

    def add(self, role: str, access: Access, allowed: bool) -> None:
        """Note one decision."""
        key = (role, access.action, access.resource, tuple(sorted(access.context.items())), allowed)
        with self._lock:
            self._decisions.pop(key, None)
            self._decisions[key] = Decision(number=next(self._numbers), role=role, access=access, allowed=allowed)
            if len(self._decisions) > KEPT:
                self._decisions.pop(next(iter(self._decisions)))

    def since(self, number: int) -> list[Decision]:
        """Give the decisions that were last taken after the numbered one, oldest first."""
        with self._lock:
            return [decision for decision in self._decisions.values() if decision.number > number]
