"""Curves over the load: how many operations succeeded in each moment and how long they took."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from drills.recorder import Operation

BIN_SECONDS = 0.5
LATENCY_BIN_SECONDS = 2 * BIN_SECONDS


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value at one moment, seconds on the operations' own clock; None marks a gap in the line."""

    at: float
    value: float | None


def success_percent(operations: Iterable[Operation]) -> list[Point]:
    """Return the share of operations that were acknowledged, in percent, by when they ended."""
    return [
        Point(at=at, value=100 * sum(operation.acknowledged for operation in binned) / len(binned))
        for at, binned in _bins(operations, BIN_SECONDS)
    ]


def median_latency_ms(operations: Iterable[Operation]) -> list[Point]:
    """Return the median duration of the acknowledged operations that ended in each bin, in milliseconds.

    A stretch without any is marked by a point without value, so that no line is drawn across it.
    """
    acknowledged = (operation for operation in operations if operation.acknowledged)
    points = [
        Point(at=at, value=1000 * median(operation.ended - operation.at for operation in binned))
        for at, binned in _bins(acknowledged, LATENCY_BIN_SECONDS)
    ]
    return list(_with_gaps(points))


def _with_gaps(points: Sequence[Point]) -> Iterator[Point]:
    for before, point in zip((None, *points), points, strict=False):
        if before is not None and point.at - before.at > 1.5 * LATENCY_BIN_SECONDS:
            yield Point(at=before.at + LATENCY_BIN_SECONDS, value=None)
        yield point


def _bins(operations: Iterable[Operation], width: float) -> list[tuple[float, Sequence[Operation]]]:
    """Group operations by the bin in which they ended; a bin is named by its middle."""
    bins: dict[int, list[Operation]] = defaultdict(list)
    for operation in operations:
        bins[int(operation.ended // width)].append(operation)
    return [((number + 0.5) * width, binned) for number, binned in sorted(bins.items())]
