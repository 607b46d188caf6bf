"""Owning a plan: every write is conditional on it, every pause shows that the owner lives, losing it stops at once."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from failover.backoff import Backoff
from failover.clock import Clock
from failover.control_table import ControlTable
from failover.failures import AWS_ERRORS, code_of
from failover.protocol import Protocol
from failover.tier import Change, TierRow, beat

T = TypeVar("T")
FIRST_PAUSE_SECONDS: Final = 0.1


class StepFailed(Exception):
    """A step did not reach its state within its time."""


class PlanOverdue(Exception):
    """The plan's whole time is spent, on AWS's clock, over all of its owners."""


class NotYet(Exception):
    """The state aimed at is not there yet; look again."""


class Ownership:
    """One owner's hold on one plan. Methods raise `control_table.AlreadyMoved` once it is lost."""

    def __init__(
        self, row: TierRow, control: ControlTable, clock: Clock, dice: random.Random, protocol: Protocol
    ) -> None:
        self.row = row
        self._control = control
        self._clock = clock
        self._dice = dice
        self._protocol = protocol
        self._beaten = self._entered = clock.monotonic()

    def commit(self, change: Change) -> None:
        """Write one transition of the row."""
        step, self.row = self.row.step, self._control.apply(self.row.tier, change)
        self._beaten = self._clock.monotonic()
        if self.row.step != step:
            self._entered = self._beaten

    def rest(self, seconds: float) -> None:
        """Wait, with a heartbeat whenever one is due, counted from when this owner saw its step in the row [m].

        Raises:
            PlanOverdue: the plan's time is over.
        """
        until = self._entered + seconds
        while (left := until - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, self._protocol.heartbeat))
            self._beat_if_due()

    def insist(self, call: Callable[[], T], seconds: float, longest_pause: float | None = None) -> T:
        """Call until it works, with full jitter between the tries; they grow apart, to half a heartbeat at most.

        ``longest_pause`` keeps them closer: for what comes soon while nobody may write.

        Raises:
            StepFailed: it did not within ``seconds``.
            PlanOverdue: the plan's time is over.
        """
        until = self._clock.monotonic() + seconds
        longest = longest_pause or self._protocol.heartbeat / 2
        pauses = Backoff(first_seconds=FIRST_PAUSE_SECONDS, longest_seconds=longest)
        for attempt in itertools.count():
            try:
                return call()
            except (*AWS_ERRORS, NotYet) as error:
                if self._clock.monotonic() >= until:
                    raise StepFailed(f"not within {seconds:g} s: {code_of(error)}: {error}") from error
                seen = f"{code_of(error)}: {error}"
            self._clock.sleep(pauses.pause(attempt, self._dice.random()))
            self._beat_if_due(f"; still {seen}")
        raise AssertionError("unreachable: the loop above only ends by returning or raising")

    def _beat_if_due(self, seen: str = "") -> None:
        if self._control.time.now() - self.row.changed_at > timedelta(seconds=self._protocol.plan_total):
            raise PlanOverdue(f"plan {self.row.plan_id} began at {self.row.changed_at.isoformat()}{seen}")
        if self._clock.monotonic() - self._beaten >= self._protocol.heartbeat:
            self.commit(beat(self.row))
