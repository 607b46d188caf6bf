"""One thing that a stack's state needs: how to see whether it is there as wanted, and how to make it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Step:
    """``make`` may be called again after it was cut off, and is called only if ``is_made`` says no."""

    name: str
    is_made: Callable[[], bool]
    make: Callable[[], object]


def holds(found: object, wanted: object) -> bool:
    """Say whether what was found has everything that is wanted; AWS tells more than it was given."""
    if isinstance(wanted, Mapping):
        told = found or {}  # what holds nothing may not be told at all
        return isinstance(told, Mapping) and all(holds(told.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return found == wanted
