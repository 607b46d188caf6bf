"""Who acknowledged writes when: the evidence for, or against, two writers at once. Only cooperating clients count."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from drills.recorder import Operation


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time from the first to the last write that one region acknowledged under one epoch."""

    region: str
    epoch: int | None
    first: float
    last: float


def spans(operations: Iterable[Operation]) -> tuple[Span, ...]:
    """Return one span for each epoch and region that acknowledged a write; a moment is when the answer was taken."""
    ends: dict[tuple[str, int | None], list[float]] = defaultdict(list)
    for operation in operations:
        if operation.is_write and operation.cooperates and operation.acknowledged and operation.region:
            ends[operation.region, operation.epoch].append(operation.ended)
    return tuple(
        Span(region=region, epoch=epoch, first=min(at), last=max(at))
        for (region, epoch), at in sorted(ends.items(), key=str)
    )


def max_writers_per_epoch(operations: Iterable[Operation]) -> int:
    """Return the largest number of regions that acknowledged writes under one epoch; 0 without any."""
    regions: dict[int | None, set[str]] = defaultdict(set)
    for span in spans(operations):
        regions[span.epoch].add(span.region)
    return max((len(names) for names in regions.values()), default=0)


def overlapping_writers_seconds(operations: Iterable[Operation]) -> float:
    """Return the time in which different regions were both acknowledging writes.

    A region acknowledges from the first to the last acknowledgement it gave under one epoch. A switch and the way back
    are different epochs, so a region that serves, gives way and serves again does not overlap with the other; a
    straggler of an old epoch overlaps from the new epoch's first acknowledgement to its own. Times that overlap
    more than once count once. One single stray within the same epoch takes no time: `max_writers_per_epoch` shows it.
    """
    pairs = ((one, two) for one, two in combinations(spans(operations), 2) if one.region != two.region)
    shared = ((max(one.first, two.first), min(one.last, two.last)) for one, two in pairs)
    return _covered(sorted((first, last) for first, last in shared if first < last))


def _covered(intervals: Iterable[tuple[float, float]]) -> float:
    total, reached = 0.0, float("-inf")
    for first, last in intervals:
        total += max(0.0, last - max(first, reached))
        reached = max(reached, last)
    return total
