"""The data tier's plans, step by step. A step's effect aims at a state, so that a successor may run it again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from failover import tier
from failover.backlog import Backlog
from failover.canary import Canary
from failover.outside import ActiveParameter
from failover.ownership import NotYet, Ownership
from failover.pages import Page, Pager, Severity
from failover.protocol import Protocol
from failover.sites import Site, Sites, other
from failover.tier import Change, Kind, NewPlan, TierRow

WAY_HOME: Final = "when the primary is back: lifeboat runbook failback"


@dataclass(frozen=True, kw_only=True)
class Step:
    """``effect`` returns what it found; ``ending`` is the row write that ends the step, ``transition`` an act's name.

    A step that ``may_fail`` lies after the point of no return: its failure is told and the plan goes on.
    """

    name: str
    effect: Callable[[Ownership], str]
    ending: Callable[[TierRow], Change]
    transition: str | None = None
    may_fail: bool = False


@dataclass(frozen=True, kw_only=True)
class Trials:
    """``check`` is written through a target to try it; ``last`` only where writes stop; ``backlog`` asks replicators.

    The canaries are two items: ``last`` can reach the other site by replication alone, whoever checks a target
    meanwhile.
    """

    check: Canary
    last: Canary
    backlog: Backlog


class DataPlan:
    """What a move of the data tier is made of.

    failover, abort:      mark moving -> wait -> publish -> verify -> follow -> notify
    switchover, failback: prepare -> mark moving -> drain -> publish -> verify -> follow -> notify
    """

    def __init__(
        self,
        *,
        sites: Sites,
        protocol: Protocol,
        trials: Trials,
        parameter: ActiveParameter,
        pager: Pager,
        now: Callable[[], datetime],
    ) -> None:
        self._sites = sites
        self._protocol = protocol
        self._canary = trials.check
        self._last_canary = trials.last
        self._backlog = trials.backlog
        self._parameter = parameter
        self._pager = pager
        self._now = now
        self._steps = {step.name: step for step in self._all_steps()}

    def opening(self, row: TierRow, plan: NewPlan) -> tuple[str, Change]:
        """Return the first row write of a plan and its name in the journal."""
        if plan.kind.planned:
            return "announce", tier.prepare(row, plan, "prepare")
        return "mark moving", tier.mark(row, plan, "wait")

    def resuming(self, row: TierRow, plan: NewPlan) -> tuple[str, Change]:
        """Return the row write that sets a held plan going again, with its whole wait, and its name in the journal."""
        return "go on", tier.resume(row, plan, "drain" if plan.kind.planned else "wait")

    def step(self, name: str) -> Step:
        """Return the step that a row names."""
        return self._steps[name]

    def check_target(self, target: Site) -> str:
        """Write and read a canary through the target.

        Raises:
            BotoCoreError, ClientError: the target does not take it.
            NotYet: it took it and does not show it.
        """
        region = self._sites.region(target)
        counter = self._canary.read(region).counter + 1
        self._canary.write(region, counter)
        return _seen(self._canary, region, counter)

    def _all_steps(self) -> list[Step]:
        return [
            Step(name="prepare", effect=self._prepare, ending=self._mark, transition="mark moving"),
            Step(name="wait", effect=self._wait, ending=_publish, transition="publish"),
            Step(name="drain", effect=self._drain, ending=_publish, transition="publish"),
            Step(name="verify", effect=self._verify, ending=lambda row: tier.advance(row, "follow"), may_fail=True),
            Step(name="follow", effect=self._follow, ending=lambda row: tier.advance(row, "notify"), may_fail=True),
            Step(name="notify", effect=self._notify, ending=tier.finish, may_fail=True),
        ]

    def _mark(self, row: TierRow) -> Change:
        return tier.mark(row, tier.plan_under_way(row, self._now()), "drain")

    def _prepare(self, own: Ownership) -> str:
        """Outlast every view from before the announcement, then see that a stop of writes would be a short one."""
        target, old = own.row.target or other(own.row.active), self._sites.region(own.row.active)
        region, within = self._sites.region(target), self._protocol.prove_within
        proof = self._backlog.proof(old)
        own.rest(self._protocol.client_wait())
        epoch = own.row.epoch
        counter = own.insist(lambda: self._mark_the_end(old, region, [], epoch), within)
        own.insist(proof.begin, within)
        own.insist(lambda: _seen(self._last_canary, region, counter), within)
        found = own.insist(proof.look, within)
        own.insist(lambda: self.check_target(target), within)
        return f"every client's view is a short one; canary {counter} has arrived, {found}; {region} takes writes"

    def _wait(self, own: Ownership) -> str:
        own.rest(self._protocol.client_wait())
        return "every client's view from before the mark has expired"

    def _drain(self, own: Ownership) -> str:
        """Outlast the short views, then see all that was written before the stop arrive at the target [m].

        What a client counts as acknowledged has landed before its view expires, so the canary need not wait for the
        margin as well; the publish does, for what may still be in flight. The canary's number is read while the views
        run out, so that nobody waits for it; it is of the epoch that it ends. It stands for the tables where DynamoDB
        replicates; where replicators of ours do, each of them is asked for its own.
        """
        epoch = own.row.epoch - 1
        target, old = self._sites.region(own.row.active), self._sites.region(other(own.row.active))
        proof = self._backlog.proof(old)
        known = [own.insist(lambda: self._next_end(old, target), self._protocol.plan_total)]
        own.rest(self._protocol.preparing_view)
        counter = own.insist(lambda: self._mark_the_end(old, target, known, epoch), self._protocol.plan_total)
        own.insist(proof.begin, self._protocol.plan_total)
        canary = partial(_seen, self._last_canary, target, counter)
        found = [self._soon(own, arrived) for arrived in (canary, proof.look)]
        own.rest(self._protocol.prepared_wait())
        return "; ".join(found)

    def _soon(self, own: Ownership, arrived: Callable[[], str]) -> str:
        """Look often: nobody may write meanwhile."""
        return own.insist(arrived, self._protocol.plan_total, self._protocol.moving_poll / 2)

    def _next_end(self, old: str, target: str) -> int:
        return max(self._last_canary.read(old).counter, self._last_canary.read(target).counter) + 1

    def _mark_the_end(self, old: str, target: str, known: list[int], epoch: int) -> int:
        """Write the last canary by a number that nobody has written: first by the known one, then by one read anew."""
        counter = known.pop() if known else self._next_end(old, target)
        self._last_canary.raise_to(old, counter, epoch)
        return counter

    def _verify(self, own: Ownership) -> str:
        return own.insist(lambda: self.check_target(own.row.active), self._protocol.prove_within)

    def _follow(self, own: Ownership) -> str:
        """Bring the outside values along, within a heartbeat; what is out of reach is mended by whoever reaches it."""
        regions = self._parameter.regions  # makes its clients, which no heartbeat must wait for
        own.commit(tier.beat(own.row))
        active, seconds = self._sites.region(own.row.active), self._protocol.heartbeat
        failed = self._parameter.write(regions, active, seconds)
        return f"left to be mended: {failed}" if failed else "every copy says so"

    def _notify(self, own: Ownership) -> str:
        return "told" if self._pager.say(moved(own.row)) else "not told: the topic did not take it"


def _seen(canary: Canary, region: str, counter: int) -> str:
    found = canary.read(region).counter
    if found < counter:
        raise NotYet(f"{region} has canary {found}, not yet {counter}")
    return f"canary {counter} is in {region}"


def _publish(row: TierRow) -> Change:
    return tier.publish(row, "verify")


def moved(row: TierRow) -> Page:
    """Say that a move is complete."""
    return Page(
        id=f"{row.plan_id}-moved",
        tier=row.tier,
        epoch=row.epoch,
        severity=Severity.INFO if row.kind and row.kind.planned else Severity.CRITICAL,
        summary=f"{row.kind} of {row.tier}: {row.active} is active in epoch {row.epoch}",
        reason=f"plan {row.plan_id} has run",
        next_step=_afterwards(row),
        by=row.owner or "",
    )


def _afterwards(row: TierRow) -> str:
    look = "lifeboat runbook region-lost" if row.kind is Kind.FAILOVER else "lifeboat journal"
    return look if row.active == "primary" else f"{look}; {WAY_HOME}"
