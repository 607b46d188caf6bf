"""Gathers the verbs of `lifeboat`. Exit codes: 0 done, 1 refused with why, 2 usage, 3 failed mid-way."""

import contextlib
import os
import sys
from typing import NoReturn

import typer

from failover.orders import OrderKind
from ops.acknowledging import acknowledge_incident
from ops.arming import arm, disarm
from ops.authority import authority
from ops.backfilling import backfill
from ops.break_glass import break_glass
from ops.certificate import certificate
from ops.diverging import divergence
from ops.doctor import doctor
from ops.drifting import drift
from ops.forecasting import forecast
from ops.looking import journal
from ops.moves import move
from ops.node import node
from ops.outputs import outputs
from ops.readiness import readiness
from ops.redriving import redrive
from ops.repairing import repair
from ops.resources import resources
from ops.retiring import retire
from ops.rolling_out import rollout
from ops.runbook import runbook
from ops.secret import secret
from ops.state_backend import state_backend
from ops.status import status
from ops.verifying import verify

app = typer.Typer(
    name="lifeboat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(resources)
app.command()(forecast)
app.command()(outputs)
app.command()(doctor)
app.command()(readiness)
app.command()(runbook)
app.command()(status)
app.command()(journal)
app.command(name="acknowledge")(acknowledge_incident)
app.command()(arm)
app.command()(disarm)
app.command()(rollout)
app.command()(drift)
for kind in (OrderKind.FAILOVER, OrderKind.SWITCHOVER, OrderKind.FAILBACK, OrderKind.ABORT):
    app.command(name=kind.value)(move(kind))
app.command()(divergence)
app.command()(redrive)
app.command(name="break-glass")(break_glass)
app.command()(verify)
app.command()(backfill)
app.command()(repair)
app.command()(retire)
app.command(name="state-backend")(state_backend)
app.add_typer(secret, name="secret")
app.add_typer(node, name="node")
app.add_typer(authority, name="authority")
app.add_typer(certificate, name="certificate")


@app.callback()
def lifeboat() -> None:
    """Cross-region failover: look at what is declared, and move what runs.

    Exit codes: 0 done, 1 refused with why, 2 usage, 3 failed mid-way: the same command goes on from there.
    """


def main() -> NoReturn:
    """Run a verb and leave at once: what still waits for a dark region holds nobody up."""
    code: object = 0
    try:
        app(prog_name="lifeboat")
    except SystemExit as ended:
        code = ended.code
    with contextlib.suppress(OSError):  # whoever read us has gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
