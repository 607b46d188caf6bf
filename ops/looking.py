"""`lifeboat status` and `lifeboat journal`: where a tier stands, and how it came there. They change nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from failover.control_table import Snapshot
from failover.votes import tally
from ops.arming import told
from ops.deployed import OutputsOption, StackOption, TierOption, read_deployed
from ops.refusal import REFUSED, end, one_line

JsonOption = Annotated[bool, typer.Option("--json", help="For scripts.")]
VOTE_COLUMNS = ("observer", "site", "epoch", "verdict", "misses", "standby", "acked_lag_ms", "latency_ms", "reason")
ENTRY_COLUMNS = ("sk", "step", "owner", "started_at", "finished_at", "outcome", "detail")


def status(
    stack: StackOption, outputs: OutputsOption = None, tier: TierOption = "data", as_json: JsonOption = False
) -> None:
    """Tell who is active, what is under way, and what each observer last said.

    Example: lifeboat status -s prod
    """
    with one_line():
        deployed = read_deployed(stack, outputs)
        _, seen = deployed.answering(tier)
        counted = tally(seen.votes, seen.row, deployed.protocol)
        if as_json:
            typer.echo(json.dumps({"row": asdict(seen.row), "votes": _votes(seen)}, default=str, sort_keys=True))
            return
        typer.echo(told(seen.row))
        down = f"{len(counted.unhealthy)} of the {counted.quorum} votes that it takes say {seen.row.active} is down"
        _show(down, VOTE_COLUMNS, _votes(seen))


def journal(
    stack: StackOption,
    plan: Annotated[str, typer.Argument(help="A plan's id; without it, the tier's last plan.")] = "",
    outputs: OutputsOption = None,
    tier: TierOption = "data",
    as_json: JsonOption = False,
) -> None:
    """Tell what a plan did, step by step, in AWS time.

    Example: lifeboat journal -s prod
    """
    with one_line():
        control, seen = read_deployed(stack, outputs).answering(tier)
        plan_id = plan or seen.row.plan_id
        entries = control.entries(plan_id) if plan_id else []
        if not entries:
            end(REFUSED, f"refused: no journal of {plan_id or 'any plan'}; {told(seen.row)}")
        if as_json:
            typer.echo(json.dumps(entries, default=str, sort_keys=True))
        else:
            _show(f"plan {plan_id}", ENTRY_COLUMNS, entries)


def _votes(seen: Snapshot) -> list[dict[str, Any]]:
    return [asdict(vote) for vote in sorted(seen.votes, key=lambda vote: vote.observer)]


def _show(title: str, columns: Sequence[str], lines: Sequence[dict[str, Any]]) -> None:
    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE)
    for line in lines:
        table.add_row(*(str(line.get(name, "") if line.get(name) is not None else "-") for name in columns))
    Console().print(table)
