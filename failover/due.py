"""Whether the control table says that something is to be done. Level-triggered: the same answer until it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from failover.control_table import Snapshot
from failover.protocol import Protocol
from failover.tier import Phase
from failover.votes import Vote, tally


@dataclass(frozen=True, kw_only=True)
class Due:
    """Why to wake the orchestrator, with what the observer saw moving or standing still."""

    reason: str
    seen_counters: Mapping[str, int] = field(default_factory=dict)
    stalled_counter: int | None = None


def what_is_due(
    seen: Snapshot, fresh: Iterable[Vote], owner_still_seconds: float, differing: list[str], protocol: Protocol
) -> Due | None:
    """Say what is due: a quorum against the active site, an abandoned or held plan, or a value outside that differs."""
    row, votes = seen.row, list(fresh)
    counters = {vote.observer: vote.counter for vote in votes}
    stands_still = row.unfinished and owner_still_seconds >= protocol.observed_lease()
    stalled = row.owner_counter if stands_still else None
    if tally(votes, row, protocol).active_is_down and row.phase in (Phase.STEADY, Phase.PREPARING):
        return Due(reason=f"a quorum says that {row.active} is down", seen_counters=counters, stalled_counter=stalled)
    if stalled is not None:
        return Due(reason=f"the owner of {row.plan_id} stands still", stalled_counter=stalled)
    if row.phase is Phase.HELD:
        return Due(reason=f"plan {row.plan_id} is held; people must know")
    if differing:
        return Due(reason=f"{', '.join(differing)}: another region is named active outside")
    return None
