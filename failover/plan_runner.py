"""Runs a plan that this process owns, from the step that its row names to the end."""

import logging
from dataclasses import dataclass, replace

from failover import tier
from failover.control_table import AlreadyMoved
from failover.data_plan import DataPlan, Step
from failover.journal import Journal
from failover.ownership import Ownership, PlanOverdue, StepFailed
from failover.pages import Page, Pager, Severity
from failover.tier import Change, Kind, Phase, TierRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an order. ``outcome``: done, held, cancelled, lost, refused, stayed or mended."""

    outcome: str
    code: str
    reason: str
    epoch: int
    plan_id: str | None = None


class PlanRunner:
    """One thread per plan; it stops the moment that a write shows another owner."""

    def __init__(self, plan: DataPlan, pager: Pager) -> None:
        self._plan = plan
        self._pager = pager

    def run(self, own: Ownership, journal: Journal) -> Answer:
        """Run the plan to its end, or to where it is lost or stopped."""
        try:
            while own.row.step is not None:
                self._perform(self._plan.step(own.row.step), own, journal)
        except AlreadyMoved as lost:
            return _answer("lost", own.row, str(lost))
        except PlanOverdue as overdue:
            return self._give_up(own, journal, str(overdue))
        return _answer("done", own.row, f"{own.row.active} is active")

    def _perform(self, step: Step, own: Ownership, journal: Journal) -> None:
        journal.begin(step.name, own.row)
        try:
            journal.note(step.effect(own))
        except StepFailed as failure:
            if not step.may_fail:
                raise PlanOverdue(str(failure)) from failure
            journal.end("failed", str(failure))
            self._pager.say(_failed_step(own.row, step.name, str(failure)))
        if step.transition:
            journal.begin(step.transition, own.row)
        change = step.ending(own.row)
        if _ends_the_plan(change):  # the answer first: nobody takes over a plan that is over, to write it
            journal.answer("done", f"{own.row.active} is active in epoch {own.row.epoch}")
        own.commit(change)
        log.info("step done", extra={"plan": own.row.plan_id, "step": step.name, "epoch": own.row.epoch})

    def _give_up(self, own: Ownership, journal: Journal, reason: str) -> Answer:
        """Stop: undone while nothing was stopped, finished once published, else held for a person."""
        row = own.row
        change = {Phase.PREPARING: tier.cancel, Phase.STEADY: tier.finish}.get(row.phase, tier.hold)(row)
        try:
            own.commit(change)
        except AlreadyMoved as lost:
            return _answer("lost", row, str(lost))
        outcome = "held" if own.row.phase is Phase.HELD else "cancelled" if row.phase is Phase.PREPARING else "done"
        self._pager.say(stopped(replace(own.row, step=row.step), outcome, reason))
        journal.end("stopped", reason)
        journal.answer(outcome, reason)
        return _answer(outcome, own.row, reason)


def _answer(outcome: str, row: TierRow, reason: str) -> Answer:
    return Answer(outcome=outcome, code=outcome, reason=reason, epoch=row.epoch, plan_id=row.plan_id)


def _ends_the_plan(change: Change) -> bool:
    return "step" in change.sets and change.sets["step"] is None


def _failed_step(row: TierRow, step: str, reason: str) -> Page:
    return Page(
        id=f"{row.plan_id}-{step}-failed",
        tier=row.tier,
        epoch=row.epoch,
        severity=Severity.CRITICAL,
        summary=f"{step} of {row.kind} {row.plan_id} failed; {row.active} is active all the same",
        reason=reason,
        next_step="lifeboat status; writes are open, look at the active site",
        by=row.owner or "",
    )


def stopped(row: TierRow, outcome: str, reason: str) -> Page:
    """Say that a plan is not going on; the same page from whoever finds it held."""
    return Page(
        id=f"{row.plan_id}-{outcome}-{row.owner_counter}",
        tier=row.tier,
        epoch=row.epoch,
        severity=Severity.CRITICAL,
        summary=f"{row.kind} {row.plan_id} is {outcome} at {row.step!r}; clients may {_may(row)}",
        reason=reason,
        next_step=f"lifeboat runbook failover-stuck; {_ways_out(row)}" if outcome == "held" else "lifeboat journal",
        by=row.owner or "",
    )


def _ways_out(row: TierRow) -> str:
    """Name the order that goes on as the plan was meant: another kind would not wait for what this one waits for."""
    goes_on = row.kind if row.kind and row.kind.planned else Kind.FAILOVER
    aimed = "" if goes_on is Kind.FAILBACK else f" --to {row.target}"
    return f"lifeboat {goes_on}{aimed} to go on, lifeboat abort to go back"


def _may(row: TierRow) -> str:
    return "write" if row.phase is Phase.STEADY else "not write"
