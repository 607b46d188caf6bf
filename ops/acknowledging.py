"""`lifeboat acknowledge`: somebody has seen it, so nobody else is woken for the same."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

import typer

from failover.incidents import Acknowledgement, Incident, NoSuchIncident, acknowledge, all_incidents
from ops.deployed import read_deployed, whoami
from ops.options import StackCall, duration_of, verb
from ops.refusal import REFUSED, end

# A shift: what is still broken after it is somebody else's to know.
SHIFT = timedelta(hours=8)
FOR = typer.Option("--for", parser=duration_of, metavar="TIME", help="How long repeats stay silent; 8h if not said.")
REASON = typer.Option("--reason", help="What is being done; it is kept with who said it.")


@verb
def acknowledge_incident(
    call: StackCall,
    incident: Annotated[str, typer.Argument(help="The page's Incident line; without it, list what is open.")] = "",
    lasting: Annotated[timedelta | None, FOR] = None,
    reason: Annotated[str, REASON] = "",
) -> None:
    """Mark a page as seen, so that it is not repeated for a while; without an id, list what nobody has in hand.

    What has another id, such as the same trouble in a later epoch, pages all the same.

    Examples:
      lifeboat acknowledge -s prod
      lifeboat acknowledge -s prod data-7-disarmed --for 4h --reason 'INC-42, Ada is on it'
    """
    deployed = read_deployed(call)
    reached = deployed.reachable()
    if not incident:
        _list(call, all_incidents(reached.client, deployed.control_table), reached.now)
        return
    said = Acknowledgement(by=whoami(), reason=reason or "not said", until=reached.now + (lasting or SHIFT))
    try:
        seen = acknowledge(reached.client, deployed.control_table, incident, said)
    except NoSuchIncident as error:
        end(REFUSED, f"refused: {error}", "lifeboat acknowledge")
    told = f"{seen.id}: not told again before {said.until.isoformat()}"
    typer.echo(json.dumps({"incident": asdict(seen)}, default=str, sort_keys=True) if call.as_json else told)


def _list(call: StackCall, incidents: tuple[Incident, ...], now: datetime) -> None:
    waiting = [one for one in incidents if not one.acknowledged_at(now)]
    if call.as_json:
        typer.echo(json.dumps({"incidents": [asdict(one) for one in waiting]}, default=str, sort_keys=True))
        return
    for one in waiting:
        typer.echo(f"{one.id}\n  {one.severity}, {one.told_at.isoformat(timespec='seconds')}: {one.summary}")
    typer.echo(f"{len(waiting)} not acknowledged")
