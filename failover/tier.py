"""One tier's row: who serves, in which epoch, and the plan under way. Every transition is one conditional write.

The functions here return a `Change`: what must still hold and what becomes true. `control_table` writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from failover.sites import Site

Value = str | int | bool | None | Mapping[str, str]


class Phase(StrEnum):
    """What clients may do: write while `steady` or `preparing`, nothing while `moving` or `held`."""

    STEADY = "steady"
    PREPARING = "preparing"
    MOVING = "moving"
    HELD = "held"


class Kind(StrEnum):
    """Why a plan runs."""

    FAILOVER = "failover"
    SWITCHOVER = "switchover"
    FAILBACK = "failback"
    ABORT = "abort"

    @property
    def planned(self) -> bool:
        """Whether nothing may be lost: the old site is alive and is drained first."""
        return self in (Kind.SWITCHOVER, Kind.FAILBACK)


@dataclass(frozen=True, kw_only=True)
class TierRow:
    """The row as last read; times are AWS time, aware UTC. ``step`` is set while a plan is unfinished."""

    tier: str
    epoch: int
    active: Site
    phase: Phase
    owner_counter: int
    armed: bool
    changed_at: datetime
    armed_until: datetime | None = None
    moved_at: Mapping[str, datetime] = field(default_factory=dict)
    target: Site | None = None
    plan_id: str | None = None
    kind: Kind | None = None
    step: str | None = None
    owner: str | None = None

    @property
    def unfinished(self) -> bool:
        """Whether a plan still has steps to run and nobody has stopped it."""
        return self.step is not None and self.phase is not Phase.HELD

    def armed_at(self, now: datetime) -> bool:
        """Say whether automatic plans may start; ``disarm --for`` ends by itself at ``armed_until``."""
        return self.armed or (self.armed_until is not None and now >= self.armed_until)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One conditional write. ``None`` expects or makes an attribute absent."""

    expects: Mapping[str, Value]
    sets: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class NewPlan:
    """What a plan's first write puts into the row."""

    plan_id: str
    kind: Kind
    target: Site
    owner: str
    at: datetime


class NoPlanUnderWay(Exception):
    """The row names no plan, or not whole."""


def plan_under_way(row: TierRow, at: datetime) -> NewPlan:
    """Return the row's own plan, for its next opening write.

    Raises:
        NoPlanUnderWay: the row names none.
    """
    if not (row.plan_id and row.kind and row.target and row.owner):
        raise NoPlanUnderWay(f"tier {row.tier}, epoch {row.epoch}: plan {row.plan_id}, {row.kind}, to {row.target}")
    return NewPlan(plan_id=row.plan_id, kind=row.kind, target=row.target, owner=row.owner, at=at)


def mark(row: TierRow, plan: NewPlan, first_step: str) -> Change:
    """Open a new epoch with the target as active, writes stopped until it is published."""
    moved = {**_times(row.moved_at), plan.target: plan.at.isoformat()}
    sets: dict[str, Value] = {"epoch": row.epoch + 1, "active": plan.target, "phase": Phase.MOVING, "moved_at": moved}
    return _owned(row, plan, first_step, sets)


def prepare(row: TierRow, plan: NewPlan, first_step: str) -> Change:
    """Announce a planned move; writes go on, but every view read from now on is a short one."""
    return _owned(row, plan, first_step, {"phase": Phase.PREPARING})


def resume(row: TierRow, plan: NewPlan, step: str) -> Change:
    """Set a held plan going again, in its epoch, with a fresh time budget."""
    return _owned(row, plan, step, {"phase": Phase.MOVING})


def force(row: TierRow, plan: NewPlan, epoch: int, step: str) -> Change:
    """Open an epoch above a forced one, and above the row's, with the plan held: nobody may write until it is resumed.

    Its owner is nobody: whoever resumes it waits out the views of every epoch before.
    """
    moved = {**_times(row.moved_at), plan.target: plan.at.isoformat()}
    over: dict[str, Value] = {"epoch": max(row.epoch, epoch) + 1, "active": plan.target, "phase": Phase.HELD}
    return _owned(row, plan, step, {**over, "moved_at": moved, "owner": None})


def take_over(row: TierRow, owner: str) -> Change:
    """Own a plan whose owner's counter was seen standing still at what the row says."""
    return _next(row, {"owner": owner})


def beat(row: TierRow) -> Change:
    """Show that the owner lives."""
    return _next(row, {})


def advance(row: TierRow, step: str) -> Change:
    """Name the step that runs next."""
    return _next(row, {"step": step})


def publish(row: TierRow, step: str) -> Change:
    """Let clients write to the active site of this epoch: the data tier's point of no return."""
    return _next(row, {"phase": Phase.STEADY, "step": step})


def finish(row: TierRow) -> Change:
    """End the plan; its id and kind stay for the journal's readers."""
    return _next(row, {"step": None, "owner": None, "target": None})


def cancel(row: TierRow) -> Change:
    """End a plan that has stopped no writes yet."""
    return _next(row, {"phase": Phase.STEADY, "step": None, "owner": None, "target": None})


def hold(row: TierRow) -> Change:
    """Stop a plan where it is; a person decides."""
    return _next(row, {"phase": Phase.HELD, "owner": None})


def arm() -> Change:
    """Allow automatic plans; touches no plan under way."""
    return Change(expects={}, sets={"armed": True, "armed_until": None})


def disarm(until: datetime | None) -> Change:
    """Forbid automatic plans, for good or until an AWS time; touches no plan under way."""
    return Change(expects={}, sets={"armed": False, "armed_until": until.isoformat() if until else None})


def _owned(row: TierRow, plan: NewPlan, step: str, sets: Mapping[str, Value]) -> Change:
    armed_until = row.armed_until.isoformat() if row.armed_until else None
    begins = plan.plan_id != row.plan_id  # whoever disarms meanwhile stops what begins, and nothing under way
    expects = {**_pins(row), **({"armed": row.armed, "armed_until": armed_until} if begins else {})}
    taken: dict[str, Value] = {
        "plan_id": plan.plan_id,
        "kind": plan.kind,
        "target": plan.target,
        "owner": plan.owner,
        "step": step,
    }
    stamped: dict[str, Value] = {"changed_at": plan.at.isoformat(), "owner_counter": row.owner_counter + 1}
    return Change(expects=expects, sets={**taken, **stamped, **sets})


def _next(row: TierRow, sets: Mapping[str, Value]) -> Change:
    return Change(expects=_pins(row), sets={"owner_counter": row.owner_counter + 1, **sets})


def _pins(row: TierRow) -> Mapping[str, Value]:
    """What every write of a plan is conditional on, the last counter included [m]."""
    plan = {"plan_id": row.plan_id, "owner": row.owner, "owner_counter": row.owner_counter}
    return {"epoch": row.epoch, "phase": row.phase, **plan}


def _times(times: Mapping[str, datetime]) -> Mapping[str, str]:
    return {name: at.isoformat() for name, at in times.items()}
