"""What must hold of the tier itself: its row, its votes, its standby. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from failover.control_table import Snapshot
from failover.protocol import Protocol
from failover.readiness.facts import Facts, Unseen
from failover.readiness.report import Check, Finding, Mark
from failover.tier import Phase
from failover.votes import Tally, Verdict, tally

STATUS = "`lifeboat status --watch` names it; read that observer's log"


def tier_findings(facts: Facts, tier: str, protocol: Protocol) -> Iterator[Finding]:
    """Judge the row and the votes as the first control region that answered tells them."""
    yield from _rows(facts.snapshots)
    seen = next((one for one in facts.snapshots.values() if isinstance(one, Snapshot)), None)
    if seen is None:
        return
    yield _steady(seen)
    yield _armed(seen, facts)
    sight = _Sight(seen=seen, voters=protocol.electorates[tier], count=tally(seen.votes, seen.row, protocol))
    yield _fresh(sight, facts.moved)
    yield _about(sight)
    yield _knowing(sight)
    yield _standby(sight)
    yield _lag(sight, protocol.max_lag)


@dataclass(frozen=True, kw_only=True)
class _Sight:
    """One read of the row and the votes, and what the votes add up to."""

    seen: Snapshot
    voters: tuple[str, ...]
    count: Tally


def _rows(snapshots: Mapping[str, Snapshot | Unseen]) -> Iterator[Finding]:
    for region, one in snapshots.items():
        check = Check(
            name="tier-row",
            where=region,
            expected="the tier's row and votes can be read",
            next_step="a row that is missing is made by `lifeboat arm`; else look at the control table's replica there",
        )
        missing = {"control table": one.why} if isinstance(one, Unseen) else {}
        yield check.judged(missing, "" if isinstance(one, Unseen) else f"epoch {one.row.epoch}, {one.row.active}")


def _steady(seen: Snapshot) -> Finding:
    row = seen.row
    check = Check(
        name="tier-steady",
        expected="phase steady, no plan under way",
        next_step="`lifeboat journal` tells how far the plan is; a held one waits for a person",
    )
    settled = row.phase is Phase.STEADY and row.step is None
    return check.finding(
        Mark.OK if settled else Mark.FAIL, f"{row.phase}, {f'at {row.step!r}' if row.step else 'no plan'}"
    )


def _armed(seen: Snapshot, facts: Facts) -> Finding:
    row = seen.row
    check = Check(name="tier-armed", expected="automatic failovers are allowed", next_step="lifeboat arm")
    armed = row.armed or (facts.now is not None and row.armed_at(facts.now))
    until = f" until {row.armed_until.isoformat()}" if row.armed_until else ""
    return check.finding(Mark.OK if armed else Mark.FAIL, "armed" if armed else f"disarmed{until}")


def _fresh(sight: _Sight, moved: frozenset[str]) -> Finding:
    """Judge every vote: a lost region takes its observer along, so that a quorum needs all the others."""
    check = Check(name="votes-fresh", expected="every observer's counter moves", next_step=STATUS)
    silent = {observer: "its counter stood still" for observer in sight.voters if observer not in moved}
    return check.judged(silent, f"{len(sight.voters)} of {len(sight.voters)} moved while watched")


def _about(sight: _Sight) -> Finding:
    row = sight.seen.row
    check = Check(
        name="votes-epoch", expected=f"every vote is about {row.active} in epoch {row.epoch}", next_step=STATUS
    )
    votes = {vote.observer: vote for vote in sight.seen.votes}
    missing = {observer: "no vote" for observer in sight.voters if observer not in votes}
    strayed = {
        observer: f"about {votes[observer].site} in epoch {votes[observer].epoch}"
        for observer in sight.voters
        if observer in votes and not votes[observer].about(row)
    }
    return check.judged({**missing, **strayed}, f"{len(sight.voters)} votes")


def _knowing(sight: _Sight) -> Finding:
    """Judge what observers know, not what they think: one that cannot tell will never call the active site down."""
    check = Check(
        name="votes-know",
        expected="every observer can tell whether the active site is well",
        next_step="the vote's reason says what it met, throttling or a refusal: see `lifeboat status`",
    )
    about = [vote for vote in sight.seen.votes if vote.about(sight.seen.row)]
    blind = {vote.observer: vote.reason for vote in about if vote.verdict is Verdict.UNKNOWN}
    enough = len(about) - len(blind) >= sight.count.quorum
    return check.judged(blind, "all can", Mark.WARN if enough else Mark.FAIL)


def _standby(sight: _Sight) -> Finding:
    check = Check(
        name="standby-healthy",
        expected="every observer sees the standby answer",
        next_step="look at the canary table in the standby's region; without a quorum no failover goes there",
    )
    blind = {
        vote.observer: f"the standby is {vote.standby}"
        for vote in sight.seen.votes
        if vote.standby is not Verdict.HEALTHY
    }
    return check.judged(blind, "it answers", Mark.WARN if sight.count.standby_is_up else Mark.FAIL)


def _lag(sight: _Sight, max_lag_seconds: float) -> Finding:
    limit = round(max_lag_seconds * 1000)
    check = Check(
        name="standby-lag",
        expected=f"at most {limit} ms at the last canary that the active site acknowledged",
        next_step="let the replication catch up; look at ReplicationLatency of the canary table",
    )
    behind = {
        vote.observer: _told(vote.acked_lag_ms) for vote in sight.seen.votes if not _within(vote.acked_lag_ms, limit)
    }
    enough = sum(lag <= limit for lag in sight.count.acked_lags_ms) >= sight.count.quorum
    return check.judged(
        behind, f"at most {max(sight.count.acked_lags_ms, default=0)} ms", Mark.WARN if enough else Mark.FAIL
    )


def _within(lag_ms: int | None, limit: int) -> bool:
    return lag_ms is not None and lag_ms <= limit


def _told(lag_ms: int | None) -> str:
    return "not known yet" if lag_ms is None else f"{lag_ms} ms"
