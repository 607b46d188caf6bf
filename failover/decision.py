"""What an order leads to, given the row and the votes just read. Pure: the whole policy of law 4 is on this page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from failover.control_table import Snapshot
from failover.orders import Order, OrderKind
from failover.protocol import Protocol
from failover.sites import Site, other
from failover.tier import Kind, Phase, TierRow
from failover.votes import Tally, not_older, tally

DATE_RESOLUTION = timedelta(seconds=2)  # HTTP dates are whole seconds on both ends


class MovesNothing(Exception):
    """The decision is not to start or resume a plan."""


class Action(StrEnum):
    """What to do now."""

    REPEAT = "repeat"
    START = "start"
    TAKE_OVER = "take over"
    RESUME = "resume"
    CANCEL = "cancel"
    MEND = "mend"
    STAY = "stay"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``code`` is one word for alarms and tests, ``reason`` a sentence for people; ``page`` tells them."""

    action: Action
    code: str
    reason: str
    kind: Kind | None = None
    target: Site | None = None
    page: bool = False

    @property
    def move(self) -> tuple[Kind, Site]:
        """Return what to start or resume, and where to.

        Raises:
            MovesNothing: this decision is another one.
        """
        if self.kind is None or self.target is None:
            raise MovesNothing(f"{self.action} names no move: {self.reason}")
        return self.kind, self.target


def decide(order: Order, seen: Snapshot, now: datetime, protocol: Protocol) -> Decision:
    """Say what the order leads to. ``now`` and the order's time are AWS time."""
    if seen.answered:
        reason = f"the order was answered before: {seen.answered['outcome']}"
        return Decision(action=Action.REPEAT, code="again", reason=reason)
    if repeated := _repeated(order, seen.row) or _stale(order, seen.row, now, protocol):
        return repeated
    return _woken(order, seen, now, protocol) if order.kind is OrderKind.WAKE else _ordered(order, seen, protocol)


def _repeated(order: Order, row: TierRow) -> Decision | None:
    """A second copy of the order that the row's plan carries out, or did, starts nothing and refuses nothing."""
    if order.id != row.plan_id:
        return None
    doing = f"is at {row.step!r}, {row.phase}" if row.step else "has ended"
    return Decision(action=Action.STAY, code="again", reason=f"plan {row.plan_id} of this very order {doing}")


def _woken(order: Order, seen: Snapshot, now: datetime, protocol: Protocol) -> Decision:
    row = seen.row
    count = tally(not_older(seen.votes, order.seen_counters), row, protocol)
    late = now - order.issued_at > timedelta(seconds=protocol.vote_fresh) + DATE_RESOLUTION
    stalled = row.unfinished and order.stalled_counter == row.owner_counter
    if row.phase is Phase.HELD:
        return Decision(action=Action.STAY, code="held", reason=f"plan {row.plan_id} is held for a person", page=True)
    if count.active_is_down and not late and row.phase in (Phase.STEADY, Phase.PREPARING):
        automatic = _automatic(row, count, now, protocol)
        if automatic.action is Action.START or not stalled:
            return automatic
    if stalled:
        return Decision(action=Action.TAKE_OVER, code="stalled", reason=f"{row.owner} stood still at {row.step!r}")
    if row.unfinished:
        return Decision(action=Action.STAY, code="busy", reason=f"{row.owner} carries out plan {row.plan_id}")
    return Decision(action=Action.MEND, code="no-quorum", reason=f"{len(count.unhealthy)} of {count.quorum} votes down")


def _automatic(row: TierRow, count: Tally, now: datetime, protocol: Protocol) -> Decision:
    """Start, or say to people why a quorum was not enough."""
    target = other(row.active)
    said = f"{', '.join(count.unhealthy)} say that {row.active} is down"
    if not row.armed_at(now):
        return _refused("disarmed", f"{said}; automation is disarmed", page=True)
    moved = row.moved_at.get(target)
    if moved is not None and now - moved < timedelta(seconds=protocol.cooldown):
        return _refused("cooldown", f"{said}; the last move to {target} was at {moved.isoformat()}", page=True)
    if not count.standby_is_up:
        return _refused("target-down", f"{said}; no quorum sees {target} answer", page=True)
    if not _was_fresh(count, protocol):
        return _refused("target-stale", f"{said}; {target} was not known to be up to date", page=True)
    return Decision(action=Action.START, code="quorum", reason=said, kind=Kind.FAILOVER, target=target)


def _was_fresh(count: Tally, protocol: Protocol) -> bool:
    """A majority saw the target up to date at the last canary that the active site acknowledged."""
    fresh = [lag for lag in count.acked_lags_ms if lag <= protocol.max_lag * 1000]
    return len(fresh) >= count.quorum


def _stale(order: Order, row: TierRow, now: datetime, protocol: Protocol) -> Decision | None:
    if order.epoch != row.epoch:
        return _refused("epoch", f"the order is for epoch {order.epoch}, the tier is in {row.epoch}; look again")
    if now - order.issued_at > timedelta(seconds=protocol.cooldown):
        return _refused("old", f"the order was given at {order.issued_at.isoformat()}; give it again if it still holds")
    if order.issued_at - now > timedelta(seconds=protocol.vote_fresh) + DATE_RESOLUTION:
        return _refused("future", f"the order is of {order.issued_at.isoformat()}, and AWS says {now.isoformat()}")
    return None


def _ordered(order: Order, seen: Snapshot, protocol: Protocol) -> Decision:
    row = seen.row
    if order.kind is OrderKind.ABORT:
        return _aborted(row)
    if row.phase is Phase.HELD and _goes_on(order, row):
        return Decision(action=Action.RESUME, code="ordered", reason=order.reason, kind=_kind(order), target=row.target)
    if row.unfinished:
        return _refused("busy", f"{row.owner} carries out plan {row.plan_id}, at {row.step!r}; wait for its end")
    return _move(order, seen, protocol)


def _goes_on(order: Order, row: TierRow) -> bool:
    """Whether an order is about where the held plan goes; only views of a planned move are short enough to drain."""
    there = order.target in (None, row.target) and (order.kind is not OrderKind.FAILBACK or row.target == "primary")
    return there and (not _kind(order).planned or (row.kind is not None and row.kind.planned))


def _move(order: Order, seen: Snapshot, protocol: Protocol) -> Decision:
    row, target = seen.row, other(seen.row.active)
    if _kind(order).planned and row.phase is not Phase.STEADY:
        # Preparing lets clients write to the row's active site, which a held plan has not published.
        return _refused("held", f"plan {row.plan_id} is held: order a failover to {row.target}, or an abort")
    if order.target is not None and order.target != target:
        return _refused("target", f"{order.target} is active already")
    if order.kind is OrderKind.FAILBACK and target != "primary":
        return _refused("target", "primary is active already; there is nothing to fail back")
    count = tally(seen.votes, row, protocol)
    if _kind(order).planned and (problem := _unfit_for_plan(count, row, target, protocol)):
        return problem
    return Decision(action=Action.START, code="ordered", reason=order.reason, kind=_kind(order), target=target)


def _unfit_for_plan(count: Tally, row: TierRow, target: Site, protocol: Protocol) -> Decision | None:
    """Say why a planned move would lose writes or a site; ``None`` if it would not."""
    if count.active_is_down:
        return _refused("active-down", f"{row.active} does not answer; order a failover instead")
    if not count.standby_is_up:
        return _refused("target-down", f"no quorum sees {target} answer")
    behind = [lag for lag in count.lags_ms if lag > protocol.max_lag * 1000]
    if behind:
        return _refused("target-stale", f"{target} is {max(behind)} ms behind; let it catch up")
    if len(count.lags_ms) < count.quorum:
        return _refused("target-stale", f"no quorum knows how far {target} is behind; wait until one does")
    return None


def _aborted(row: TierRow) -> Decision:
    if row.phase is Phase.PREPARING:
        return Decision(action=Action.CANCEL, code="ordered", reason="nothing was stopped yet")
    if row.phase is Phase.STEADY:
        return _refused("published", "nothing to abort: the tier is steady; use switchover or failback")
    if row.kind is Kind.ABORT:
        return _refused("aborting", f"plan {row.plan_id} goes back to {row.active} already; to move on: failover")
    reason, back = f"plan {row.plan_id} is undone", other(row.active)
    return Decision(action=Action.START, code="ordered", reason=reason, kind=Kind.ABORT, target=back)


def _kind(order: Order) -> Kind:
    return Kind(order.kind.value)


def _refused(code: str, reason: str, *, page: bool = False) -> Decision:
    return Decision(action=Action.REFUSE, code=code, reason=reason, page=page)
