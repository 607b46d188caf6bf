"""`lifeboat arm` and `lifeboat disarm`: whether automatic plans may start."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from failover import arming
from failover.control_table import ControlTable, TierRowMissing
from failover.journal import Entry
from failover.tier import TierRow
from ops.asking import confirmed_by_person
from ops.deployed import Deployed, read_deployed, whoami
from ops.options import ChangeCall, duration_of, verb
from ops.outputs import SAVED_FROM, saved

FOR = typer.Option("--for", parser=duration_of, metavar="TIME", help="30m, 4h, 2d. Without it, until armed.")


@verb
def arm(call: ChangeCall) -> None:
    """Allow automatic failovers. The first time this also makes the tier's row: epoch 1, primary active.

    Saves the offline copy of the stack's outputs, too. Asks only on a terminal.

    Examples:
      lifeboat arm -s prod
      lifeboat arm -s prod --yes --reason 'deployed v42'
    """
    deployed = read_deployed(call)
    electorate = deployed.electorate(call.tier)
    control = _control(call, deployed, "Allow automatic failovers")
    if deployed.outputs.source in SAVED_FROM:
        saved(deployed)
    noted(call, control, "arm")
    _tell(call, arming.arm(control, call.tier, electorate))


@verb
def disarm(call: ChangeCall, lasting: Annotated[timedelta | None, FOR] = None) -> None:
    """Let no automatic failover start. A plan under way goes on; a quorum that would have moved the tier pages.

    Asks only on a terminal.

    Examples:
      lifeboat disarm -s prod --for 4h --reason 'INC-42: network work'
      lifeboat disarm -s prod --yes
    """
    deployed = read_deployed(call)
    deployed.electorate(call.tier)
    control = _control(call, deployed, "Let no automatic failover start")
    noted(call, control, "disarm")
    _tell(call, arming.disarm(control, call.tier, lasting))


def told(row: TierRow) -> str:
    """Say in a line where a tier stands."""
    until = f" until {row.armed_until.isoformat()}" if row.armed_until else ""
    doing = f"; {row.kind} {row.plan_id} at {row.step!r}" if row.step else ""
    armed = "armed" if row.armed else f"disarmed{until}"
    return f"{row.tier}: {row.active} is active in epoch {row.epoch}, {row.phase}; {armed}{doing}"


def arming_journal(tier: str) -> str:
    """Name the journal that keeps who armed and disarmed a tier, and why."""
    return f"{tier}-arming"


def _control(call: ChangeCall, deployed: Deployed, what: str) -> ControlTable:
    """Return the control table once the person agrees; a dry run ends here."""
    control = deployed.control(deployed.reachable().region)
    try:
        stands = told(control.row(call.tier))
    except TierRowMissing:
        stands = f"{call.tier}: no row yet; arming makes it, with the primary active in epoch 1"
    if call.dry_run:
        typer.echo(json.dumps({"would": what, "now": stands}) if call.as_json else f"{stands}\nwould: {what}")
        raise typer.Exit
    confirmed_by_person(call, f"{stands}\n{what} of {call.tier}. Go on?")
    return control


def _tell(call: ChangeCall, row: TierRow) -> None:
    typer.echo(json.dumps({"row": asdict(row)}, default=str, sort_keys=True) if call.as_json else told(row))


def noted(call: ChangeCall, control: ControlTable, step: str) -> None:
    """Keep who did a step to a tier's arming, and why, in the journal of it."""
    now = control.time.now()
    done = Entry(
        plan_id=arming_journal(call.tier),
        number=int(now.timestamp()),
        step=step,
        owner=whoami(),
        started_at=now,
        finished_at=now,
        outcome="ordered",
        detail=call.reason or "no reason given",
    )
    control.write_entries([done.item()])
