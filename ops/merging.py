"""`lifeboat break-glass --merge`: what was forced without the control table becomes an epoch of it."""

import json
import uuid

import typer

from failover import break_glass
from failover.break_glass import Glass
from failover.control_table import ControlTable
from failover.journal import Entry
from failover.orders import Order, OrderKind
from failover.tier import Phase, TierRow
from ops.arming import told
from ops.asking import confirmed
from ops.deployed import Deployed, whoami
from ops.glass_record import MERGED, GlassRecord
from ops.options import ChangeCall
from ops.orchestrators import give
from ops.refusal import FAILED, REFUSED, end

RESUME = "the same command goes on from there"


def merge(call: ChangeCall, deployed: Deployed, kept: GlassRecord) -> None:
    """Hold the row in an epoch above all, then have an orchestrator publish it as it does after any failover.

    Raises:
        Ended: another plan is under way, the record is another stack's, or the plan did not get to its end.
        CannotReach: the control table does not answer yet.
        AlreadyMoved: somebody changed the row meanwhile.
    """
    glass = kept.read()
    control, seen = deployed.answering(call.tier)
    if kept.is_merged():
        _tell(call, f"merged before; {told(seen.row)}", seen.row)
        return
    _check(call, glass, seen.row)
    if call.dry_run:
        _tell(call, f"would bring {glass.id} into the table; {told(seen.row)}", seen.row)
        return
    confirmed(call, f"{told(seen.row)}\nMake {glass.target} active in an epoch above {glass.epoch}. Go on?")
    row = _held(control, glass, kept, seen.row)
    if row.phase is Phase.HELD:
        row = _published(call, deployed, control, glass)
    kept.add(MERGED, {"row": told(row)})
    _tell(call, told(row), row)


def _check(call: ChangeCall, glass: Glass, row: TierRow) -> None:
    if (glass.stack, glass.tier) != (call.stack, call.tier):
        end(REFUSED, f"refused: this is a record of {glass.stack}, {glass.tier}", "mind the file's name: --record")
    if row.unfinished:
        end(REFUSED, f"refused: a plan is under way: {told(row)}", "lifeboat status --watch, then the same command")
    if row.epoch > glass.epoch and not _is_of(row, glass):
        why = f"epoch {row.epoch} is above the forced {glass.epoch}: somebody merged this or another and moved on"
        end(REFUSED, f"refused: {why}", "lifeboat journal; lifeboat failover if it is still wanted")


def _is_of(row: TierRow, glass: Glass) -> bool:
    """Whether the row's plan is this glass's: the held one that the merge made, or the order that resumed it."""
    return str(row.plan_id).startswith(glass.id)


def _held(control: ControlTable, glass: Glass, kept: GlassRecord, row: TierRow) -> TierRow:
    """Write the record into the table's journal and the forced epoch into the row, unless that was done before."""
    if _is_of(row, glass):
        return row
    control.write_entries([_entry(control, glass, kept, row).item()])
    return control.apply(glass.tier, break_glass.merged(row, glass, control.time.now()))


def _entry(control: ControlTable, glass: Glass, kept: GlassRecord, row: TierRow) -> Entry:
    now = control.time.now()
    return Entry(
        plan_id=glass.id,
        number=row.owner_counter,
        step="break-glass",
        owner=glass.by,
        started_at=now,
        finished_at=now,
        outcome="merged",
        detail=json.dumps(kept.lines(), sort_keys=True),
    )


def _published(call: ChangeCall, deployed: Deployed, control: ControlTable, glass: Glass) -> TierRow:
    """Have the held plan resumed by an order of its own id, as a repeated one would get the first one's answer."""
    order = Order(
        id=f"{glass.id}-{uuid.uuid4()}",
        kind=OrderKind.FAILOVER,
        tier=glass.tier,
        epoch=control.row(glass.tier).epoch,
        target=glass.target,
        reason=call.reason,
        by=whoami(),
        issued_at=control.time.now(),
    )
    answer = give(deployed, order, glass.target)
    if answer["outcome"] != "done":
        end(FAILED, f"{answer['outcome']}: {answer['reason']}; the tier is held, nobody writes", RESUME, answer)
    return control.row(glass.tier)


def _tell(call: ChangeCall, line: str, row: TierRow) -> None:
    facts = {"epoch": row.epoch, "active": row.active, "phase": row.phase, "told": line}
    typer.echo(json.dumps(facts, sort_keys=True) if call.as_json else line)
