"""Votes of the observers about a tier's active site, and what they add up to. Silence is no opinion."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from failover.protocol import Protocol
from failover.sites import Site
from failover.tier import TierRow


class Verdict(StrEnum):
    """What an observer thinks of a site."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One observer's row. ``lag_ms`` is the standby's, ``acked_lag_ms`` at the last canary the active acknowledged."""

    observer: str
    tier: str
    site: Site
    epoch: int
    counter: int
    generation: int
    verdict: Verdict
    misses: int
    goods: int
    reason: str
    standby: Verdict
    lag_ms: int | None = None
    acked_lag_ms: int | None = None
    latency_ms: int | None = None

    def about(self, row: TierRow) -> bool:
        """Whether it speaks of this row's active site in this row's epoch; any other vote is ignored."""
        return (self.tier, self.site, self.epoch) == (row.tier, row.active, row.epoch)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many of the electorate say what, out of votes that count."""

    quorum: int
    unhealthy: tuple[str, ...]
    standby_healthy: tuple[str, ...]
    lags_ms: tuple[int, ...]
    acked_lags_ms: tuple[int, ...]

    @property
    def active_is_down(self) -> bool:
        """A majority of the configured electorate says so."""
        return len(self.unhealthy) >= self.quorum

    @property
    def standby_is_up(self) -> bool:
        """A majority of the configured electorate sees the standby answer."""
        return len(self.standby_healthy) >= self.quorum


def tally(votes: Iterable[Vote], row: TierRow, protocol: Protocol) -> Tally:
    """Count the votes of the row's electorate that speak of its active site and epoch.

    A verdict stays `unhealthy` until ``rise`` probes in a row were good; but whoever was answered last is no witness
    for leaving. Where both sites come back together, the standby would look well before the active site does.
    """
    voters = protocol.electorates[row.tier]
    counted = [vote for vote in votes if vote.observer in voters and vote.about(row)]
    return Tally(
        quorum=protocol.quorum(row.tier),
        unhealthy=tuple(vote.observer for vote in counted if vote.verdict is Verdict.UNHEALTHY and vote.misses),
        standby_healthy=tuple(vote.observer for vote in counted if vote.standby is Verdict.HEALTHY),
        lags_ms=tuple(vote.lag_ms for vote in counted if vote.lag_ms is not None),
        acked_lags_ms=tuple(vote.acked_lag_ms for vote in counted if vote.acked_lag_ms is not None),
    )


def not_older(votes: Iterable[Vote], seen: Mapping[str, int]) -> list[Vote]:
    """Keep the votes that an order's sender saw moving, at its counters or later [m]."""
    return [vote for vote in votes if vote.observer in seen and vote.counter >= seen[vote.observer]]


class Freshness:
    """Which counters moved within the reader's last few seconds, on the reader's own monotonic clock (law 9).

    A counter that moved may have done so right after the reading before, so its time counts from there: a reader that
    was cut off for long takes nothing for fresh that fell silent meanwhile.
    """

    def __init__(self, within: float) -> None:
        self._within = within
        self._read: dict[str, tuple[int, float]] = {}
        self._moved: dict[str, float] = {}

    def see(self, counters: Mapping[str, int], now: float) -> None:
        """Take a reading; a counter seen for the first time has not been seen moving."""
        for name, counter in counters.items():
            before, at = self._read.get(name, (counter, now))
            if counter > before:
                self._moved[name] = at
            self._read[name] = (max(before, counter), now)

    def fresh(self, name: str, now: float) -> bool:
        """Whether the counter was seen moving, and not before the window."""
        return name in self._moved and now - self._moved[name] <= self._within


class Stillness:
    """For how long one value has stood still, on the reader's own monotonic clock."""

    def __init__(self) -> None:
        self._last: tuple[object, float] | None = None

    def see(self, value: object, now: float) -> float:
        """Take a reading and return the seconds since the value last changed."""
        if self._last is None or value != self._last[0]:
            self._last = (value, now)
        return now - self._last[1]
