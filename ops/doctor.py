"""`lifeboat doctor`: can this machine act, and if not, what is missing. It changes nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

import boto3
import typer
from rich.console import Console
from rich.text import Text

from failover.fan_out import FanOut, ThreadFanOut
from failover.next_steps import of_stack
from ops.deployed import Deployed, read_deployed
from ops.dry_calls import identity_call, needed_calls, table_calls, useful_calls
from ops.findings import (
    Finding,
    Level,
    account_finding,
    clock_finding,
    majority_finding,
    permission_finding,
    table_finding,
)
from ops.options import StackCall, verb
from ops.refusal import REFUSED, CannotReach, end
from ops.stack_outputs import Source, copy_in, outputs_of_pulumi

DEADLINE_SECONDS = 6.0
COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@verb
def doctor(call: StackCall) -> None:
    """Check that this machine can act: outputs, credentials, clock, control regions, permissions, Pulumi.

    Each line is ok, warn (one verb or one region less) or fail (no failover from here), with what to do about it.

    Examples:
      lifeboat doctor -s prod
      lifeboat doctor -s prod --json | jq '.findings[] | select(.level != "ok")'
    """
    findings = diagnose(call, ThreadFanOut(), datetime.now(UTC))
    failed = [one.check for one in findings if one.level is Level.FAIL]
    if not call.as_json:
        _print(call.stack, findings)
    if failed:
        told = [asdict(one) for one in findings]
        end(
            REFUSED,
            f"refused: this machine cannot act: {', '.join(failed)}",
            "the lines that say fail",
            {"findings": told},
        )
    if call.as_json:
        typer.echo(json.dumps({"findings": [asdict(one) for one in findings]}, sort_keys=True))


def diagnose(call: StackCall, fan_out: FanOut, now: datetime) -> list[Finding]:
    """Make every check that the ones before it allow; ``now`` is this machine's own time."""
    pulumi = _pulumi(call.stack)
    try:
        deployed = read_deployed(call)
    except CannotReach as error:
        outputs = Finding(level=Level.FAIL, check="outputs", told=error.line, next_step=error.next_step)
        return [pulumi, outputs]
    found = [pulumi, _outputs(deployed)]
    if boto3.Session().get_credentials() is None:
        told, next_step = "none found", "aws sso login, or export AWS_PROFILE=..."
        return [*found, Finding(level=Level.FAIL, check="credentials", told=told, next_step=next_step)]
    return [*found, *_in_aws(deployed, fan_out, now)]


def _in_aws(deployed: Deployed, fan_out: FanOut, now: datetime) -> list[Finding]:
    tables = fan_out(table_calls(deployed), DEADLINE_SECONDS)
    up = [region for region, answer in tables.items() if not isinstance(answer, Exception)]
    found = [clock_finding(tables, now), *(table_finding(region, answer) for region, answer in tables.items())]
    found.append(majority_finding(tables))
    if not up:
        return found
    who = fan_out({"who": identity_call(up[0])}, DEADLINE_SECONDS)
    found += [account_finding(deployed.account_id, who["who"]), _copy(deployed, up[0])]
    found += _permissions(needed_calls(deployed, up[0]), fan_out, Level.FAIL)
    return found + _permissions(useful_calls(deployed, up[0]), fan_out, Level.WARN)


def _permissions(calls: Mapping[str, Callable[[], object]], fan_out: FanOut, denied: Level) -> list[Finding]:
    answers = fan_out(calls, DEADLINE_SECONDS)
    return [permission_finding(check, answer, denied) for check, answer in answers.items()]


def _pulumi(stack: str) -> Finding:
    try:
        outputs_of_pulumi(stack)
    except CannotReach as error:
        told = error.line.removeprefix("refused: ")
        next_step = "a failover needs no Pulumi; mend it before the next `pulumi up`"
        return Finding(level=Level.WARN, check="pulumi", told=told, next_step=next_step)
    return Finding(level=Level.OK, check="pulumi", told="its backend answers")


def _outputs(deployed: Deployed) -> Finding:
    source = deployed.outputs.source
    if source is not Source.STACK_FILE:
        return Finding(
            level=Level.OK, check="outputs", told=f"schema {deployed.outputs.lifeboat['schema']}, from {source}"
        )
    told = "names alone, as this checkout's stack file gives them"
    return Finding(level=Level.WARN, check="outputs", told=told, next_step="lifeboat outputs --save")


def _copy(deployed: Deployed, region: str) -> Finding:
    check, next_step = "offline copy", "lifeboat outputs --save"
    try:
        copy = copy_in(deployed.control_table, (region,))
    except CannotReach as error:
        return Finding(level=Level.WARN, check=check, told=error.line.removeprefix("refused: "), next_step=next_step)
    if dict(copy.lifeboat) != dict(deployed.outputs.lifeboat):
        told = f"differs from the outputs from {deployed.outputs.source}"
        return Finding(level=Level.WARN, check=check, told=told, next_step=next_step)
    return Finding(level=Level.OK, check=check, told=f"saved at {copy.saved_at}")


def _print(stack: str, findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in findings:
        console.print(
            Text.assemble((f"{one.level:<6}", COLOURS[one.level]), f"{one.check}: {' '.join(one.told.split())}")
        )
        if one.next_step:
            console.print(Text(f"      next: {of_stack(one.next_step, stack)}"))
