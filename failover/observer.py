"""An observer's turn: look at both sites, make up its mind, vote, read what all say, wake whoever must act."""

import itertools
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from failover.ballot import Ballot
from failover.canary import CanaryWatch
from failover.clock import Clock
from failover.control_table import ControlTable, Snapshot
from failover.due import Due, what_is_due
from failover.observation import BASELINE_SAMPLES, Observation, Probe, limit_ms, observe
from failover.outside import ActiveParameter, differing, wanted
from failover.protocol import Protocol as Numbers
from failover.sites import Sites, other
from failover.tier import TierRow, Value
from failover.votes import Freshness, Stillness, Vote

log = logging.getLogger(__name__)


class Waker(Protocol):
    """Tells the region's orchestrator that something is due; never raises."""

    def wake(self, row: TierRow, due: Due) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where an observer stands and what it works with."""

    name: str
    tier: str
    sites: Sites
    max_latency_ms: float
    numbers: Numbers
    clock: Clock
    control: ControlTable
    watch: CanaryWatch
    ballot: Ballot
    parameter: ActiveParameter
    waker: Waker


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a turn came to, for the log and the metrics. ``silent_peers`` are None before it can be told who is."""

    row: TierRow
    probe: Probe
    observation: Observation
    voting: bool
    silent_peers: tuple[str, ...] | None
    quorum_votes: bool
    due: Due | None


class Observer:
    """One generation of one observer. It looks on for a while before it takes the vote from its predecessor."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._began = post.clock.monotonic()
        self._generation: int | None = None
        self._predecessors_counter: int | None = None
        self._seen: Snapshot | None = None
        self._observation = Observation()
        self._good_latencies_ms: deque[float] = deque(maxlen=BASELINE_SAMPLES)
        self._freshness = Freshness(post.numbers.vote_fresh)
        self._owner = Stillness()
        self._looks_outside = itertools.cycle((True, *[False] * (post.numbers.turns_between_looks() - 1)))

    def turn(self) -> Turn:
        """Take one turn.

        Raises:
            Superseded: a later generation votes now; this one is done.
            TierRowMissing, MalformedRow: there is nothing to vote about.
            BotoCoreError, ClientError: the control table does not answer.
        """
        before = self._seen or self._read()
        probe, outside = self._look(before.row)
        self._make_up_its_mind(probe)
        if self._generation is None:
            self._seen = None  # until read again: a vote without an answer may have taken the generation
        self._vote(before, probe)
        seen = self._read(before)
        return self._act(seen, probe, outside)

    def _look(self, row: TierRow) -> tuple[Probe, Mapping[str, object]]:
        post = self._post
        active, standby = post.sites.region(row.active), post.sites.region(other(row.active))
        outside = post.parameter.reads() if next(self._looks_outside) else {}
        return post.watch.turn(active, standby, row.epoch, post.numbers.probe_deadline, outside)

    def _make_up_its_mind(self, probe: Probe) -> None:
        limit = limit_ms(tuple(self._good_latencies_ms), self._post.max_latency_ms)
        self._observation = observe(self._observation, probe, limit, self._post.numbers)
        if probe.latency_ms is not None and probe.latency_ms <= limit:
            self._good_latencies_ms.append(probe.latency_ms)

    def _vote(self, before: Snapshot, probe: Probe) -> None:
        after = self._generation if self._generation is not None else self._predecessor(before)
        if self._generation is None and after is not None and not self._has_looked_on():
            return
        mine = self._generation or (after or 0) + 1
        replaced = self._post.ballot.cast(self._opinion(before.row, probe), generation=mine, after=after)
        self._generation = mine
        if replaced is not None and replaced.about(before.row):
            self._observation = self._with_lag_of(replaced)

    def _has_looked_on(self) -> bool:
        return self._post.clock.monotonic() - self._began >= self._post.numbers.generation_overlap

    def _predecessor(self, seen: Snapshot) -> int | None:
        own = self._own(seen)
        return own.generation if own else None

    def _own(self, seen: Snapshot) -> Vote | None:
        return next((vote for vote in seen.votes if vote.observer == self._post.name), None)

    def _opinion(self, row: TierRow, probe: Probe) -> Mapping[str, Value]:
        mind = self._observation
        counts = {"misses": mind.misses, "goods": mind.goods, "acked_lag_ms": mind.acked_lag_ms}
        now = {"standby": probe.standby, "lag_ms": probe.lag_ms, "latency_ms": _whole(probe.latency_ms)}
        return {"site": row.active, "epoch": row.epoch, "verdict": mind.verdict, "reason": mind.reason, **counts, **now}

    def _read(self, before: Snapshot | None = None) -> Snapshot:
        """Read the row and all votes, and forget what was about another epoch or site."""
        post = self._post
        seen = post.control.snapshot(post.tier, post.numbers.electorates[post.tier])
        own = self._own(seen)
        if self._generation is None and own is not None and own.about(seen.row):
            self._observation = self._continued(own)
        elif before is not None and not _same_subject(before.row, seen.row):
            self._observation = Observation()
            self._good_latencies_ms.clear()
        self._seen = seen
        return seen

    def _continued(self, own: Vote) -> Observation:
        """Go on from a predecessor that is seen to vote; of one that is silent only the last acknowledged lag holds."""
        moved = self._predecessors_counter is not None and own.counter > self._predecessors_counter
        self._predecessors_counter = own.counter
        if moved:
            return Observation.of(own)
        return self._with_lag_of(own)

    def _with_lag_of(self, vote: Vote) -> Observation:
        """Where this generation knows no lag, the last that its predecessor knew holds."""
        mind = self._observation
        return mind if mind.acked_lag_ms is not None else replace(mind, acked_lag_ms=vote.acked_lag_ms)

    def _act(self, seen: Snapshot, probe: Probe, outside: Mapping[str, object]) -> Turn:
        numbers, now = self._post.numbers, self._post.clock.monotonic()
        self._freshness.see({vote.observer: vote.counter for vote in seen.votes}, now)
        fresh = [vote for vote in seen.votes if self._freshness.fresh(vote.observer, now)]
        still = self._owner.see((seen.row.plan_id, seen.row.owner_counter), now)
        differ = differing(outside, wanted(seen.row, self._post.sites))
        due = what_is_due(seen, fresh, still, differ, numbers) if self._generation is not None else None
        if due:
            self._post.waker.wake(seen.row, due)
        return Turn(
            row=seen.row,
            probe=probe,
            observation=self._observation,
            voting=self._generation is not None,
            silent_peers=self._silent({vote.observer for vote in fresh}, now),
            quorum_votes=len(fresh) >= numbers.quorum(self._post.tier),
            due=due,
        )

    def _silent(self, fresh: set[str], now: float) -> tuple[str, ...] | None:
        """Name the peers that were not seen moving, once this generation has looked long enough to tell."""
        if now - self._began < self._post.numbers.vote_fresh:
            return None
        return tuple(name for name in self._post.numbers.electorates[self._post.tier] if name not in fresh)


def _same_subject(one: TierRow, another: TierRow) -> bool:
    return (one.epoch, one.active) == (another.epoch, another.active)


def _whole(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds)
