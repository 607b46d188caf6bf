"""How often the tier moved, who ran its plans, for how long a planned move stopped the writes, and who was told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drills.events import Event
from drills.history import Epoch, epochs
from drills.lanes import ANSWER
from drills.recorder import Operation
from failover.sites import Sites, other

PLANNED = ("switchover", "failback")
UNAVOIDABLE_LAG_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One planned stop of the writes: the longest gap between two acknowledged ones, and the lag that it waited out."""

    seconds: float
    lag: float

    @property
    def beyond_lag(self) -> float:
        """What the move itself took: seconds over the lag, of which half a second is taken for granted."""
        return self.seconds - max(UNAVOIDABLE_LAG_SECONDS, self.lag)


def moves(events: Iterable[Event]) -> int:
    """Count the epochs after the first one seen: each is a move, an abort's way back too."""
    return max(0, len(epochs(events)) - 1)


def plan_owners(events: Iterable[Event]) -> int | None:
    """Return the largest number of owners that one plan's steps had; None without a plan."""
    owners: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.source == "step" and event.text("step") != ANSWER:
            owners[event.text("plan_id")].add(event.text("owner"))
    return max((len(one) for one in owners.values()), default=None)


def pages(events: Iterable[Event], since: float) -> int:
    """Count what people were told after a moment and must act on."""
    return sum(event.source == "page" and event.at >= since and event.text("severity") != "info" for event in events)


def unhealthy_at_once(events: Sequence[Event], since: float) -> int:
    """Return how many observers at most called the active site unhealthy at once, from a moment until no fault stood.

    What comes later, a drill's own reading of whole tables among it, is no fault's.
    """
    until = max((event.at for event in events if event.source == "fault"), default=float("inf"))
    calling, most = set[str](), 0
    for event in (one for one in events if one.source == "vote"):
        calling.discard(event.text("observer"))
        if event.text("verdict") == "unhealthy" and not event.facts.get("silent"):
            calling.add(event.text("observer"))
        most = max(most, len(calling)) if since <= event.at <= until else most
    return most


def planned_stops(events: Sequence[Event], operations: Iterable[Operation], sites: Sites) -> Iterator[Stop]:
    """Return each planned move's stop; its lag is the oldest that a change to the new site grew meanwhile.

    The watcher looks some six times a second and keeps lags in quarters of a second: it may be off by as much.
    """
    acknowledged = sorted(one.ended for one in operations if _counts(one))
    for epoch in (one for one in epochs(events) if one.kind in PLANNED):
        published = _published(events, epoch)
        gaps = [(a, b) for a, b in pairwise(acknowledged) if b > epoch.began and a < published]
        if gaps:
            start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
            old = sites.region(other(epoch.active))
            yield Stop(seconds=end - start, lag=_longest_lag(events, old, start, end))


def _counts(operation: Operation) -> bool:
    return operation.is_write and operation.cooperates and operation.acknowledged


def _published(events: Iterable[Event], epoch: Epoch) -> float:
    rows = (one for one in events if one.source == "row" and one.number("epoch") == epoch.number)
    return next((one.at for one in rows if one.text("phase") == "steady"), float("inf"))


def _longest_lag(events: Iterable[Event], source: str, start: float, end: float) -> float:
    seen = [one for one in events if one.source == "lag" and one.text("from") == source and one.at <= end]
    relevant = [*[one for one in seen if one.at < start][-1:], *(one for one in seen if one.at >= start)]
    return max((one.number("seconds") or 0.0 for one in relevant), default=0.0)
