"""`lifeboat redrive`: what could not be carried to the other site is tried again, once its cause is gone."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from ops.asking import confirmed
from ops.dead_queue import DeadQueue, Fate, Letter, Run
from ops.decided import decided
from ops.deployed import Deployed, read_deployed
from ops.options import ChangeCall, verb
from ops.refusal import FAILED, REFUSED, CannotReach, end
from ops.replicators import functions_of, named, require_lists

NOUN = "dead-records"
AGAIN = "mend what the reasons say, then the same command again; docs/divergence.md"


@dataclass(frozen=True, kw_only=True)
class RedriveCall(ChangeCall):
    """Where to look."""

    region: Annotated[
        str, typer.Option(metavar="AWS_REGION", help="One data region only: whose changes were not carried over.")
    ] = ""


@verb
def redrive(call: RedriveCall) -> None:
    """Try the records again that could not be carried over (mode `streams`) or audited (`mrec`); --dry-run lists them.

    What succeeds leaves the queue; what fails again stays there, with its object in the bucket, and can be redriven
    later. A record older than what stands at the other site changes nothing there.

    Examples:
      lifeboat redrive -s prod --dry-run
      lifeboat redrive -s prod --reason 'INC-42: the index is mended'
      lifeboat redrive -s prod --region us-east-1 --reason INC-42 --yes --json
    """
    deployed = read_deployed(call)
    require_lists(deployed)
    queues = {region: _queue(deployed, region) for region in _regions(call, deployed)}
    if call.dry_run:
        _list(call, _reached(_run(queues, dry=True)))
        return
    confirmed(call, f"The functions of {', '.join(queues)} get again what they could not handle. Go on?")
    noted = decided(deployed, call, "redrives")
    runs = _reached(_run(queues, dry=False))
    noted(_summary(runs))
    _report(call, runs)


def _regions(call: RedriveCall, deployed: Deployed) -> tuple[str, ...]:
    regions = (deployed.sites.primary, deployed.sites.secondary)
    if call.region and call.region not in regions:
        end(REFUSED, f"refused: {call.region} is no data region of this stack; they are {', '.join(regions)}")
    return (call.region,) if call.region else regions


def _queue(deployed: Deployed, region: str) -> DeadQueue:
    bucket = f"{named(deployed, NOUN)}-{deployed.account_id}-{region}"
    return DeadQueue(region, queue=named(deployed, NOUN), bucket=bucket, functions=functions_of(deployed))


def _run(queues: Mapping[str, DeadQueue], *, dry: bool) -> Mapping[str, Run]:
    """Go through the regions side by side: one that does not answer holds up only itself. Ctrl-C ends them in order."""
    with ThreadPoolExecutor(len(queues)) as pool:
        runs = {region: pool.submit(queue.run, dry=dry) for region, queue in queues.items()}
        try:
            return {region: run.result() for region, run in runs.items()}
        except KeyboardInterrupt:
            for queue in queues.values():
                queue.stop()
            raise


def _reached(runs: Mapping[str, Run]) -> Mapping[str, Run]:
    """Refuse if nothing could be had anywhere.

    Raises:
        CannotReach: no region answered.
    """
    if all(run.trouble and not run.letters for run in runs.values()):
        raise CannotReach("; ".join(f"{region}: {run.trouble}" for region, run in runs.items()))
    return runs


def _list(call: RedriveCall, runs: Mapping[str, Run]) -> None:
    if call.as_json:
        typer.echo(json.dumps(_facts(runs), sort_keys=True))
        return
    _print(runs)
    typer.echo(_summary(runs))


def _report(call: RedriveCall, runs: Mapping[str, Run]) -> None:
    left = [one for run in runs.values() for one in run.letters if one.fate is Fate.LEFT]
    trouble = any(run.trouble for run in runs.values())
    if not call.as_json:
        _print(runs)
    if left or trouble:
        end(FAILED, f"failed: {_summary(runs)}", AGAIN, _facts(runs))
    typer.echo(json.dumps(_facts(runs), sort_keys=True) if call.as_json else _summary(runs))


def _print(runs: Mapping[str, Run]) -> None:
    for region, run in runs.items():
        for one in run.letters:
            if one.fate is not Fate.NOTHING:
                typer.echo(_line(region, one))
        if run.trouble:
            typer.echo(f"{region}: not all could be had: {run.trouble}")


def _line(region: str, one: Letter) -> str:
    what = f"{one.table} {one.key}" + (f" and {one.records - 1} more" if one.records > 1 else "")
    return f"{one.fate}: {region} {what}, {one.at}: {one.reason}" + (f"; {one.why}" if one.why else "")


def _summary(runs: Mapping[str, Run]) -> str:
    fates = [one.fate for run in runs.values() for one in run.letters if one.fate is not Fate.NOTHING]
    counts = [f"{fates.count(fate)} {fate}" for fate in (Fate.WAITING, Fate.REDRIVEN, Fate.LEFT) if fate in fates]
    away = [f"{region} does not answer" for region, run in runs.items() if run.trouble]
    return "; ".join([", ".join(counts) or "no dead records", *away])


def _facts(runs: Mapping[str, Run]) -> dict[str, object]:
    return {"regions": {region: asdict(run) for region, run in runs.items()}}
