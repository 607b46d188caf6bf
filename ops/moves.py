"""`lifeboat failover`, `switchover`, `failback`, `abort`: orders to the orchestrator, given by a person."""

import json
import os
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from failover import aws_clients
from failover.control_table import Snapshot
from failover.decision import Action, decide
from failover.failures import AWS_ERRORS
from failover.orders import Order, OrderKind
from ops.deployed import CannotReach, Deployed, OutputsOption, StackOption, TierOption, read_deployed
from ops.refusal import FAILED, REFUSED, end, one_line

ANSWER_MARGIN_SECONDS = 30.0
CONNECT_SECONDS = 2.0
DONE = frozenset({"done", "mended", "cancelled"})
NOTHING_DONE = frozenset({"refused", "stayed"})
MEANINGS = {
    OrderKind.FAILOVER: "Move to the other site though the active one is lost; what it had not replicated diverges.",
    OrderKind.SWITCHOVER: "Move to the other site without losing a write. Both sites must be well.",
    OrderKind.FAILBACK: "Move home to the primary without losing a write, once it has caught up.",
    OrderKind.ABORT: "Go back to the site that served before a plan that has not published yet.",
}


def verb(kind: OrderKind) -> Callable[..., None]:
    """Make the command that gives orders of one kind."""

    def command(
        stack: StackOption,
        reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "",
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be decided, and do nothing.")] = False,
        outputs: OutputsOption = None,
        tier: TierOption = "data",
    ) -> None:
        with one_line():
            deployed = read_deployed(stack, outputs)
            control, seen = deployed.answering(tier)
            order = _order(kind, seen, reason, control.time.now())
            decision = decide(order, seen, control.time.now(), deployed.protocol)
            _announce(seen, f"{decision.action}: {decision.reason}")
            if dry_run or decision.action is Action.REFUSE:
                raise typer.Exit(REFUSED if decision.action is Action.REFUSE else 0)
            _confirm(kind, reason, yes)
            _report(_give(deployed, order))

    command.__doc__ = f"{MEANINGS[kind]}\n\nExample: lifeboat {kind} -s prod --reason 'INC-42' --yes"
    return command


def _order(kind: OrderKind, seen: Snapshot, reason: str, now: datetime) -> Order:
    return Order(
        id=f"{kind}-{uuid.uuid4()}",
        kind=kind,
        tier=seen.row.tier,
        epoch=seen.row.epoch,
        reason=reason or "not said",
        by=os.environ.get("USER") or f"uid {os.getuid()}",
        issued_at=now,
    )


def _announce(seen: Snapshot, line: str) -> None:
    row = seen.row
    typer.echo(f"{row.tier}: {row.active} is active in epoch {row.epoch}, {row.phase}")
    typer.echo(line)


def _confirm(kind: OrderKind, reason: str, yes: bool) -> None:
    if not reason:
        end(REFUSED, "refused: say why with --reason; it goes into the journal")
    if not yes:
        typer.confirm(f"{MEANINGS[kind]} Go on?", abort=True)


def _give(deployed: Deployed, order: Order) -> dict[str, Any]:
    """Hand the order to the first orchestrator that can be reached, and wait for its answer."""
    failures: dict[str, str] = {}
    for region, function in deployed.orchestrators.items():
        client = aws_clients.client(
            "lambda",
            region,
            connect_seconds=CONNECT_SECONDS,
            read_seconds=deployed.protocol.plan_total + ANSWER_MARGIN_SECONDS,
        )
        try:
            answer = client.invoke(FunctionName=function, Payload=order.to_json().encode())
        except AWS_ERRORS as error:
            failures[region] = str(error)
            continue
        told = json.loads(answer["Payload"].read())
        return dict(told["answers"][0]) if "answers" in told else {"outcome": "failed", "reason": json.dumps(told)}
    raise CannotReach(f"no orchestrator took the order {order.id}: {failures}")


def _report(answer: dict[str, Any]) -> None:
    line = f"{answer['outcome']}: {answer['reason']}"
    if answer["outcome"] in DONE:
        typer.echo(line)
    else:
        end(REFUSED if answer["outcome"] in NOTHING_DONE else FAILED, line)
