"""`lifeboat journal`: how a tier came to where it stands. It changes nothing."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.arming import told
from ops.deployed import read_deployed
from ops.options import TierCall, verb
from ops.refusal import REFUSED, end

COLUMNS = ("UTC", "step", "s", "outcome", "found", "by")
SHORT = frozenset({"UTC", "step", "s", "outcome", "by"})


@verb
def journal(
    call: TierCall,
    plan: Annotated[str, typer.Argument(help="A plan's id; without it, the tier's last plan.")] = "",
) -> None:
    """Tell what a plan did, step by step, in AWS time. Who armed and disarmed is the plan TIER-arming.

    Examples:
      lifeboat journal -s prod
      lifeboat journal -s prod data-arming
    """
    control, seen = read_deployed(call).answering(call.tier)
    plan_id = plan or seen.row.plan_id
    entries = control.entries(plan_id) if plan_id else []
    if not entries:
        end(REFUSED, f"refused: no journal of {plan_id or 'any plan'}; {told(seen.row)}", "lifeboat status")
    if call.as_json:
        typer.echo(json.dumps({"plan": plan_id, "entries": entries}, default=str, sort_keys=True))
        return
    table = Table(title=f"plan {plan_id}", title_justify="left", box=box.SIMPLE)
    for name in COLUMNS:
        table.add_column(name, no_wrap=name in SHORT, overflow="fold")
    for entry in entries:
        table.add_row(*(Text(cell) for cell in _cells(entry)))
    Console().print(table)


def _cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    began, ended = entry["started_at"], entry.get("finished_at")
    took = f"{(datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds():.1f}" if ended else "-"
    rest = (str(entry.get(name) or "-") for name in ("outcome", "detail"))
    return (datetime.fromisoformat(began).strftime("%H:%M:%S"), entry["step"], took, *rest, _briefly(entry["owner"]))


def _briefly(owner: str) -> str:
    """Keep the beginning of an invocation's id: enough to find it in the logs, and the line stays whole."""
    region, slash, invocation = owner.partition("/")
    return f"{region}{slash}{invocation[:8]}"
