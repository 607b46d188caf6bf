"""How long the load could not write, from its own log. Only cooperating clients count."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from drills.recorder import Operation

STRETCH_SECONDS = 2.0
GAP_SECONDS = 1.0


def recovery_seconds(operations: Iterable[Operation], t0: float, until: float = float("inf")) -> float | None:
    """Return the RTO: seconds from ``t0`` to the first write of a 2 s stretch without a failed write.

    - A failed write is one that ended `failed` or `uncertain`; it spoils the whole time from its start to its end.
    - The stretch begins when a write is acknowledged, after the first failed write began; clients of every site that
      writes at all have a write acknowledged in it, and the log covers it.
    - 0 if no write failed between ``t0`` and ``until`` (when something else began, such as a failback).
      None if there is no such stretch.
    """
    writes = _writes(operation for operation in operations if operation.at < until)
    failed = [write for write in writes if write.outcome in ("failed", "uncertain") and write.ended >= t0]
    if not failed:
        return 0.0
    outage = max(t0, min(write.at for write in failed))
    acknowledged = _acknowledged(writes)
    end = max(write.ended for write in writes)
    starts = (write.ended for write in acknowledged if outage <= write.ended <= end - STRETCH_SECONDS)
    sites = {write.site for write in writes}
    good = (at for at in starts if not _spoiled(failed, at) and _served(acknowledged, at) == sites)
    return next((at - t0 for at in good), None)


def _spoiled(failed: Sequence[Operation], start: float) -> bool:
    return any(write.at < start + STRETCH_SECONDS and write.ended > start for write in failed)


def _served(acknowledged: Sequence[Operation], start: float) -> set[str]:
    return {write.site for write in acknowledged if start <= write.ended <= start + STRETCH_SECONDS}


def unavailable_seconds(operations: Iterable[Operation]) -> float:
    """Return the sum of the gaps over 1 s without an acknowledged write, whoever's.

    Each gap counts whole. They are looked for from the first acknowledgement (before it the load was starting) to the
    end of the last write tried, so an outage that lasts to the end counts. Without any acknowledgement: all of it.
    """
    writes = _writes(operations)
    if not writes:
        return 0.0
    ends = [write.ended for write in _acknowledged(writes)] or [min(write.at for write in writes)]
    ends.append(max(write.ended for write in writes))
    gaps = (later - earlier for earlier, later in pairwise(ends))
    return sum(gap for gap in gaps if gap > GAP_SECONDS)


def _writes(operations: Iterable[Operation]) -> list[Operation]:
    return [operation for operation in operations if operation.is_write and operation.cooperates]


def _acknowledged(writes: Iterable[Operation]) -> list[Operation]:
    return sorted((write for write in writes if write.acknowledged), key=lambda write: write.ended)
