"""Holds automation back while a stack is changed, and tells when an observer votes with its new code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from failover import arming
from failover.clock import Clock
from failover.control_table import ControlTable, Snapshot, TierRowMissing
from failover.protocol import Protocol
from failover.tier import Phase, TierRow
from failover.votes import Vote

# At the moment of a change one candidate may be looking on that was started before it; the one after it was not.
NEW_GENERATIONS = 2
STARTS_SECONDS = 288.0  # two starts of an observer: a minute and a schedule's delay apart, and what they take
LOOK_SECONDS = 3.0


class MayNotChange(Exception):
    """The stack should not be changed now; nothing has been."""


class SilentObserver(Exception):
    """A changed observer did not vote again in time."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """For how long at a time; whether the secondary may be serving; the regions whose silence is no surprise."""

    lasting: timedelta
    while_moved: bool = False
    lost: tuple[str, ...] = ()


class Hold:
    """Keeps a stack's tiers disarmed for a while at a time. Those that were disarmed before stay so at the end."""

    def __init__(
        self,
        control: ControlTable,
        protocol: Protocol,
        clock: Clock,
        terms: Terms,
    ) -> None:
        self._control = control
        self._electorates = {tier: tuple(voters) for tier, voters in protocol.electorates.items()}
        self._heard_seconds = protocol.vote_fresh
        self._vote_seconds = STARTS_SECONDS + protocol.generation_overlap
        self._clock = clock
        self._terms = terms
        self._held: dict[str, TierRow] = {}

    def check(self) -> tuple[str, ...]:
        """Return the armed tiers.

        Raises:
            MayNotChange: a tier is moving, or is served by its secondary and nobody said that this is known.
        """
        rows = self.rows()
        for row in rows:
            self._admit(row)
        return tuple(row.tier for row in rows if row.armed_at(self._control.time.now()))

    def take(self) -> None:
        """Disarm what is armed, or longer what is held already.

        Raises:
            MayNotChange: as for ``check``, also if a plan began while it was being disarmed.
        """
        for tier in {*self.check(), *self._mine()}:
            self._held[tier] = arming.disarm(self._control, tier, self._terms.lasting)
            self._admit(self._held[tier])

    def release(self) -> tuple[str, ...]:
        """Arm what was armed before, if every observer of the tier is heard; return the tiers that stay disarmed.

        Those arm themselves when the time is over for which they were disarmed. One that a person has armed or
        disarmed meanwhile is that person's.
        """
        mine = self._mine()
        silent = self._unheard() if mine else set()
        for tier in sorted(mine - silent):
            self._held.pop(tier)
            arming.arm(self._control, tier, self._electorates[tier])
        return tuple(sorted(silent & mine))

    def _mine(self) -> set[str]:
        """Return the tiers that are disarmed as this hold left them, and forget the others."""
        self._held = {tier: left for tier, left in self._held.items() if _as_left(self._row(tier), left)}
        return set(self._held)

    def rows(self) -> tuple[TierRow, ...]:
        """Return the tiers' rows as they are now."""
        return tuple(row for tier in sorted(self._electorates) if (row := self._row(tier)))

    def voters(self) -> Mapping[tuple[str, str], Vote]:
        """Return the last vote by tier and observer."""
        seen = [self._seen(tier) for tier in self._electorates if self._row(tier)]
        return {(vote.tier, vote.observer): vote for snapshot in seen for vote in snapshot.votes}

    def await_new_votes(self, observer: str, before: Mapping[tuple[str, str], Vote]) -> None:
        """Wait until an observer votes, for each tier that it votes for, as one that was started after the change.

        Raises:
            SilentObserver: it does not within the time that two starts take.
        """
        expected = {tier: before.get((tier, observer)) for tier, by in self._electorates.items() if observer in by}
        wanted = {tier: vote.generation if vote else 0 for tier, vote in expected.items() if self._row(tier)}
        until = self._clock.monotonic() + self._vote_seconds
        while waiting := sorted(self._silent(observer, wanted)):
            if self._clock.monotonic() >= until:
                raise SilentObserver(f"the observer in {observer} has not voted anew for {', '.join(waiting)}")
            self._clock.sleep(LOOK_SECONDS)

    def _silent(self, observer: str, generations: Mapping[str, int]) -> set[str]:
        votes = self.voters()
        heard = {tier: votes.get((tier, observer)) for tier in generations}
        return {
            tier
            for tier, vote in heard.items()
            if vote is None or vote.generation < generations[tier] + NEW_GENERATIONS
        }

    def _unheard(self) -> set[str]:
        """Return the tiers of which some observer's counter stands still between two looks."""
        before = self.voters()
        self._clock.sleep(self._heard_seconds)
        after = self.voters()
        return {
            tier
            for tier, voters in self._electorates.items()
            for voter in set(voters) - set(self._terms.lost)
            if (vote := after.get((tier, voter))) is None or vote == before.get((tier, voter))
        }

    def _row(self, tier: str) -> TierRow | None:
        """Return a tier's row; one that was never armed has none and needs no holding."""
        try:
            return self._control.row(tier)
        except TierRowMissing:
            return None

    def _seen(self, tier: str) -> Snapshot:
        return self._control.snapshot(tier, self._electorates[tier])

    def _admit(self, row: TierRow) -> None:
        if row.phase is not Phase.STEADY or row.unfinished:
            doing = f"{row.kind} {row.plan_id} is at {row.step!r}" if row.step else f"it is {row.phase}"
            raise MayNotChange(f"tier {row.tier} is not steady: {doing}")
        if row.active != "primary" and not self._terms.while_moved:
            raise MayNotChange(f"tier {row.tier} is served by its {row.active}; --while-moved says that you know")


def _as_left(row: TierRow | None, left: TierRow) -> bool:
    return row is not None and (row.armed, row.armed_until) == (left.armed, left.armed_until)
