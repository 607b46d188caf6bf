"""Whether the list of lost writes can be whole: what a lost region did not send is forgotten with its stream.

How long a region was away is recorded nowhere. What can be seen is that it has worked since the move: it then lists
canaries that lost. In mode `streams` its replicator lists those that were on their way. Three observers write one every
few seconds, and each is on its way for longer than a second, so that a failover nearly always leaves some. In mode
`mrec` its auditor lists those that the new site's overruled, which is each of them, as soon as these arrive. Where none
is listed, nothing shows that the list is whole, and it is not called so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from failover.replication.lost_writes import LostWrite, version_of

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html: records are removed after 24 hours
RETENTION = timedelta(hours=24)
WARNED = timedelta(hours=18)


class Verdict(StrEnum):
    """What can be said of the list."""

    COMPLETE = "complete"
    WAITING = "waiting"  # for what the old site has not sent yet
    EXPIRING = "expiring"  # waiting, and the old site's stream will soon forget
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """What can be said, and why; ``expires_at`` is when the old site's stream has forgotten all of before the move."""

    verdict: Verdict
    why: str
    expires_at: datetime | None = None


def complete(why: str) -> Completeness:
    """Say that nothing is missing."""
    return Completeness(verdict=Verdict.COMPLETE, why=why)


def has_come_over(canaries: Iterable[LostWrite], epoch: int) -> bool:
    """Say whether the old site lists a canary that lost to one of this epoch, which the move began."""
    winners = (version_of(one.winner) for one in canaries if one.winner)
    return any(winner is not None and winner.epoch >= epoch for winner in winners)


def judge(moved_at: datetime, now: datetime) -> Completeness:
    """Say what the list is worth while nothing shows that the sites have met; both times are AWS time."""
    waited = now - moved_at
    verdict = Verdict.WAITING
    if waited >= RETENTION:
        verdict = Verdict.INCOMPLETE
    elif waited >= WARNED:
        verdict = Verdict.EXPIRING
    why = (
        f"nothing shows that the old site's last writes of before {moved_at:%Y-%m-%d %H:%M} UTC have met the new one's"
    )
    return Completeness(verdict=verdict, why=why, expires_at=moved_at + RETENTION)
