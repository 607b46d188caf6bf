"""`lifeboat arm` and `lifeboat disarm`: whether automatic plans may start."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from failover import arming
from failover.control_table import ControlTable, TierRowMissing
from failover.failures import AWS_ERRORS
from failover.tier import TierRow
from ops.deployed import CannotReach, Deployed, OutputsOption, StackOption, TierOption, read_deployed
from ops.refusal import one_line

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def arm(stack: StackOption, outputs: OutputsOption = None, tier: TierOption = "data") -> None:
    """Allow automatic failovers. The first time this also makes the tier's row: epoch 1, primary active.

    Example: lifeboat arm -s prod
    """
    with one_line():
        deployed = read_deployed(stack, outputs)
        electorate = deployed.electorate(tier)
        typer.echo(told(arming.arm(_reachable(deployed, tier), tier, electorate)))


def disarm(
    stack: StackOption,
    lasting: Annotated[str, typer.Option("--for", help="For how long: 30m, 4h, 2d. Without it, until armed.")] = "",
    outputs: OutputsOption = None,
    tier: TierOption = "data",
) -> None:
    """Let no automatic failover start. A plan under way goes on; a quorum that would have moved the tier pages.

    Example: lifeboat disarm -s prod --for 4h
    """
    with one_line():
        duration = duration_of(lasting) if lasting else None
        typer.echo(told(arming.disarm(_reachable(read_deployed(stack, outputs), tier), tier, duration)))


def duration_of(text: str) -> timedelta:
    """Read 30m, 4h, 2d.

    Raises:
        ValueError: it is not such a text.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,4})([smhd])", text)
    if not found:
        raise ValueError(f"--for {text!r} is no duration; write a whole number and s, m, h or d, as in 4h")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def told(row: TierRow) -> str:
    """Say in a line where a tier stands."""
    until = f" until {row.armed_until.isoformat()}" if row.armed_until else ""
    doing = f"; {row.kind} {row.plan_id} at {row.step!r}" if row.step else ""
    armed = "armed" if row.armed else f"disarmed{until}"
    return f"{row.tier}: {row.active} is active in epoch {row.epoch}, {row.phase}; {armed}{doing}"


def _reachable(deployed: Deployed, tier: str) -> ControlTable:
    """Return the control table in the first region that answers, whether or not it has the tier's row."""
    failures: dict[str, str] = {}
    for region in deployed.control_regions:
        control = deployed.control(region)
        try:
            control.row(tier)
        except TierRowMissing:
            return control
        except AWS_ERRORS as error:
            failures[region] = str(error)
        else:
            return control
    raise CannotReach(f"no control region answers: {failures}")
