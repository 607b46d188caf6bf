"""`lifeboat failover`, `switchover`, `failback`, `abort`: orders to the orchestrator, given by a person."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer

from failover.control_table import Snapshot
from failover.decision import Action, Decision, decide
from failover.orders import Order, OrderKind
from failover.sites import other
from ops.asking import confirmed
from ops.deployed import read_deployed, whoami
from ops.options import ChangeCall, verb
from ops.orchestrators import give
from ops.refusal import FAILED, REFUSED, end

DONE = frozenset({"done", "mended", "cancelled"})
NOTHING_DONE = frozenset({"refused", "stayed"})
MEANINGS = {
    OrderKind.FAILOVER: "Move to the other site though the active one is lost; what it had not replicated diverges.",
    OrderKind.SWITCHOVER: "Move to the other site without losing a write. Both sites must be well.",
    OrderKind.FAILBACK: "Move home to the primary without losing a write, once it has caught up.",
    OrderKind.ABORT: "Go back to the site that served before a plan that has not published yet.",
}
LOOK = "lifeboat status --watch"
NEXT_STEPS = {
    "active-down": "lifeboat failover",
    "aborting": LOOK,
    "busy": f"{LOOK}, or lifeboat abort",
    "epoch": "the same command again",
    "held": "lifeboat failover to go on, lifeboat abort to go back; lifeboat runbook failover-stuck",
    "published": "lifeboat switchover, or lifeboat failback",
    "target": LOOK,
    "target-down": LOOK,
    "target-stale": f"{LOOK}, then the same command again",
}


def move(kind: OrderKind) -> Callable[..., None]:
    """Make the command that gives orders of one kind."""

    def command(call: ChangeCall) -> None:
        deployed = read_deployed(call)
        control, seen = deployed.answering(call.tier)
        order = _order(kind, seen, call.reason, control.time.now())
        decision = decide(order, seen, control.time.now(), deployed.protocol)
        _announce(call, seen, decision)
        if call.dry_run:
            return
        confirmed(call, f"{MEANINGS[kind]} Go on?")
        _report(call, give(deployed, order, other(seen.row.active)), order)

    command.__doc__ = _help(kind)
    return verb(command)


def _help(kind: OrderKind) -> str:
    return "\n".join(
        (
            MEANINGS[kind],
            "",
            "Interrupted or failed half-way, the same command goes on from there.",
            "",
            "Examples:",
            f"  lifeboat {kind} -s prod --dry-run",
            f"  lifeboat {kind} -s prod --reason 'INC-42'",
            f"  lifeboat {kind} -s prod --reason 'INC-42' --yes --json",
        )
    )


def _order(kind: OrderKind, seen: Snapshot, reason: str, now: datetime) -> Order:
    return Order(
        id=f"{kind}-{uuid.uuid4()}",
        kind=kind,
        tier=seen.row.tier,
        epoch=seen.row.epoch,
        reason=reason or "not said",
        by=whoami(),
        issued_at=now,
    )


def _announce(call: ChangeCall, seen: Snapshot, decision: Decision) -> None:
    """Say what would be decided, and end if that is to refuse."""
    row = seen.row
    if decision.action is Action.REFUSE:
        next_step = NEXT_STEPS.get(decision.code, LOOK)
        end(REFUSED, f"refused: {decision.reason}", next_step, {"decision": asdict(decision), "row": asdict(row)})
    if call.as_json and call.dry_run:
        typer.echo(json.dumps({"decision": asdict(decision), "row": asdict(row)}, default=str, sort_keys=True))
    elif not call.as_json:
        typer.echo(f"{row.tier}: {row.active} is active in epoch {row.epoch}, {row.phase}")
        typer.echo(f"{decision.action}: {_what(decision)}")


def _what(decision: Decision) -> str:
    return f"{decision.kind} to {decision.target}" if decision.kind else decision.reason


def _report(call: ChangeCall, answer: Mapping[str, Any], order: Order) -> None:
    line = f"{answer['outcome']}: {answer['reason']}"
    if answer["outcome"] in DONE:
        typer.echo(json.dumps({**answer, "order": order.id}, sort_keys=True) if call.as_json else line)
        return
    facts = {**answer, "order": order.id}
    if answer["outcome"] in NOTHING_DONE or answer.get("code") == "raced":
        end(REFUSED, line, NEXT_STEPS.get(answer.get("code", ""), LOOK), facts)
    end(FAILED, line, "the same command goes on from there; lifeboat status", facts)
