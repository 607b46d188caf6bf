"""Logs of one JSON text a line, whose writer may be killed at any moment."""

from collections.abc import Iterator
from pathlib import Path


def whole_lines(path: Path) -> Iterator[str]:
    """Return a log's lines, but not a last one that was cut short."""
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if line.endswith("\n"))
