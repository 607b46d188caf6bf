"""Acting without a majority of the control table: what must be so before, what is kept, how it is merged after.

Nothing here opens writes. A client writes only with a fresh view of the tier's row, which nobody can read now; and an
override that clients follow instead could not be taken back from one that never saw the row again (law 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from failover import tier
from failover.arming import FORCED_EPOCHS
from failover.failures import Failure, failure_of
from failover.sites import Site
from failover.tier import Change, Kind, NewPlan, TierRow

STEP: Final = "wait"  # where the merged plan goes on: with its whole wait


class Majority(StrEnum):
    """What the control regions' answers show of the control table."""

    THERE = "there"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Known:
    """The last that is known of the row; ``source`` says from where."""

    epoch: int
    active: Site
    source: str


@dataclass(frozen=True, kw_only=True)
class Glass:
    """One break of the glass, as its record keeps it; ``at`` is the operator's machine's time, for people only."""

    id: str
    stack: str
    tier: str
    known: Known
    target: Site
    by: str
    reason: str
    proof: str
    at: datetime

    @property
    def epoch(self) -> int:
        """The forced epoch: further than the row can have moved on unseen."""
        return self.known.epoch + FORCED_EPOCHS


def majority(answers: Mapping[str, object]) -> Majority:
    """Judge one consistent read of the row in each control region.

    One answer shows the majority. Its loss shows only where a region was reached and could not serve: if none was
    reached it may be this machine that is cut off, and the control plane is well.
    """
    errors = [answer for answer in answers.values() if isinstance(answer, Exception)]
    if len(errors) < len(answers):
        return Majority.THERE
    reached = [error for error in errors if failure_of(error) is Failure.BROKEN]
    return Majority.LOST if reached else Majority.UNKNOWN


def is_off(answer: object) -> bool:
    """Say whether a region's answer to a canary leaves it possible that the site is off: it gave none, or a 5xx."""
    return isinstance(answer, Exception) and failure_of(answer) in (Failure.UNREACHABLE, Failure.BROKEN)


def merged(row: TierRow, glass: Glass, now: datetime) -> Change:
    """Return the write that makes the row agree with what was forced; ``now`` is AWS time.

    The plan is held until an order resumes it, and then waits every view out, as each failover does.
    """
    plan = NewPlan(plan_id=glass.id, kind=Kind.FAILOVER, target=glass.target, owner=glass.by, at=now)
    return tier.force(row, plan, glass.epoch, STEP)
