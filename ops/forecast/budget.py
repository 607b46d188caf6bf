"""How long a failover of the data tier takes and what it may leave behind, with the arithmetic, from the protocol.

Worst cases of one fault with the control plane well. What no setting says is an allowance: a function's start, a
consistent read and a conditional write of a table with three strong replicas, 65 ms apart.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from failover.client_view import HEDGE_SECONDS
from failover.protocol import Protocol

BUDGET_SECONDS = 20.0
VOTE_SECONDS = 1.5
MARK_SECONDS = 0.5
PUBLISH_SECONDS = 0.5
VERIFY_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One summand; ``arithmetic`` says where its seconds come from."""

    name: str
    seconds: float
    arithmetic: str


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The largest value of a setting that keeps the budget while all others stay as they are."""

    setting: str
    value: float
    largest: float

    @property
    def holds(self) -> bool:
        """Whether the setting keeps the budget."""
        return self.value <= self.largest


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Steps and what they come to."""

    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """Their sum."""
        return sum(step.seconds for step in self.steps)


def detection(protocol: Protocol) -> Step:
    """Return the time from the loss of a site until a quorum's votes have woken an orchestrator, for either tier."""
    misses = protocol.fall * protocol.probe_interval
    return Step(
        name="detect",
        seconds=misses + protocol.probe_deadline + VOTE_SECONDS,
        arithmetic=f"fall {protocol.fall} x probe interval {protocol.probe_interval:g} + probe deadline "
        f"{protocol.probe_deadline:g} + vote, read and wake {VOTE_SECONDS:g}",
    )


def recovery_time(protocol: Protocol) -> Promise:
    """Return RTO: from the loss of the active region to verified writes in the other. ``protocol`` as deployed."""
    numbers = protocol
    return Promise(
        steps=(
            detection(protocol),
            Step(name="mark", seconds=MARK_SECONDS, arithmetic=f"votes read again, one write: {MARK_SECONDS:g}"),
            Step(
                name="wait",
                seconds=numbers.client_wait(),
                arithmetic=f"client view {numbers.client_view:g} + client margin {numbers.client_margin:g}",
            ),
            Step(name="publish", seconds=PUBLISH_SECONDS, arithmetic=f"one write: {PUBLISH_SECONDS:g}"),
            Step(
                name="client poll",
                seconds=numbers.moving_poll + HEDGE_SECONDS,
                arithmetic=f"moving poll {numbers.moving_poll:g} + hedge to the next region {HEDGE_SECONDS:g}",
            ),
            Step(name="verify", seconds=VERIFY_SECONDS, arithmetic=f"a canary through the target: {VERIFY_SECONDS:g}"),
        )
    )


def recovery_point(mode: str, protocol: Protocol) -> Promise:
    """Return RPO: the age of the oldest acknowledged write that an automatic failover may not find in the target.

    Nothing of it is lost: it arrives when the region is back, unless a newer write stands there.
    """
    if mode == "mrsc":
        return Promise(
            steps=(Step(name="strong writes", seconds=0.0, arithmetic="acknowledged only once two regions hold it"),)
        )
    apart = f"probe interval {protocol.probe_interval:g}"
    gate = f"max lag {protocol.max_lag:g}, or nothing moves"
    if mode == "streams":
        gate += "; a replicator's own lag counts: for a canary 1 s of gathering, a poll of the stream and a run"
    return Promise(
        steps=(
            Step(name="lag", seconds=protocol.max_lag, arithmetic=gate),
            Step(name="grid", seconds=protocol.probe_interval, arithmetic=f"canaries are a {apart} apart"),
            Step(name="age", seconds=protocol.probe_interval, arithmetic=f"the last one may be a {apart} old"),
        )
    )


def limits(protocol: Protocol, budget_seconds: float = BUDGET_SECONDS) -> tuple[Limit, ...]:
    """Say of each setting that the recovery time is made of how large it may be."""
    slack = budget_seconds - recovery_time(protocol).seconds
    return tuple(_limits(protocol, slack))


def _limits(protocol: Protocol, slack: float) -> Iterator[Limit]:
    rise = {"fall": protocol.probe_interval, "probe_interval": float(protocol.fall)}
    rise |= dict.fromkeys(("probe_deadline", "client_view", "client_margin", "moving_poll"), 1.0)
    for setting, seconds_each in rise.items():
        value = float(getattr(protocol, setting))
        largest = value + slack / seconds_each
        yield Limit(setting=setting, value=value, largest=math.floor(largest) if setting == "fall" else largest)
