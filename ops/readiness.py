"""`lifeboat readiness`: whether a failover would work now, and what to do if not. It changes nothing."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from failover.clock import SystemClock
from failover.next_steps import of_stack
from failover.readiness.assess import assess
from failover.readiness.connecting import connect
from failover.readiness.inventory import Inventory
from failover.readiness.report import Finding, Mark, Report
from ops.deployed import Deployed, read_deployed
from ops.options import TierCall, verb
from ops.refusal import REFUSED, CannotReach, end

COLOURS = {Mark.OK: "green", Mark.WARN: "yellow", Mark.FAIL: "red"}


@verb
def readiness(
    call: TierCall,
    everything: Annotated[bool, typer.Option("--all", help="The checks that are ok as well.")] = False,
) -> None:
    """Look at everything that a failover needs, in every region, before it is needed. Exit 0: ready; 1: not.

    Examples:
      lifeboat readiness -s prod
      lifeboat readiness -s prod --json
    """
    deployed = read_deployed(call)
    deployed.electorate(call.tier)
    inventory, protocol = _inventory(deployed), deployed.protocol
    survey = connect(call.tier, inventory, protocol, inventory.control_regions, SystemClock())
    report = assess(survey.take(), call.tier, inventory, protocol)
    told = {"ready": report.ready, "checks": report.told(*Mark)}
    if not call.as_json:
        _show(call.stack, report, tuple(Mark) if everything else (Mark.WARN, Mark.FAIL))
    if not report.ready:
        failed = len(report.marked(Mark.FAIL))
        end(REFUSED, f"refused: not ready, {failed} of the checks fail", "what each of them says", told)
    if call.as_json:
        typer.echo(json.dumps(told, sort_keys=True))


def _inventory(deployed: Deployed) -> Inventory:
    if deployed.inventory is None:
        raise CannotReach("the outputs say nothing of an inventory", "pulumi up, then lifeboat outputs --save")
    return deployed.inventory


def _show(stack: str, report: Report, marks: tuple[Mark, ...]) -> None:
    """Print what a narrow terminal may break and nothing cuts short: names are looked up, next steps are copied."""
    counts = ", ".join(f"{len(report.marked(mark))} {mark}" for mark in Mark)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{'ready' if report.ready else 'not ready'}: {counts}")
    for one in (one for one in report.findings if one.mark in marks):
        console.print(_line(one))
        if one.next_step:
            console.print(Text(f"      expected: {one.expected}\n      next: {of_stack(one.next_step, stack)}"))


def _line(one: Finding) -> Text:
    where = f" in {one.where}" if one.where else ""
    return Text.assemble((f"{one.mark:<6}", COLOURS[one.mark]), f"{one.check}{where}: {' '.join(one.seen.split())}")
