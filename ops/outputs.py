"""`lifeboat outputs`: the stack's outputs, and their copy that outlives Pulumi's backend."""

import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from failover.offline_copy import OfflineCopy, write_copy
from ops.deployed import Deployed, read_deployed, whoami
from ops.options import StackCall, verb
from ops.refusal import REFUSED, end
from ops.stack_outputs import Source

SAVED_FROM = (Source.PULUMI, Source.FILE)


@verb
def outputs(
    call: StackCall,
    save: Annotated[bool, typer.Option("--save", help="Also write the copy into the control table.")] = False,
) -> None:
    """Print what the stack told when it was deployed; `--json` prints what `--outputs FILE` reads.

    Examples:
      lifeboat outputs -s prod --json > prod-outputs.json
      lifeboat outputs -s prod --save
      lifeboat outputs -s prod --control-table lifeboat-prod-control --control-region us-west-2
    """
    deployed = read_deployed(call)
    region = saved(deployed) if save else None
    if call.as_json:
        told = {"lifeboat": deployed.outputs.lifeboat, "source": deployed.outputs.source, "saved_through": region}
        typer.echo(json.dumps(told, indent=2, sort_keys=True))
        return
    Console().print(_table(deployed))
    if region:
        typer.echo(f"saved in {deployed.control_table}, through {region}")


def saved(deployed: Deployed) -> str:
    """Write the copy and name the region that took it; only what was deployed is kept, not what a stack file says.

    Raises:
        Ended: these outputs are themselves the copy, or a stack file's.
        CannotReach: no control region answers.
    """
    if deployed.outputs.source not in SAVED_FROM:
        end(
            REFUSED,
            f"refused: these outputs are those of the {deployed.outputs.source}; only Pulumi's own or a FILE is saved",
            "lifeboat outputs --save --outputs FILE",
        )
    reached = deployed.reachable()
    lifeboat = json.dumps(dict(deployed.outputs.lifeboat), sort_keys=True)
    write_copy(
        reached.client,
        deployed.control_table,
        OfflineCopy(lifeboat=lifeboat, saved_at=reached.now, saved_by=whoami()),
    )
    return reached.region


def _table(deployed: Deployed) -> Table:
    title = f"{deployed.stack}: outputs from {deployed.outputs.source}"
    table = Table("output", "value", title=title, title_justify="left", box=box.SIMPLE)
    for name, value in sorted(deployed.outputs.lifeboat.items()):
        table.add_row(name, Text(value if isinstance(value, str) else json.dumps(value)))
    return table
