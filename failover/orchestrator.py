"""From an order to what was done about it: read, decide, check, own, run."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from failover import tier
from failover.clock import Clock
from failover.control_table import AlreadyMoved, ControlTable, Snapshot
from failover.data_plan import DataPlan
from failover.decision import Action, Decision, decide
from failover.failures import AWS_ERRORS
from failover.journal import Journal
from failover.orders import Order, OrderKind, UnknownOrder
from failover.outside import ActiveParameter, differing, wanted
from failover.ownership import NotYet, Ownership
from failover.pages import Page, Pager, Severity
from failover.plan_runner import Answer, PlanRunner, stopped
from failover.protocol import Protocol
from failover.sites import Sites
from failover.tier import Change, NewPlan, TierRow

log = logging.getLogger(__name__)
Opening = Callable[[TierRow, NewPlan], tuple[str, Change]]
CHECK_AFTER_SECONDS = (0.0, 0.1)
RUNBOOKS = {"target-down": "both-regions-down"}  # by why a tier was not moved; else that of a lost region


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Everything outside that an orchestrator uses."""

    control: ControlTable
    plan: DataPlan
    parameter: ActiveParameter
    pager: Pager
    clock: Clock
    dice: random.Random
    sites: Sites
    protocol: Protocol


class Orchestrator:
    """Carries out one order after another under one name, which is what its plans are owned by."""

    def __init__(self, name: str, tools: Tools) -> None:
        self._name = name
        self._tools = tools
        self._runner = PlanRunner(tools.plan, tools.pager)
        self._acts: dict[Action, Callable[[Order, Snapshot, Decision], Answer]] = {
            Action.REPEAT: self._repeat,
            Action.START: self._start,
            Action.TAKE_OVER: self._take_over,
            Action.RESUME: self._resume,
            Action.CANCEL: self._cancel,
            Action.MEND: self._mend,
            Action.STAY: self._stay,
            Action.REFUSE: self._refuse,
        }

    def carry_out(self, order: Order) -> Answer:
        """Do what the order leads to; the same order again gets the first answer."""
        seen, decision = self._decide(order)
        facts = {"order": order.id, "kind": order.kind, "by": order.by, "epoch": seen.row.epoch}
        log.info("decided", extra={**facts, "action": decision.action, "code": decision.code, "why": decision.reason})
        return self._acts[decision.action](order, seen, decision)

    def _decide(self, order: Order) -> tuple[Snapshot, Decision]:
        tools = self._tools
        if order.tier not in tools.protocol.electorates:
            raise UnknownOrder(f"tier {order.tier!r} has no electorate here: {', '.join(tools.protocol.electorates)}")
        answered = None if order.kind is OrderKind.WAKE else order.id
        seen = tools.control.snapshot(order.tier, tools.protocol.electorates[order.tier], answered)
        return seen, decide(order, seen, tools.control.time.now(), tools.protocol)

    def _repeat(self, order: Order, seen: Snapshot, decision: Decision) -> Answer:
        said = seen.answered
        return Answer(outcome=said["outcome"], code=decision.code, reason=said["detail"], epoch=order.epoch)

    def _start(self, order: Order, seen: Snapshot, decision: Decision) -> Answer:
        """Check the target itself, then read and decide once more, so that the mark rests on what holds now [m]."""
        return self._open(order, seen, decision, self._tools.plan.opening)

    def _resume(self, order: Order, seen: Snapshot, decision: Decision) -> Answer:
        """Set a held plan going again, if its target still is one."""
        return self._open(order, seen, decision, self._tools.plan.resuming)

    def _open(self, order: Order, seen: Snapshot, decision: Decision, opening: Opening) -> Answer:
        """Nothing but the deciding read lies between what is known of the target and the row's write."""
        journal = Journal(self._plan_id(order, seen.row), self._name, self._tools.control)
        journal.open("check target", seen.row)
        if problem := self._unfit(decision):
            journal.end("refused", problem.reason)
            return self._refuse(order, seen, problem)
        journal.begin(opening(seen.row, self._new_plan(order, seen.row, decision))[0], seen.row)
        seen, again = self._decide(order)
        if (again.action, again.kind) != (decision.action, decision.kind):
            journal.end("not done", again.reason)
            return self._acts[again.action](order, seen, again)
        _, change = opening(seen.row, self._new_plan(order, seen.row, again))
        return self._own_and_run(seen.row, change, journal)

    def _unfit(self, decision: Decision) -> Decision | None:
        """Say that the target takes no canary; one failed call, or a first connection that is slow, is no proof."""
        _, target = decision.move
        trouble: Exception | None = None
        for pause in CHECK_AFTER_SECONDS:
            self._tools.clock.sleep(pause)
            try:
                self._tools.plan.check_target(target)
            except (*AWS_ERRORS, NotYet) as error:
                trouble = error
            else:
                return None
        reason = f"{decision.reason}; but {target} did not take a canary: {trouble}"
        return Decision(action=Action.REFUSE, code="target-down", reason=reason, page=True)

    def _plan_id(self, order: Order, row: TierRow) -> str:
        """A person's order names its plan, so that giving it again finds the first answer."""
        return f"{row.tier}-{row.epoch + 1}-{self._name}" if order.kind is OrderKind.WAKE else order.id

    def _new_plan(self, order: Order, row: TierRow, decision: Decision) -> NewPlan:
        (kind, target), now = decision.move, self._tools.control.time.now()
        return NewPlan(plan_id=self._plan_id(order, row), kind=kind, target=target, owner=self._name, at=now)

    def _take_over(self, _order: Order, seen: Snapshot, _decision: Decision) -> Answer:
        """Own the plan if its counter still is the one that the order's sender saw standing still."""
        journal = Journal(str(seen.row.plan_id), self._name, self._tools.control)
        return self._own_and_run(seen.row, tier.take_over(seen.row, self._name), journal)

    def _own_and_run(self, row: TierRow, change: Change, journal: Journal) -> Answer:
        tools = self._tools
        try:
            owned = tools.control.apply(row.tier, change)
        except AlreadyMoved as moved:
            journal.end("not done", str(moved))
            return _answer("lost", "raced", row, str(moved))
        return self._runner.run(Ownership(owned, tools.control, tools.clock, tools.dice, tools.protocol), journal)

    def _cancel(self, order: Order, seen: Snapshot, decision: Decision) -> Answer:
        try:
            row = self._tools.control.apply(order.tier, tier.cancel(seen.row))
        except AlreadyMoved as moved:
            return _answer("lost", "raced", seen.row, str(moved))
        self._answer_once(order, "cancelled", decision.reason)
        Journal(str(row.plan_id), self._name, self._tools.control).answer("cancelled", f"by order {order.id}")
        return _answer("cancelled", decision.code, row, decision.reason)

    def _mend(self, order: Order, _seen: Snapshot, decision: Decision) -> Answer:
        """Bring outside values to what the row says, read just before; equal values are left alone."""
        seconds = self._tools.protocol.heartbeat
        values = self._tools.parameter.read_all(seconds)
        row = self._tools.control.row(order.tier)
        value = wanted(row, self._tools.sites)
        regions = differing(values, value)
        if not regions or value is None:
            return _answer("stayed", decision.code, row, decision.reason)
        failed = self._tools.parameter.write(regions, value, seconds)
        log.warning("mended", extra={"regions": regions, "value": value, "failed": failed})
        return _answer("mended", decision.code, row, f"{', '.join(regions)} now say {value}")

    def _answer_once(self, order: Order, outcome: str, reason: str) -> None:
        """Write the first answer; a copy of the order that was slower than the plan's end changes nothing."""
        if not self._tools.control.first_answer(order.id):
            Journal(order.id, self._name, self._tools.control).answer(outcome, reason)

    def _stay(self, _order: Order, seen: Snapshot, decision: Decision) -> Answer:
        if decision.page:
            self._tools.pager.say(stopped(seen.row, "held", decision.reason))
        return _answer("stayed", decision.code, seen.row, decision.reason)

    def _refuse(self, order: Order, seen: Snapshot, decision: Decision) -> Answer:
        if decision.page:
            self._tools.pager.say(_refusal(seen.row, decision, self._name))
        if order.kind is not OrderKind.WAKE:
            self._answer_once(order, "refused", decision.reason)
        elif decision.page:
            self._mend(order, seen, decision)  # what stops a move does not stop reconciliation
        return _answer("refused", decision.code, seen.row, decision.reason)


def _answer(outcome: str, code: str, row: TierRow, reason: str) -> Answer:
    return Answer(outcome=outcome, code=code, reason=reason, epoch=row.epoch, plan_id=row.plan_id)


def _refusal(row: TierRow, decision: Decision, by: str) -> Page:
    return Page(
        id=f"{row.tier}-{row.epoch}-{decision.code}",
        tier=row.tier,
        epoch=row.epoch,
        severity=Severity.CRITICAL,
        summary=f"{row.tier} is not moved away from {row.active}: {decision.code}",
        reason=decision.reason,
        next_step=f"lifeboat status; lifeboat runbook {RUNBOOKS.get(decision.code, 'region-lost')}",
        by=by,
    )
