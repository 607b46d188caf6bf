"""`lifeboat break-glass`: what can still be done when the control table has no majority, and the merge afterwards."""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from failover.break_glass import Glass, Known, Majority, is_off
from failover.clock import SystemClock
from failover.fan_out import ThreadFanOut
from failover.sites import Site, other
from ops.asking import typed
from ops.deployed import Deployed, read_deployed, whoami
from ops.glass_looks import GlassLooks
from ops.glass_record import GlassRecord
from ops.merging import merge
from ops.options import ChangeCall, verb
from ops.refusal import FAILED, REFUSED, end

CLIENTS = {
    "mrsc": "clients of `mrsc` tables need no view and go on writing in either region",
    "mrec": "clients write nothing until the merge: they have no view of the row; plain reads of the standby work",
    "streams": "clients write nothing until the merge: they have no view of the row; plain reads of the standby work",
}


@dataclass(frozen=True, kw_only=True)
class GlassCall(ChangeCall):
    """What only the operator can know, and where it is kept."""

    last_epoch: Annotated[
        int | None,
        typer.Option(min=1, help="The tier's last epoch, if no replica shows it; every page says one."),
    ] = None
    last_active: Annotated[str, typer.Option(metavar="SITE", help="primary or secondary: who served in it.")] = ""
    old_site_is_off: Annotated[
        str, typer.Option(metavar="REGION", help="Instead of typing the old site's region when asked.")
    ] = ""
    proof: Annotated[str, typer.Option(help="How it is known that the old site is off; it is kept.")] = ""
    record: Annotated[
        Path | None, typer.Option(help="The local journal; lifeboat-break-glass-STACK-TIER.jsonl if not said.")
    ] = None
    merging: Annotated[
        bool, typer.Option("--merge", help="The table has its majority again: bring the record into it.")
    ] = False


@verb
def break_glass(call: GlassCall) -> None:
    """Move what can be moved without a majority of the control table; refused while there is one.

    It tells the other site outside (SSM, pages) under a forced epoch, and keeps a record. It does not let clients of
    `mrec` and `streams` tables write: nothing could keep one that missed it from writing to the old site. docs/cli.md
    says why. `--merge` brings the record into the table when it answers again, and clients follow.

    Examples:
      lifeboat break-glass -s prod --dry-run
      lifeboat break-glass -s prod --reason INC-42 --proof 'AWS Health: DynamoDB in us-east-1 is down'
      lifeboat break-glass -s prod --merge --reason INC-42
    """
    deployed = read_deployed(call)
    deployed.electorate(call.tier)
    kept = GlassRecord(call.record or Path(f"lifeboat-break-glass-{call.stack}-{call.tier}.jsonl"))
    if call.merging:
        merge(call, deployed, kept)
        return
    looks = GlassLooks(deployed, call.tier, ThreadFanOut(), SystemClock())
    known = _last_known(call, looks)
    _check(looks, deployed, known)
    if call.dry_run:
        _tell(call, f"would tell {other(known.active)} outside; {CLIENTS[deployed.mode]}", {"known": asdict(known)})
        return
    _demand_proof(call, deployed.sites.region(known.active))
    _break(call, deployed, looks, kept.open(_glass(call, known)), kept)


def _last_known(call: GlassCall, looks: GlassLooks) -> Known:
    """Refuse while the table has its majority; else find out where the tier was, or believe the operator."""
    seen = looks.majority()
    if seen is Majority.THERE:
        end(REFUSED, "refused: the control table has its majority; there is no glass to break", "lifeboat failover")
    if seen is Majority.UNKNOWN:
        why = "no control region can be reached from here, so nothing can be told, and it may be this machine's network"
        end(REFUSED, f"refused: {why}", "try from another network; lifeboat doctor")
    if call.last_epoch and call.last_active in ("primary", "secondary"):
        return Known(epoch=call.last_epoch, active=cast(Site, call.last_active), source="operator")
    known = looks.known()
    if known is None:
        why = "no replica shows the tier's row, not even an old one"
        end(REFUSED, f"refused: {why}", "give --last-epoch and --last-active, as the newest page told them")
    return known


def _check(looks: GlassLooks, deployed: Deployed, known: Known) -> None:
    """Refuse if the old site is seen to answer, or the new one does not."""
    old = deployed.sites.region(known.active)
    if not is_off(looks.answer_of(known.active)):
        why = f"{old} answers, so it is not off, and whoever writes there goes on"
        end(REFUSED, f"refused: {why}", "wait for the control table's majority; docs/cli.md says what clients can do")
    if trouble := looks.trouble_with(other(known.active)):
        end(REFUSED, f"refused: {trouble}", "lifeboat runbook both-regions-down")


def _demand_proof(call: GlassCall, old_region: str) -> None:
    if not (call.reason and call.proof):
        end(REFUSED, "refused: say why with --reason, and with --proof how you know that the old site is off")
    if not call.old_site_is_off:
        typed(old_region, f"Nobody can write in {old_region} any more, as you know by: {call.proof}. Its name")
    elif call.old_site_is_off != old_region:
        end(REFUSED, f"refused: the old site is {old_region}, not {call.old_site_is_off}; nothing was done")


def _glass(call: GlassCall, known: Known) -> Glass:
    return Glass(
        id=f"break-glass-{uuid.uuid4()}",
        stack=call.stack,
        tier=call.tier,
        known=known,
        target=other(known.active),
        by=whoami(),
        reason=call.reason,
        proof=call.proof,
        at=datetime.now(UTC),
    )


def _break(call: GlassCall, deployed: Deployed, looks: GlassLooks, glass: Glass, kept: GlassRecord) -> None:
    """Tell the other site outside and tell people; each on record before it is done, with its outcome after it."""
    kept.add("publishing", {"value": deployed.sites.region(glass.target), "epoch": glass.epoch})
    failed = dict(looks.publish(glass.target))
    done = [region for region in deployed.control_regions if region not in failed]
    kept.add("published", {"regions": done, "failed": failed})
    paged = looks.tell(glass)
    kept.add("told people", {"taken": paged})
    facts = {"glass": {**asdict(glass), "epoch": glass.epoch}, "published": done, "failed": failed, "paged": paged}
    if not done:
        end(FAILED, f"failed: no region took the outside value: {failed}", "the same command goes on from there", facts)
    where = f"{deployed.sites.region(glass.target)} is told outside in {', '.join(done)} under epoch {glass.epoch}"
    _tell(call, f"{where}; {CLIENTS[deployed.mode]}; kept in {kept.path}; merge as soon as the table answers", facts)


def _tell(call: GlassCall, line: str, facts: dict[str, Any]) -> None:
    typer.echo(json.dumps({**facts, "told": line}, default=str, sort_keys=True) if call.as_json else line)
