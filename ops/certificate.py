"""`lifeboat certificate`: how the sites' certificate stands, and a renewal at once instead of at the next look."""

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from failover import aws_clients
from failover.failures import AWS_ERRORS, code_of
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS, first_answer, nobody_answers
from ops.deployed import Deployed, read_deployed
from ops.options import StackCall, verb
from ops.refusal import FAILED, REFUSED, end

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# A look asks every control region, and one may be dark.
LOOK_SECONDS: Final = 15.0
# Lambda ends a run after eight minutes (stacks/certificate.py).
RUN_SECONDS: Final = 500.0
MISSING: Final = "ResourceNotFoundException"
SHOW: Final = "lifeboat certificate show"
RUNBOOK: Final = "lifeboat runbook certificate"
FORCE = typer.Option("--force", help="Even if enough of its life is left, as after its key may have been seen.")

certificate = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The sites' public certificate.")


@certificate.command("show")
@verb
def show(call: StackCall) -> None:
    """Tell for which names the certificate is, how long, which control regions lack it, and how the last run went.

    No key leaves the function that looks.

    Examples:
      lifeboat certificate show -s prod
      lifeboat certificate show -s prod --json | jq .days_left
    """
    deployed = read_deployed(call)
    clients = {region: _functions(region, LOOK_SECONDS) for region in deployed.control_regions}
    looks = {region: partial(_look, client, _function(deployed)) for region, client in clients.items()}
    told = first_answer(looks)
    if "errorMessage" in told:
        end(REFUSED, f"refused: nobody can look: {told['errorMessage']}", RUNBOOK)
    if told.get("missing"):
        end(REFUSED, _none_declared(deployed), "set it and `pulumi up`")
    typer.echo(json.dumps(told, sort_keys=True) if call.as_json else "\n".join(_lines(told)))


@certificate.command("renew")
@verb
def renew(call: StackCall, force: Annotated[bool, FORCE] = False) -> None:
    """Have a control region look now: it renews what is due, and puts the certificate where it is lacking.

    Takes up to eight minutes, most of it for the zone to publish and the issuer to look. Harmless at any time.

    Examples:
      lifeboat certificate renew -s prod
      lifeboat certificate renew -s prod --force
    """
    deployed = read_deployed(call)
    told = _run(deployed, {"kind": "renew", "force": force})
    if "errorMessage" in told:
        end(FAILED, f"failed: {told['errorMessage']}", RUNBOOK, told)
    if told.get("busy"):
        end(REFUSED, f"refused: {told['reason']}", SHOW, told)
    typer.echo(json.dumps(told, sort_keys=True) if call.as_json else _outcome(told))


def _run(deployed: Deployed, event: Mapping[str, object]) -> dict[str, Any]:
    """Invoke the keeper of the first region that would take it.

    Raises:
        CannotReach: no region does; nothing was begun.
        Ended: there is no keeper, or one has begun and nobody knows how far it came.
    """
    failures: dict[str, object] = {}
    for region in deployed.control_regions:
        try:
            _functions(region, READ_SECONDS).invoke(FunctionName=_function(deployed), InvocationType="DryRun")
        except AWS_ERRORS as error:
            failures[region] = error
        else:
            return _begun(deployed, region, event)
    if {code_of(one) for one in failures.values() if isinstance(one, Exception)} == {MISSING}:
        end(REFUSED, _none_declared(deployed), "set it and `pulumi up`")
    raise nobody_answers(failures, "; ".join(f"{region}: {why}" for region, why in failures.items()))


def _begun(deployed: Deployed, region: str, event: Mapping[str, object]) -> dict[str, Any]:
    try:
        return _told(_functions(region, RUN_SECONDS), _function(deployed), event)
    except AWS_ERRORS as error:
        end(FAILED, f"failed: {region} may be at work, no answer came: {code_of(error)}", SHOW)


def _look(client: "LambdaClient", function: str) -> dict[str, Any]:
    """Have one region look; that it has no keeper is an answer, too."""
    try:
        return _told(client, function, {"kind": "show"})
    except client.exceptions.ResourceNotFoundException:
        return {"missing": True}


def _told(client: "LambdaClient", function: str, event: Mapping[str, object]) -> dict[str, Any]:
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    return dict(json.loads(answer["Payload"].read()))


def _functions(region: str, read_seconds: float) -> "LambdaClient":
    return aws_clients.client("lambda", region, connect_seconds=CONNECT_SECONDS, read_seconds=read_seconds)


def _function(deployed: Deployed) -> str:
    return f"lifeboat-{deployed.stack}-certificate"


def _none_declared(deployed: Deployed) -> str:
    return f"refused: {deployed.stack} declares no certificate; lifeboat:traffic.certificates says who signs one"


def _lines(told: Mapping[str, Any]) -> list[str]:
    """Return the certificate in a few lines."""
    run = told["run"]
    if told["names"]:
        lines = [f"for {', '.join(told['names'])}", f"until {told['ends_at']}, {told['days_left']:.1f} days"]
        lines += [f"from {told['issuer']}, serial {told['serial']}"]
    else:
        lines = ["there is no certificate yet"]
    lines += [f"due: {told['due']}"] if told["due"] else []
    lines += [f"not in {region}: {why}" for region, why in sorted(told["behind"].items())]
    lines += ["in every control region"] if told["names"] and not told["behind"] else []
    if run["owner"]:
        lines += [f"at work: {run['owner']}"]
    if run["outcome"]:
        lines += [f"last run: {run['outcome']} ({run['ended_by']}, {run['ended_at']})"]
    return lines


def _outcome(told: Mapping[str, Any]) -> str:
    done = "renewed" if told["renewed"] else "kept"
    return f"{done}: {told['reason']}; for {', '.join(told['names'])} until {told['ends_at']}"
