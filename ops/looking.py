"""`lifeboat journal`: how a tier came to where it stands. It changes nothing."""

import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.arming import told
from ops.deployed import read_deployed
from ops.options import TierCall, verb
from ops.refusal import REFUSED, end

ENTRY_COLUMNS = ("sk", "step", "owner", "started_at", "finished_at", "outcome", "detail")


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
        end(REFUSED, f"refused: no journal of {plan_id or 'any plan'}; {told(seen.row)}")
    if call.as_json:
        typer.echo(json.dumps({"plan": plan_id, "entries": entries}, default=str, sort_keys=True))
        return
    table = Table(*ENTRY_COLUMNS, title=f"plan {plan_id}", title_justify="left", box=box.SIMPLE)
    for entry in entries:
        table.add_row(*(Text(str(entry.get(name) if entry.get(name) is not None else "-")) for name in ENTRY_COLUMNS))
    Console().print(table)
