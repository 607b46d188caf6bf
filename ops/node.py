"""`lifeboat node`: which machines are nodes, and what only a person decides about them."""

import json
from datetime import timedelta
from typing import Annotated, Final

import typer

from failover.clock import SystemClock
from failover.enrolment.node import Approval, Node, Row, Waiting, generation_due
from failover.enrolment.nodes_table import ChangedMeanwhile, NodesTable
from ops.deployed import Deployed, read_deployed, whoami
from ops.options import StackCall, verb
from ops.refusal import REFUSED, end

APPROVED_FOR: Final = timedelta(minutes=15)
ID = typer.Argument(help="The instance's number at Linode, which is the node's.", min=1)
REASON = typer.Option("--reason", help="Why; it is kept with who did it.")
SHOW = "lifeboat node show"

node = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Machines that enrolled, and who may do so anew.")


@node.command("show")
@verb
def show_nodes(
    call: StackCall, number: Annotated[int, typer.Argument(help="One node's; without it, all.", metavar="ID")] = 0
) -> None:
    """Show nodes: where they stand, when they enrolled, how many requests they made. It changes nothing.

    Examples:
      lifeboat node show -s prod
      lifeboat node show -s prod 61234567 --json
    """
    nodes = _nodes(read_deployed(call))
    found = [row for row in ([nodes.read(number)] if number else nodes.all()) if row]
    if number and not found:
        end(REFUSED, f"refused: instance {number} never enrolled, and nobody approved it", SHOW)
    if call.as_json:
        typer.echo(json.dumps({"nodes": [_facts(row) for row in found]}, sort_keys=True))
        return
    for row in found:
        typer.echo(_line(row))
    typer.echo(f"{len(found)} nodes")


@node.command("approve")
@verb
def approve_node(call: StackCall, number: Annotated[int, ID], reason: Annotated[str, REASON] = "") -> None:
    """Let a machine enrol once more within 15 minutes: one that was rebuilt, or that is too old to enrol by itself.

    Its former key is worth nothing from then on that it enrols. The machine asks by itself, about once a minute.

    Examples:
      lifeboat node approve -s prod 61234567 --reason 'INC-42: rebuilt from its image'
    """
    _require(reason)
    nodes = _nodes(read_deployed(call))
    row = nodes.read(number)
    until = nodes.time.now() + APPROVED_FOR
    approval = Approval(generation=generation_due(row), until=until, by=whoami(), reason=reason)
    try:
        nodes.approve(row, number, approval)
    except ChangedMeanwhile as error:
        end(REFUSED, f"refused: {error}", f"{SHOW} {number}")
    told = f"node {number} may enrol as generation {approval.generation} until {until.isoformat(timespec='seconds')}"
    facts = {"node": number, "generation": approval.generation, "until": until.isoformat()}
    typer.echo(json.dumps(facts, sort_keys=True) if call.as_json else told)


@node.command("forget")
@verb
def forget_node(call: StackCall, number: Annotated[int, ID], reason: Annotated[str, REASON] = "") -> None:
    """Let a node have no session any more: it was deleted, or somebody else may have its key.

    What it has ends by itself: AWS credentials within an hour, certificates within 24 hours.

    Examples:
      lifeboat node forget -s prod 61234567 --reason 'INC-42: the machine was broken into'
    """
    _require(reason)
    nodes = _nodes(read_deployed(call))
    row = nodes.read(number)
    if row is None:
        end(REFUSED, f"refused: there is no node {number}", SHOW)
    nodes.forget(number)
    typer.echo(
        json.dumps({"forgotten": _facts(row)}, sort_keys=True) if call.as_json else f"node {number} is forgotten"
    )


def _nodes(deployed: Deployed) -> NodesTable:
    """Return the nodes' rows as seen from a control region that answers."""
    return NodesTable(deployed.control_table, deployed.reachable().client, SystemClock())


def _require(reason: str) -> None:
    if not reason:
        end(REFUSED, "refused: say why with --reason; it is kept", "--reason 'INC-42: ...'")


def _line(row: Row) -> str:
    if isinstance(row, Waiting):
        return f"{row.id}  never enrolled; {_approved(row.approval)}"
    place, at = row.enrolled.place, row.enrolled.at.isoformat(timespec="seconds")
    rest = f"; {_approved(row.approval)}" if row.approval else ""
    who = f"{row.id}  {place.site} {place.pool}, generation {row.generation}, enrolled {at} as"
    return f"{who} {', '.join(row.enrolled.addresses)}, {row.counter} sessions, {len(row.roots)} roots{rest}"


def _approved(approval: Approval) -> str:
    until = approval.until.isoformat(timespec="seconds")
    return f"generation {approval.generation} approved until {until} by {approval.by}: {approval.reason}"


def _facts(row: Row) -> dict[str, object]:
    facts: dict[str, object] = {"node": row.id, "generation": generation_due(row) - 1}
    if row.approval:
        facts |= {"approvedUntil": row.approval.until.isoformat(), "approvedBy": row.approval.by}
    return facts | _enrolled(row) if isinstance(row, Node) else facts


def _enrolled(row: Node) -> dict[str, object]:
    place, seen = row.enrolled.place, {"counter": row.counter, "roots": list(row.roots)}
    at = {"addresses": list(row.enrolled.addresses), "enrolledAt": row.enrolled.at.isoformat()}
    return {"site": place.site, "pool": place.pool, **at, **seen}
