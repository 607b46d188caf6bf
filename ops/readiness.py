"""`lifeboat readiness`: whether a failover would work now, and what to do if not. It changes nothing."""

import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from failover.clock import SystemClock
from failover.readiness.assess import assess
from failover.readiness.connecting import connect
from failover.readiness.inventory import Inventory
from failover.readiness.report import Finding, Mark, Report
from ops.deployed import CannotReach, Deployed, OutputsOption, StackOption, TierOption, read_deployed
from ops.refusal import REFUSED, one_line

COLOURS = {Mark.OK: "green", Mark.WARN: "yellow", Mark.FAIL: "red"}


def readiness(
    stack: StackOption,
    outputs: OutputsOption = None,
    tier: TierOption = "data",
    everything: Annotated[bool, typer.Option("--all", help="The checks that are ok as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Every check, for scripts.")] = False,
) -> None:
    """Look at everything that a failover needs, in every region, before it is needed. Exit 0: ready; 1: not.

    Example: lifeboat readiness -s prod
    """
    with one_line():
        deployed = read_deployed(stack, outputs)
        deployed.electorate(tier)
        inventory, protocol = _inventory(deployed), deployed.protocol
        survey = connect(tier, inventory, protocol, inventory.control_regions, SystemClock())
        report = assess(survey.take(), tier, inventory, protocol)
    if as_json:
        typer.echo(json.dumps({"ready": report.ready, "checks": report.told(*Mark)}, sort_keys=True))
    else:
        _show(report, tuple(Mark) if everything else (Mark.WARN, Mark.FAIL))
    if not report.ready:
        raise typer.Exit(REFUSED)


def _inventory(deployed: Deployed) -> Inventory:
    if deployed.inventory is None:
        raise CannotReach("the outputs say nothing of an inventory; save them again after `pulumi up`")
    return deployed.inventory


def _show(report: Report, marks: tuple[Mark, ...]) -> None:
    counts = ", ".join(f"{len(report.marked(mark))} {mark}" for mark in Mark)
    console = Console()
    console.print(f"{'ready' if report.ready else 'not ready'}: {counts}")
    shown = [one for one in report.findings if one.mark in marks]
    if shown:
        console.print(_table(shown))


def _table(findings: list[Finding]) -> Table:
    table = Table("check", "where", "", "seen", "expected", "next step", box=box.SIMPLE)
    for one in findings:
        mark = f"[{COLOURS[one.mark]}]{one.mark}[/]"
        table.add_row(one.check, one.where or "-", mark, one.seen, one.expected, one.next_step)
    return table
