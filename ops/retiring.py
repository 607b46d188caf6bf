"""`lifeboat retire`: removes what run time made, before `pulumi destroy` removes what Pulumi declared."""

import json
from collections.abc import Iterable
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from failover.clock import Clock, SystemClock
from failover.control_table import ControlTable, TierRowMissing
from failover.tier import Phase, TierRow
from ops.arming import told
from ops.asking import typed
from ops.deployed import Deployed, read_deployed
from ops.leftovers import Key, Leftovers, RunTimeValues
from ops.options import StackCall, verb
from ops.refusal import FAILED, REFUSED, end

COPY = "outputs"
# Without a row nobody mends a parameter; without its vote an observer's generation ends at its next turn.
FIRST = ("tier", "vote")


@verb
def retire(
    call: StackCall,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be removed, and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the stack's name.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Even while armed, or not steady.")] = False,
) -> None:
    """Remove what run time made: tier rows, votes, journals, incidents, canaries, parameters, the outputs' copy.

    Clients stop writing within seconds. Application tables and secrets are Pulumi's and stay. The copy of the outputs
    goes last, so that the same command goes on from where it failed.

    Examples:
      lifeboat retire -s staging --dry-run
      lifeboat disarm -s staging && lifeboat retire -s staging && pulumi destroy -s staging
    """
    deployed = read_deployed(call)
    region = deployed.reachable().region
    values = RunTimeValues(deployed, region)
    found = values.look()
    refusals = [] if force else _refusals(deployed, deployed.control(region))
    if dry_run:
        _list(call, found, refusals)
        return
    if refusals:
        end(REFUSED, f"refused: {'; '.join(refusals)}", "lifeboat disarm, and let plans end; or --force")
    if not yes:
        typed(deployed.stack, f"This removes {sum(found.counts().values())} values. The stack's name")
    failed = remove(values, found, deployed.protocol.probe_interval + deployed.protocol.probe_deadline, SystemClock())
    _report(call, found, failed)


def remove(values: RunTimeValues, found: Leftovers, turn_seconds: float, clock: Clock) -> dict[str, str]:
    """Remove what stops the writers, outlast a turn of theirs, remove the rest; return what is left, and why.

    Raises:
        BotoCoreError, ClientError: the control table does not answer any more.
    """
    values.remove_items(_of(found.control, *FIRST))
    clock.sleep(turn_seconds)
    late = values.look()
    failed = {**late.unseen, **values.remove_outside(late)}
    values.remove_items(key for key in late.control if key["pk"] != COPY)
    if not failed:
        values.remove_items(_of(late.control, COPY))
    return failed


def _of(keys: Iterable[Key], *kinds: str) -> list[Key]:
    return [key for key in keys if key["pk"].split("#")[0] in kinds]


def _refusals(deployed: Deployed, control: ControlTable) -> list[str]:
    found = (_refusal(control, tier) for tier in deployed.protocol.electorates)
    return [why for why in found if why]


def _refusal(control: ControlTable, tier: str) -> str:
    try:
        row = control.row(tier)
    except TierRowMissing:
        return ""
    return "" if _at_rest(row, control) else told(row)


def _at_rest(row: TierRow, control: ControlTable) -> bool:
    return not row.armed_at(control.time.now()) and row.phase is Phase.STEADY and row.step is None


def _list(call: StackCall, found: Leftovers, refusals: list[str]) -> None:
    if call.as_json:
        told = {"would_remove": found.counts(), "unseen": dict(found.unseen), "refusals": refusals}
        typer.echo(json.dumps(told, sort_keys=True))
        return
    table = Table("what", "how many", title="would remove", title_justify="left", box=box.SIMPLE)
    for what, count in found.counts().items():
        table.add_row(what, str(count))
    Console().print(table)
    for line in [*(f"{where}: could not look: {why}" for where, why in found.unseen.items()), *refusals]:
        typer.echo(line)


def _report(call: StackCall, found: Leftovers, failed: dict[str, str]) -> None:
    if failed:
        end(FAILED, f"failed: left behind: {failed}", "the same command again, once they answer", {"failed": failed})
    told = {"removed": found.counts()}
    typer.echo(json.dumps(told, sort_keys=True) if call.as_json else "removed; next: pulumi destroy")
