"""JSON as the API speaks it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

Json: TypeAlias = "bool | float | str | Sequence[Json] | Mapping[str, Json] | None"
Object: TypeAlias = Mapping[str, Json]
EMPTY: Object = {}
"""What an operation answers that has nothing to tell."""


def stamp(at: datetime) -> str:
    """Write a time as the API does: UTC, whole seconds, no zone."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")
