"""`lifeboat status`: who is active, what is under way, who says what. It changes nothing."""

import itertools
import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from failover.clock import Clock, SystemClock
from failover.fan_out import ThreadFanOut
from failover.tier import TierRow
from failover.votes import Vote
from ops.arming import told
from ops.deployed import read_deployed
from ops.options import TierCall, verb
from ops.refusal import CannotReach
from ops.sight import NOT_WATCHED, Sight, Watch

PAUSE_SECONDS = 1.0


@verb
def status(
    call: TierCall,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look every second until Ctrl-C.")] = False,
) -> None:
    """Tell who is active, what is under way, what each observer last said and each region tells outside.

    Whether a vote is fresh shows only while watching: its counter must be seen moving.

    Examples:
      lifeboat status -s prod
      lifeboat status -s prod --watch
      lifeboat status -s prod --json | jq -r .row.active
    """
    if watch and call.as_json:
        raise typer.BadParameter("--watch is for people and --json is one document; give one of them")
    looks = Watch(read_deployed(call), call.tier, ThreadFanOut(), SystemClock())
    if watch:
        live(looks, Console(), SystemClock())
        return
    sight = looks.look()
    if call.as_json:
        typer.echo(json.dumps(sight.as_json(), default=str, sort_keys=True))
    else:
        Console().print(picture(sight))


def live(looks: Watch, console: Console, clock: Clock, most: int | None = None) -> None:
    """Show one look after the other in place, ``most`` of them or until Ctrl-C; no answer is shown as such."""
    with Live(console=console, auto_refresh=False) as screen:
        try:
            for _ in itertools.count() if most is None else range(most):
                screen.update(_seen(looks), refresh=True)
                clock.sleep(PAUSE_SECONDS)
        except KeyboardInterrupt:
            return


def _seen(looks: Watch) -> RenderableType:
    try:
        return picture(looks.look())
    except CannotReach as error:
        return Text(error.line)


def picture(sight: Sight) -> Group:
    """Draw one look."""
    row = sight.snapshot.row
    return Group(Text(told(row)), Text(_summary(sight)), _votes(sight), Text(_reasons(sight)), _regions(sight))


def _summary(sight: Sight) -> str:
    row, count = sight.snapshot.row, sight.count
    down = f"{len(count.unhealthy)} of the {count.quorum} votes that it takes say that {row.active} is down"
    lag = "unknown" if sight.lag_ms is None else f"{sight.lag_ms} ms"
    owner = f"; owned by {row.owner}" if row.owner else ""
    return f"{down}; the standby's lag is {lag}{owner}"


def _votes(sight: Sight) -> Table:
    watched = "" if NOT_WATCHED not in sight.freshness.values() else " (freshness shows after a while of --watch)"
    table = Table(title=f"votes{watched}", title_justify="left", box=box.SIMPLE)
    for name in ("observer", "vote", "active", "standby", "lag ms"):
        table.add_column(name, no_wrap=True)
    votes = {vote.observer: vote for vote in sight.snapshot.votes}
    for voter, freshness in sight.freshness.items():
        cells = _vote(votes[voter], sight.snapshot.row, freshness) if voter in votes else ("none yet",)
        table.add_row(voter, *(Text(cell) for cell in cells))
    return table


def _vote(vote: Vote, row: TierRow, freshness: str) -> tuple[str, ...]:
    """Tell a vote in cells; one about another site or epoch counts for nothing and says so."""
    missed = f", {vote.misses} missed" if vote.misses else ""
    verdict = f"{vote.verdict}{missed}" if vote.about(row) else f"of epoch {vote.epoch}"
    lag = "-" if vote.lag_ms is None else str(vote.lag_ms)
    return freshness, verdict, str(vote.standby), lag


def _reasons(sight: Sight) -> str:
    """Tell why each voted as it did; below the table, which a column of such a width would squeeze out of sight."""
    votes = sorted(sight.snapshot.votes, key=lambda vote: vote.observer)
    return "\n".join(f"  {vote.observer}: {' '.join(vote.reason.split())}" for vote in votes)


def _regions(sight: Sight) -> Table:
    table = Table("control region", "table", "active region told outside", box=box.SIMPLE)
    for region, seen in sight.regions.items():
        table.add_row(region, seen.table, f"{seen.outside}{' (differs; to be mended)' if seen.differs else ''}")
    return table
