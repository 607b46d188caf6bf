"""From probes to a verdict: consecutive misses and goods, and a latency limit over the observer's own baseline."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from failover.protocol import Protocol
from failover.votes import Verdict, Vote

BASELINE_SAMPLES = 100


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One turn's look at both sites. ``latency_ms`` is the active's slowest call, ``None`` without an answer.

    ``acknowledged`` is true if the active site took this turn's canary. ``lag_ms`` is the standby's, as far as known.
    ``neutral`` marks a turn that proves nothing either way (throttled).
    """

    latency_ms: float | None
    acknowledged: bool
    neutral: bool
    reason: str
    standby: Verdict
    lag_ms: int | None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What an observer has made of one site in one epoch; carried on by the next generation through its vote."""

    verdict: Verdict = Verdict.UNKNOWN
    misses: int = 0
    goods: int = 0
    reason: str = "no probe yet"
    acked_lag_ms: int | None = None
    neutrals: int = 0

    @classmethod
    def of(cls, vote: Vote) -> "Observation":
        """Continue from the last vote."""
        counts = {"misses": vote.misses, "goods": vote.goods}
        return cls(verdict=vote.verdict, reason=vote.reason, acked_lag_ms=vote.acked_lag_ms, **counts)


def limit_ms(good_latencies_ms: Sequence[float], max_latency_ms: float) -> float:
    """Return the latency over which a probe is a miss: the baseline's median plus the allowance.

    Without a baseline the allowance alone is the limit.
    """
    recent = good_latencies_ms[-BASELINE_SAMPLES:]
    return max_latency_ms + (statistics.median(recent) if recent else 0.0)


def observe(before: Observation, probe: Probe, limit: float, protocol: Protocol) -> Observation:
    """Fold one probe into the verdict: ``fall`` misses in a row turn it, ``rise`` goods in a row turn it back.

    ``fall`` probes in a row that prove nothing leave no verdict standing, and no count.
    """
    lag_ms = probe.lag_ms if probe.acknowledged else before.acked_lag_ms
    if probe.neutral:
        return _unknowing(before, lag_ms, probe.reason, protocol)
    if probe.latency_ms is None:
        return _missed(before, lag_ms, probe.reason, protocol)
    if probe.latency_ms > limit:
        return _missed(before, lag_ms, f"{probe.latency_ms:.0f} ms, over the limit of {limit:.0f} ms", protocol)
    return _good(before, lag_ms, probe.reason, protocol)


def _unknowing(before: Observation, lag_ms: int | None, reason: str, protocol: Protocol) -> Observation:
    after = replace(before, acked_lag_ms=lag_ms, neutrals=before.neutrals + 1, reason=reason)
    if after.neutrals < protocol.fall:
        return after
    return replace(after, verdict=Verdict.UNKNOWN, misses=0, goods=0)


def _missed(before: Observation, lag_ms: int | None, reason: str, protocol: Protocol) -> Observation:
    misses = before.misses + 1
    verdict = Verdict.UNHEALTHY if misses >= protocol.fall else before.verdict
    return Observation(verdict=verdict, misses=misses, reason=reason, acked_lag_ms=lag_ms)


def _good(before: Observation, lag_ms: int | None, reason: str, protocol: Protocol) -> Observation:
    goods = before.goods + 1
    verdict = Verdict.HEALTHY if goods >= protocol.rise else before.verdict
    return Observation(verdict=verdict, goods=goods, reason=reason, acked_lag_ms=lag_ms)
