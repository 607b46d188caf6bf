"""What the watcher's events say: when each epoch began and why, when a quorum stood, when a plan verified."""

from collections.abc import Iterable
from dataclasses import dataclass

from drills.events import Event
from failover.sites import Site

SITES: dict[str, Site] = {"primary": "primary", "secondary": "secondary"}


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One epoch of the tier, ``began`` when the watcher first saw it (at most one look late); ``kind`` of its plan."""

    number: int
    active: Site
    began: float
    kind: str


def epochs(events: Iterable[Event]) -> tuple[Epoch, ...]:
    """Return the epochs that were seen, in their order; what an epoch's first row said counts."""
    first: dict[int, Event] = {}
    for event in sorted((event for event in events if event.source == "row"), key=lambda event: event.at):
        number = event.number("epoch")
        if number is not None:
            first.setdefault(int(number), event)
    return tuple(
        Epoch(number=number, active=SITES[event.text("active")], began=event.at, kind=event.text("kind"))
        for number, event in sorted(first.items())
    )


def epoch_at(known: Iterable[Epoch], at: float) -> Epoch | None:
    """Return the epoch that stood at a moment; None before the first was seen."""
    return max((epoch for epoch in known if epoch.began <= at), key=lambda epoch: epoch.number, default=None)


def quorum_seen_at(events: Iterable[Event], t0: float, *, quorum: int) -> float | None:
    """Return when ``quorum`` observers first called the active site of the standing epoch unhealthy, after ``t0``.

    A vote counts only for the site and epoch it names, and not while the watcher calls its observer silent.
    """
    events = sorted(events, key=lambda event: event.at)
    known = epochs(events)
    latest: dict[str, Event] = {}
    for event in (event for event in events if event.source == "vote"):
        latest[event.text("observer")] = event
        standing = epoch_at(known, event.at)
        against = sum(standing is not None and _is_against(vote, standing) for vote in latest.values())
        if event.at >= t0 and against >= quorum:
            return event.at
    return None


def _is_against(vote: Event, epoch: Epoch) -> bool:
    about = (vote.number("epoch"), vote.text("site"))
    return (
        vote.text("verdict") == "unhealthy" and not vote.facts.get("silent") and about == (epoch.number, epoch.active)
    )


def verified_at(events: Iterable[Event], since: float) -> float | None:
    """Return when a plan's `verify` step first succeeded after a moment."""
    done = (event.at for event in events if event.source == "step" and _is_verified(event) and event.at >= since)
    return min(done, default=None)


def _is_verified(event: Event) -> bool:
    return (event.text("step"), event.text("outcome")) == ("verify", "done")
