"""Gathers the verbs of `lifeboat`. Exit codes: 0 done, 1 refused with why, 2 usage, 3 failed mid-way."""

import typer

from failover.orders import OrderKind
from ops.arming import arm, disarm
from ops.forecasting import forecast
from ops.looking import journal, status
from ops.moves import verb
from ops.readiness import readiness
from ops.resources import resources

app = typer.Typer(name="lifeboat", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(resources)
app.command()(forecast)
app.command()(status)
app.command()(journal)
app.command()(arm)
app.command()(disarm)
app.command()(readiness)
for kind in (OrderKind.FAILOVER, OrderKind.SWITCHOVER, OrderKind.FAILBACK, OrderKind.ABORT):
    app.command(name=kind.value)(verb(kind))


@app.callback()
def lifeboat() -> None:
    """Cross-region failover: look at what is declared, and move what runs."""


if __name__ == "__main__":
    app(prog_name="lifeboat")
