"""Every sentence that keeps the data tier safe, switched off in the shipped code: the simulation must notice each.

Sentences marked [m] in protocol.md that are not here, and why:
- "Machines of the active site are booted", all of section 6: the data tier has no machines and no writer lease.
- Of a plan's conditions only the counter is taken away alone: it changes with each write, so it implies the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from failover import (
    client_view,
    data_plan,
    decision,
    observer,
    orchestrator,
    outside,
    ownership,
    tier,
    votes,
    write_grants,
)
from failover.clock import AwsTime
from failover.control_table import AlreadyMoved
from failover.protocol import Protocol
from failover.sites import other
from failover.tier import Change, Kind, TierRow
from tests.simulation.cloud import START

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Bug:
    """What is broken, the laws that may notice it first, a seed that shows it, and how it is planted."""

    name: str
    laws: str
    found_at: int
    plant: Callable[[Patch], None]


def _put(where: object, name: str, what: object) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(where, name, what)


def _decide_as_if(change: Callable[[Any, Any], tuple[Any, Any]]) -> Callable[[Patch], None]:
    """Decide upon another order or other rows than there are."""
    real = decision.decide
    return _put(orchestrator, "decide", lambda order, seen, now, protocol: real(*change(order, seen), now, protocol))


def _believing(order: Any, seen: Any) -> tuple[Any, Any]:
    said = [
        replace(v, verdict=votes.Verdict.UNHEALTHY, misses=3) if v.observer in order.seen_counters else v
        for v in seen.votes
    ]
    return order, replace(seen, votes=tuple(said))


def _for_this_epoch(order: Any, seen: Any) -> tuple[Any, Any]:
    return replace(order, epoch=seen.row.epoch), seen


def _any_counter(order: Any, seen: Any) -> tuple[Any, Any]:
    return (order if order.stalled_counter is None else replace(order, stalled_counter=seen.row.owner_counter)), seen


def _no_moves_before(order: Any, seen: Any) -> tuple[Any, Any]:
    return order, replace(seen, row=replace(seen.row, moved_at={}))


def _decide_once(patch: Patch) -> None:
    real = orchestrator.Orchestrator._decide

    def decide(self: Any, order: Any) -> Any:
        self._decided = getattr(self, "_decided", None) or real(self, order)
        return self._decided

    patch.setattr(orchestrator.Orchestrator, "_decide", decide)


def _host_time(self: Any) -> datetime:
    return START + timedelta(seconds=self._clock.hub.now + self._clock.wall_error)


def _pins_without(*names: str) -> Callable[[Patch], None]:
    real = tier._pins
    return _put(tier, "_pins", lambda row: {name: value for name, value in real(row).items() if name not in names})


def _mark_with(**sets: Callable[[TierRow, Any], Any]) -> Callable[[Patch], None]:
    real = tier.mark

    def mark(row: TierRow, plan: Any, step: str) -> Change:
        change = real(row, plan, step)
        return replace(change, sets={**change.sets, **{name: of(row, plan) for name, of in sets.items()}})

    return _put(tier, "mark", mark)


def _active_at_publish(patch: Patch) -> None:
    real = tier.publish
    _mark_with(active=lambda row, _plan: row.active)(patch)
    patch.setattr(
        tier,
        "publish",
        lambda row, step: replace(change := real(row, step), sets={**change.sets, "active": row.target}),
    )


def _go_on_when_lost(patch: Patch) -> None:
    real = ownership.Ownership.commit

    def commit(self: Any, change: Change) -> None:
        try:
            real(self, change)
        except AlreadyMoved:
            self.row = replace(
                self.row, step=change.sets.get("step", self.row.step), owner_counter=self.row.owner_counter + 1
            )

    patch.setattr(ownership.Ownership, "commit", commit)


def _wait_from_the_journal(patch: Patch) -> None:
    real = ownership.Ownership.__init__

    def init(self: Any, row: TierRow, control: Any, *rest: Any) -> None:
        real(self, row, control, *rest)
        self._entered -= (control.time.now() - row.changed_at).total_seconds()

    patch.setattr(ownership.Ownership, "__init__", init)


def _take_for_done(row: TierRow, owner: str) -> Change:
    done = {"phase": tier.Phase.STEADY, "step": "verify"} if row.step in ("wait", "drain") else {}
    change = tier.beat(row)
    return replace(change, sets={**change.sets, "owner": owner, **done})


def _follow_unasked(self: Any, own: Any) -> str:
    active = self._sites.region(own.row.active)
    return str(self._parameter.write(self._parameter.regions, active, 2.0))


def _mend_what_was_read(self: Any, order: Any, seen: Any, said: Any) -> Any:
    values = self._tools.parameter.read_all(2.0)
    value = outside.wanted(seen.row, self._tools.sites)
    regions = outside.differing(values, value)
    if regions:
        self._tools.parameter.write(regions, value, 2.0)
    return orchestrator._answer("mended", said.code, seen.row, "")


def _drain_by_time(self: Any, own: Any) -> str:
    own.rest(self._protocol.prepared_wait())
    return ""


def _drain_too_soon(self: Any, own: Any) -> str:
    target, old = self._sites.region(own.row.active), self._sites.region(other(own.row.active))
    counter = 1000 + own.row.epoch
    own.insist(lambda: self._last_canary.write(old, counter), 9.0)
    own.insist(lambda: data_plan._seen(self._last_canary, target, counter), 9.0, 0.1)
    own.rest(self._protocol.prepared_wait())
    return ""


def _old_end(self: Any, old: str, target: str, known: list[int], epoch: int) -> int:
    return int(max(self._last_canary.read(old).counter, self._last_canary.read(target).counter))


def _prepare_at_once(self: Any, own: Any) -> str:
    own.insist(lambda: self.check_target(own.row.target), 10.0)
    return ""


def _abort_anything(row: TierRow) -> Any:
    return decision.Decision(
        action=decision.Action.START,
        code="ordered",
        reason="undone",
        kind=Kind.ABORT,
        target=other(row.active),
    )


def _judge(change: Callable[[Any, Protocol], tuple[Any, Protocol]]) -> Callable[[Patch], None]:
    real = client_view.judge

    def judge(view: Any, now: float, protocol: Protocol) -> Any:
        view, protocol = change(view, protocol)
        return real(view, now, protocol)

    return _put(client_view, "judge", judge)


def _count_from_the_answer(patch: Patch) -> None:
    real = client_view.ClientView._read

    def read(self: Any, *given: Any) -> Any:
        return real(self, *given)[0], self._clock.monotonic()

    patch.setattr(client_view.ClientView, "_read", read)


STEADY = tier.Phase.STEADY
BUGS = (
    Bug("a quorum of one less", "4", 14, _put(Protocol, "quorum", lambda self, name: len(self.electorates[name]) // 2)),
    Bug("votes of other epochs count", "4", 112, _put(votes.Vote, "about", lambda self, row: self.tier == row.tier)),
    Bug("silent voters count", "4", 42, _put(votes.Freshness, "fresh", lambda self, name, now: True)),
    Bug("[m] an order's counters are ignored", "4", 42, _put(decision, "not_older", lambda cast, seen: list(cast))),
    Bug("an order for a past epoch is carried out", "4", 728, _decide_as_if(_for_this_epoch)),
    Bug("[m] an order is believed", "4", 18, _decide_as_if(_believing)),
    Bug("[m] the votes are not read again just before the mark", "4", 5, _decide_once),
    Bug("cooldown is skipped", "4", 31, _decide_as_if(_no_moves_before)),
    Bug("disarmed automation moves", "4", 372, _put(TierRow, "armed_at", lambda self, now: True)),
    Bug("a silent target will do", "4", 18, _put(votes.Tally, "standby_is_up", True)),
    Bug("a stale target will do", "4", 14, _put(decision, "_was_fresh", lambda count, protocol: True)),
    Bug("takeover without a look at the counter", "6", 28, _decide_as_if(_any_counter)),
    Bug("the host's time of day is used", "9", 4, _put(AwsTime, "now", _host_time)),
    Bug("[m] writes are not conditional on the counter", "6", 36, _pins_without("owner_counter")),
    Bug(
        "[m] writes are conditional on nothing",
        "6",
        3,
        _pins_without("epoch", "phase", "plan_id", "owner", "owner_counter"),
    ),
    Bug("[m] an owner goes on when it has lost the plan", "6", 4, _go_on_when_lost),
    Bug("[m] the active site changes at the publish only", "3", 4, _active_at_publish),
    Bug("[m] a mark opens no epoch", "3", 4, _mark_with(epoch=lambda row, _plan: row.epoch)),
    Bug(
        "[m] an abort opens no epoch",
        "3",
        4,
        _mark_with(epoch=lambda row, plan: row.epoch + (plan.kind is not Kind.ABORT)),
    ),
    Bug("[m] outside values follow unasked", "6", 4, _put(data_plan.DataPlan, "_follow", _follow_unasked)),
    Bug(
        "[m] outside values are mended from an old look",
        "6",
        10,
        _put(orchestrator.Orchestrator, "_mend", _mend_what_was_read),
    ),
    Bug("[m] outside values are not compared", "6", 15, _put(observer, "differing", lambda values, wanted: [])),
    Bug("[m] a successor goes on with the journal's wait", "37", 547, _wait_from_the_journal),
    Bug("[m] a successor takes the row's step for done", "37", 494, _put(tier, "take_over", _take_for_done)),
    Bug("[m] a published plan is undone", "3", 31, _put(decision, "_aborted", _abort_anything)),
    Bug(
        "a wait shorter than a client's view",
        "37",
        79,
        _put(Protocol, "client_wait", lambda self: self.client_view - 1.0),
    ),
    Bug("a stop right after the announcement", "37", 88, _put(data_plan.DataPlan, "_prepare", _prepare_at_once)),
    Bug("[m] a planned move waits for no canary", "7", 13, _put(data_plan.DataPlan, "_drain", _drain_by_time)),
    Bug(
        "[m] a planned move waits for a canary from before the stop",
        "7",
        13,
        _put(data_plan.DataPlan, "_mark_the_end", _old_end),
    ),
    Bug(
        "[m] a planned move's canary is written while some still write",
        "7",
        639,
        _put(data_plan.DataPlan, "_drain", _drain_too_soon),
    ),
    Bug("[m] late answers acknowledge", "37", 29, _put(write_grants.Grant, "honours", lambda self, now: True)),
    Bug(
        "a view lasts two seconds longer",
        "37",
        56,
        _judge(lambda view, protocol: (replace(view, sent_at=view.sent_at + 2.0), protocol)),
    ),
    Bug("a view counts from its answer", "37", 83, _count_from_the_answer),
    Bug(
        "a view is good while the tier moves",
        "37",
        5,
        _judge(lambda view, protocol: (replace(view, phase=STEADY), protocol)),
    ),
    Bug(
        "a view is not shorter while a move is prepared",
        "37",
        6,
        _judge(lambda view, protocol: (view, replace(protocol, preparing_view=protocol.client_view - 0.1))),
    ),
)
