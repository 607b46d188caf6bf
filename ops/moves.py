"""`lifeboat failover`, `switchover`, `failback`, `abort`: orders to the orchestrator, given by a person."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import typer

from failover.control_table import Snapshot
from failover.decision import Action, Decision, decide
from failover.orders import Order, OrderKind
from failover.sites import SITES, Site, other
from failover.tier import TierRow
from ops.asking import confirmed
from ops.deployed import read_deployed, whoami
from ops.options import ChangeCall, verb
from ops.orchestrators import AIMED, again, give
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
    "active-down": "lifeboat runbook region-lost",
    "aborting": LOOK,
    "busy": LOOK,
    "epoch": "the same command again",
    "held": "lifeboat runbook failover-stuck",
    "published": "lifeboat switchover, or lifeboat failback",
    "target": LOOK,
    "target-down": LOOK,
    "target-stale": f"{LOOK}, then the same command again",
}


@dataclass(frozen=True, kw_only=True)
class AimedCall(ChangeCall):
    """What a move to the other site is told: said again once it is done, it would go back."""

    to: Annotated[str, typer.Option(metavar="SITE", help="primary or secondary: do nothing if it serves already.")] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.to and self.to not in SITES:
            raise typer.BadParameter(f"--to {self.to!r} is no site; there are {', '.join(SITES)}")


def move(kind: OrderKind) -> Callable[..., None]:
    """Make the command that gives orders of one kind."""

    def command(call: ChangeCall) -> None:
        _carry_out(call, kind)

    def aimed(call: AimedCall) -> None:
        _carry_out(call, kind, SITES.get(call.to))

    chosen = aimed if kind in AIMED else command
    chosen.__doc__ = _help(kind)
    return verb(chosen)


def _carry_out(call: ChangeCall, kind: OrderKind, target: Site | None = None) -> None:
    deployed = read_deployed(call)
    control, seen = deployed.answering(call.tier)
    order = replace(_order(kind, seen, call.reason, control.time.now()), target=target)
    decision = decide(order, seen, control.time.now(), deployed.protocol)
    _announce(call, seen, decision)
    if call.dry_run:
        return
    confirmed(call, f"{MEANINGS[kind]} Go on?")
    target = decision.target or other(seen.row.active)
    _report(call, give(deployed, order, target), order, target)


def _help(kind: OrderKind) -> str:
    aim = " --to secondary" if kind in AIMED else ""
    return "\n".join(
        (
            MEANINGS[kind],
            "",
            "Interrupted or failed half-way, the same command goes on from there"
            + (": with --to, as it would go back once it is done." if aim else "."),
            "",
            "Examples:",
            f"  lifeboat {kind} -s prod --dry-run",
            f"  lifeboat {kind} -s prod{aim} --reason 'INC-42'",
            f"  lifeboat {kind} -s prod{aim} --reason 'INC-42' --yes --json",
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
        typer.echo(f"{decision.action}: {_what(decision, row)}")


def _what(decision: Decision, row: TierRow) -> str:
    """Say what would be done; a planned move that is to go on as a failover no longer waits for the last writes."""
    if not decision.kind:
        return decision.reason
    waits_no_more = decision.action is Action.RESUME and not decision.kind.planned and row.kind and row.kind.planned
    left = f"; what had not arrived there stays behind, and a {row.kind} would wait for it" if waits_no_more else ""
    return f"{decision.kind} to {decision.target}{left}"


def _report(call: ChangeCall, answer: Mapping[str, Any], order: Order, target: Site) -> None:
    line = f"{answer['outcome']}: {answer['reason']}"
    if answer["outcome"] in DONE:
        typer.echo(json.dumps({**answer, "order": order.id}, sort_keys=True) if call.as_json else line)
        return
    facts = {**answer, "order": order.id}
    under_way = (answer["outcome"], answer.get("code")) == ("stayed", "again")
    if (answer["outcome"] in NOTHING_DONE and not under_way) or answer.get("code") == "raced":
        end(REFUSED, line, NEXT_STEPS.get(answer.get("code", ""), LOOK), facts)
    end(FAILED, line, again(order, target), facts)
