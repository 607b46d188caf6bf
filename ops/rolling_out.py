"""`lifeboat rollout`: a change of the program reaches a stack that is in use, with automation held back meanwhile."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

import typer

from failover.clock import SystemClock
from failover.failures import AWS_ERRORS
from ops.arming import noted, told
from ops.asking import confirmed
from ops.declared import declared
from ops.deployed import Deployed, read_deployed
from ops.engine import Engine, EngineFailed
from ops.hold import Hold, MayNotChange, SilentObserver, Terms
from ops.options import ChangeCall, duration_of, verb
from ops.refusal import FAILED, REFUSED, end
from ops.rollout import Stage, rollout_stages, update_order, without

FOR = typer.Option(
    "--for", parser=duration_of, metavar="TIME", help="How long to disarm, 1h if not said; renewed each stage."
)
LOST = typer.Option("--without", metavar="AWS_REGION", help="A lost region, left alone; may be given again.")
MOVED = typer.Option("--while-moved/--no-while-moved", help="Go on though the secondary serves.")
AN_HOUR = timedelta(hours=1)
AGAIN = "lifeboat status; repair, then the same command again"
BROKEN = (EngineFailed, SilentObserver, MayNotChange, *AWS_ERRORS)


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """Carries stages out, one after the other."""

    stages: Sequence[Stage]
    engine: Engine
    hold: Hold

    def run(self) -> None:
        """Change one stage after the other while the tiers are held; the next one only once its observer votes.

        Raises:
            EngineFailed, SilentObserver, MayNotChange: what is left is not done; running it again goes on.
        """
        for number, stage in enumerate(self.stages, start=1):
            typer.echo(f"{number}/{len(self.stages)} {stage.name}: {len(stage.urns)} resources", err=True)
            self.hold.take()
            before = self.hold.voters()
            self.engine.up(stage.urns if stage.observer else ())
            if stage.observer:
                self.hold.await_new_votes(stage.observer, before)


@verb
def rollout(
    call: ChangeCall,
    lasting: Annotated[timedelta | None, FOR] = None,
    while_moved: Annotated[bool, MOVED] = False,
    lost: Annotated[list[str] | None, LOST] = None,
) -> None:
    """Deploy this checkout: disarm, change one observer at a time, then the rest, and arm again what was armed.

    Refuses while a tier is not steady or its secondary serves. If it stops half-way it says what is still disarmed and
    until when; the same command goes on from there. --tier is not looked at: a rollout concerns them all.

    Examples:
      lifeboat rollout -s prod --dry-run
      lifeboat rollout -s prod --yes --reason 'release 42'
      lifeboat rollout -s prod --without us-east-1 --while-moved --yes --reason 'INC-42'
    """
    deployed, gone = read_deployed(call), tuple(lost or ())
    stages = _stages(deployed, gone)
    terms = Terms(lasting=lasting or AN_HOUR, while_moved=while_moved, lost=gone)
    control = deployed.control(deployed.reachable().region)
    hold = Hold(control, deployed.protocol, SystemClock(), terms)
    armed = _checked(hold)
    if call.dry_run:
        _show(call, stages, armed)
        return
    confirmed(call, f"Disarm {', '.join(armed) or 'nothing'} and deploy in {len(stages)} stages. Go on?")
    for tier in armed:
        noted(replace(call, tier=tier), control, "rollout")
    carry_out(call, Rollout(stages=stages, engine=Engine(stack=call.stack, lost=gone), hold=hold))


def _stages(deployed: Deployed, lost: Sequence[str]) -> tuple[Stage, ...]:
    order = update_order(deployed.control_regions, deployed.sites.primary, deployed.sites.secondary)
    return without(rollout_stages(declared(deployed.stack, preview=True).registrations, order), lost)


def _checked(hold: Hold) -> tuple[str, ...]:
    try:
        return hold.check()
    except MayNotChange as error:
        end(REFUSED, f"refused: {error}", "lifeboat status")


def _show(call: ChangeCall, stages: Iterable[Stage], armed: Sequence[str]) -> None:
    listed = [{"stage": one.name, "observer": one.observer, "urns": one.urns} for one in stages]
    if call.as_json:
        typer.echo(json.dumps({"disarms": armed, "stages": listed}, sort_keys=True))
        return
    typer.echo(f"would disarm: {', '.join(armed) or 'nothing, nothing is armed'}")
    for one in stages:
        typer.echo(f"would change: {one.name}, {len(one.urns)} resources")


def carry_out(call: ChangeCall, one: Rollout) -> None:
    """Run it; whatever happens, the last words are about who is armed.

    Raises:
        Ended: it did not get through, or a tier could not be armed again.
    """
    try:
        one.run()
    except BROKEN as error:
        end(FAILED, f"failed: {error}; {_released(one.hold)}", AGAIN)
    except KeyboardInterrupt:
        end(FAILED, f"failed: interrupted; {_released(one.hold)}", AGAIN)
    if silent := one.hold.release():
        stand = "; ".join(told(row) for row in one.hold.rows())
        end(FAILED, f"deployed, but {', '.join(silent)} is not armed again: an observer is silent; {stand}", AGAIN)
    rows = [told(row) for row in one.hold.rows()]
    document = {"stages": [stage.name for stage in one.stages], "tiers": rows}
    typer.echo(json.dumps(document) if call.as_json else "\n".join(rows) or "deployed; no tier was ever armed")


def _released(hold: Hold) -> str:
    """Arm again what can be, and say how the tiers stand then, or that nobody knows."""
    try:
        hold.release()
        return "; ".join(told(row) for row in hold.rows()) or "no tier was ever armed"
    except AWS_ERRORS as error:
        return f"nobody knows whether it is armed, at the latest it will be when its time is over: {error}"
