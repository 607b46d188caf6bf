"""What became of each acknowledged write, and every figure that `result.json` takes from a drill's evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drills.availability import recovery_seconds, unavailable_seconds
from drills.events import Event
from drills.history import Epoch, epoch_at, epochs, quorum_seen_at, verified_at
from drills.losers import Compared, Writes, compared
from drills.moves import moves, pages, plan_owners, planned_stops
from drills.recorder import Operation
from drills.writers import max_writers_per_epoch, overlapping_writers_seconds
from failover.sites import Sites

Contents = Mapping[str, Sequence[str]]  # each key's write ids: one for an insert, all that were appended for a list


OVERRULED = "a later write of another region stands in its place, and the stack lists it"


class Fate(StrEnum):
    """Why a write is listed."""

    LOST = "lost"  # a cooperating client was told it was done, it is gone, and nothing excuses that
    DIVERGED = "diverged"  # gone, and it cannot have been replicated before an unplanned failover cut its region off
    STALE = "stale"  # by the client that ignores epochs, acknowledged after its epoch had ended; there or not
    UNRULED = "unruled"  # by that client, acknowledged in its epoch, gone


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One write of the lists; ``at`` is when it was acknowledged."""

    fate: Fate
    client: str
    key: str
    value: str
    region: str
    epoch: int | None
    at: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a drill leaves behind. Times are of the one monotonic clock that all its logs share.

    ``t0`` is when the fault began; None for a planned move, of which nobody can say how soon it was noticed.
    ``contents`` is what each AWS region's table holds after the end, once replication has come to rest; the region of
    the last epoch's active site must be there.
    """

    operations: tuple[Operation, ...]
    events: tuple[Event, ...]
    contents: Mapping[str, Contents]
    sites: Sites
    t0: float | None
    failback_ordered_at: float | None
    quorum: int
    max_lag: float
    listed_losers: Writes | None = None
    """What the stack itself lists as lost; None where it keeps no list."""
    overruled: Writes = frozenset()
    """What of it may lose to clients that ignore epochs: where the last writer wins, no epoch protects a write."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The measured part of `result.json` (protocol.md 8) and the lists behind it; None: nothing to measure."""

    detection_seconds: float | None
    decision_seconds: float | None
    rto_seconds: float | None
    failback_seconds: float | None
    unavailable_seconds: float
    writes_acknowledged: int
    writes_lost: int
    writes_listed_as_diverged: int
    max_writers_per_epoch: int
    max_writers_per_term: int | None
    stale_epoch_writes_acknowledged: int
    overlapping_writers_seconds: float
    keys_that_differ: int
    moves: int
    plan_owners: int | None
    pages: int
    planned_stop_seconds: float | None
    planned_stop_beyond_lag_seconds: float | None
    listed: tuple[Listed, ...]
    losses_unlisted: int | None = None
    losses_unfounded: int | None = None


class NoFinalContents(Exception):
    """The table of the region that serves at the end was not read, so nothing can be said about any write."""


def account(evidence: Evidence) -> Figures:
    """Compute every figure. `detection`: t0 to a quorum visible; `decision`: from there to the next epoch's row.

    Raises:
        NoFinalContents: no epoch was seen, or the table of its active site's region was not read.
    """
    listed, stops = fates(evidence), list(planned_stops(evidence.events, evidence.operations, evidence.sites))
    noticed, losses = _noticed(evidence), _losses(evidence)
    return Figures(
        detection_seconds=noticed.detection,
        decision_seconds=noticed.decision,
        rto_seconds=noticed.rto,
        failback_seconds=_failback_seconds(evidence),
        unavailable_seconds=unavailable_seconds(evidence.operations),
        writes_acknowledged=sum(operation.cooperates for operation in _acknowledged(evidence.operations)),
        writes_lost=_count(listed, Fate.LOST),
        writes_listed_as_diverged=_count(listed, Fate.DIVERGED),
        max_writers_per_epoch=max_writers_per_epoch(evidence.operations),
        max_writers_per_term=None,
        stale_epoch_writes_acknowledged=_count(listed, Fate.STALE),
        overlapping_writers_seconds=overlapping_writers_seconds(evidence.operations),
        keys_that_differ=keys_that_differ(evidence.contents),
        moves=moves(evidence.events),
        plan_owners=plan_owners(evidence.events),
        pages=pages(evidence.events, evidence.t0 or 0.0),
        planned_stop_seconds=max((stop.seconds for stop in stops), default=None),
        planned_stop_beyond_lag_seconds=max((stop.beyond_lag for stop in stops), default=None),
        listed=listed,
        losses_unlisted=losses.unlisted if losses else None,
        losses_unfounded=losses.unfounded if losses else None,
    )


@dataclass(frozen=True, kw_only=True)
class _Noticed:
    """How soon the fault was seen, decided on and over; all None where there was none."""

    detection: float | None = None
    decision: float | None = None
    rto: float | None = None


def _noticed(evidence: Evidence) -> _Noticed:
    t0 = evidence.t0
    if t0 is None:
        return _Noticed()
    detected = quorum_seen_at(evidence.events, t0, quorum=evidence.quorum)
    until = evidence.failback_ordered_at if evidence.failback_ordered_at is not None else float("inf")
    return _Noticed(
        detection=_since(t0, detected),
        decision=_decision_seconds(evidence, detected),
        rto=recovery_seconds(evidence.operations, t0, until),
    )


def fates(evidence: Evidence) -> tuple[Listed, ...]:
    """Return every write that must be listed, in the order of acknowledgement.

    A write is *there* if its id is under its key in the region that serves at the end: as the inserted value, or among
    the appended ones, whatever was appended later (an ancestor of the stored value). A missing one of a cooperating
    client is `diverged` only if the very next epoch was an unplanned failover begun after t0, it was acknowledged by
    the region that its epoch names, and later than t0 - ``max_lag``: what is older had to be at the target before
    the plan could start; or if it is ``overruled``. Every other missing one is `lost`.

    Raises:
        NoFinalContents: no epoch was seen, or the table of its active site's region was not read.
    """
    known, final = epochs(evidence.events), _final(evidence)
    written = sorted(_acknowledged(evidence.operations), key=lambda operation: operation.ended)
    judged = (
        _fate(operation, operation.value in final.get(operation.key, ()), known, evidence) for operation in written
    )
    return tuple(listed for listed in judged if listed is not None)


def _final(evidence: Evidence) -> Contents:
    """Return what the region holds that serves at the end."""
    known = epochs(evidence.events)
    if not known or (serving := evidence.sites.region(known[-1].active)) not in evidence.contents:
        raise NoFinalContents(f"contents of {sorted(evidence.contents)} only, last epoch {known[-1:]}")
    return evidence.contents[serving]


def _losses(evidence: Evidence) -> Compared | None:
    if evidence.listed_losers is None:
        return None
    return compared(evidence.listed_losers, evidence.operations, _final(evidence))


def keys_that_differ(contents: Mapping[str, Contents]) -> int:
    """Count the keys that two regions hold differently: what replication still owes."""
    regions = list(contents.values())
    keys = {key for region in regions for key in region}
    return sum(len({tuple(region.get(key, ())) for region in regions}) > 1 for key in keys)


def _fate(write: Operation, there: bool, known: tuple[Epoch, ...], evidence: Evidence) -> Listed | None:
    if not write.cooperates:
        return _fate_of_unruled(write, there, known)
    if there:
        return None
    excuse = OVERRULED if (write.key, write.value) in evidence.overruled else _excuse(write, known, evidence)
    return _list(write, Fate.DIVERGED if excuse else Fate.LOST, excuse or "nothing explains that it is gone")


def _fate_of_unruled(write: Operation, there: bool, known: tuple[Epoch, ...]) -> Listed | None:
    now = epoch_at(known, write.ended)
    end = "there at the end" if there else "gone at the end"
    if now is not None and write.epoch is not None and write.epoch < now.number:
        return _list(write, Fate.STALE, f"acknowledged in epoch {now.number}; {end}")
    return None if there else _list(write, Fate.UNRULED, f"its client ignores epochs; {end}")


def _excuse(write: Operation, known: tuple[Epoch, ...], evidence: Evidence) -> str:
    """Return why this write can have been cut off, or nothing."""
    if evidence.t0 is None:
        return ""
    own = next((epoch for epoch in known if epoch.number == write.epoch), None)
    following = next((epoch for epoch in known if own and epoch.number > own.number), None)
    if own is None or following is None or following.kind != "failover" or following.began < evidence.t0:
        return ""
    if write.region != evidence.sites.region(own.active) or write.ended <= evidence.t0 - evidence.max_lag:
        return ""
    return f"acknowledged {write.ended - evidence.t0:+.2f} s from t0 by the region that epoch {following.number} left"


def _list(write: Operation, fate: Fate, reason: str) -> Listed:
    return Listed(
        fate=fate,
        client=write.client,
        key=write.key,
        value=write.value,
        region=write.region or "",
        epoch=write.epoch,
        at=write.ended,
        reason=reason,
    )


def _acknowledged(operations: Iterable[Operation]) -> Iterable[Operation]:
    return (operation for operation in operations if operation.is_write and operation.acknowledged)


def _count(listed: Iterable[Listed], fate: Fate) -> int:
    return sum(one.fate is fate for one in listed)


def _decision_seconds(evidence: Evidence, detected: float | None) -> float | None:
    """Return seconds from the quorum to the next epoch's first sight."""
    if detected is None:
        return None
    return _since(
        detected, min((epoch.began for epoch in epochs(evidence.events) if epoch.began >= detected), default=None)
    )


def _failback_seconds(evidence: Evidence) -> float | None:
    """Return seconds from the order to the verified end."""
    ordered = evidence.failback_ordered_at
    return None if ordered is None else _since(ordered, verified_at(evidence.events, ordered))


def _since(start: float, end: float | None) -> float | None:
    return None if end is None else end - start
