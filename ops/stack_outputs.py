"""Where the stack's outputs come from: a file, Pulumi, the copy in the control table, or the stack file itself."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

import pulumi

from evaluation import ROOT, Refused, committed
from failover.offline_copy import NoCopy, read_copy
from ops.control_regions import dynamodb, first_answer
from ops.options import StackCall
from ops.refusal import CannotReach

SCHEMA = 1
# A backend that is well answers in 2 to 4 s; whoever waits here may have been woken for the region it is in.
PULUMI_SECONDS = 15
OTHER_SOURCES = "give --outputs FILE, or --control-table NAME --control-region REGION"


class Source(StrEnum):
    """Who told the outputs."""

    FILE = "file"
    PULUMI = "pulumi"
    COPY = "offline copy"
    STACK_FILE = "stack file"


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """The outputs' ``lifeboat`` object, where it is from, and what a person should know about that."""

    lifeboat: Mapping[str, Any]
    source: Source
    note: str = ""
    saved_at: datetime | None = None


def read_outputs(call: StackCall) -> StackOutputs:
    """Read the outputs from the source that was named; else from Pulumi, else from what is left without it.

    Raises:
        CannotReach: no source has them, or they are of another schema.
    """
    if call.outputs:
        return StackOutputs(lifeboat=_parsed(call.outputs.read_text(), str(call.outputs)), source=Source.FILE)
    if call.control_table and call.control_region:
        return copy_in(call.control_table, (call.control_region,))
    try:
        return outputs_of_pulumi(call.stack)
    except CannotReach as error:
        return _without_pulumi(call.stack, error.line)


def _without_pulumi(stack: str, why: str) -> StackOutputs:
    """Find the control table by the names that the stack file gives; without a copy in it those names must do."""
    named = named_by_stack_file(stack)
    note = why.removeprefix("refused: ")
    try:
        copy = copy_in(named["controlTable"], tuple(named["controlRegions"]))
    except CannotReach as error:
        told = f"{note}; {error.line.removeprefix('refused: ')}; going by Pulumi.{stack}.yaml as it is checked out here"
        return StackOutputs(lifeboat=named, source=Source.STACK_FILE, note=told)
    return replace(copy, note=f"{note}; going by the copy that was saved at {copy.saved_at}")


def outputs_of_pulumi(stack: str) -> StackOutputs:
    """Ask Pulumi, and so its backend.

    Raises:
        CannotReach: there is no `pulumi`, no answer in time, or no such stack.
    """
    return StackOutputs(lifeboat=_parsed(_from_pulumi(stack), "pulumi"), source=Source.PULUMI)


def named_by_stack_file(stack: str) -> Mapping[str, Any]:
    """Return the outputs that the program gives for this checkout's stack file; needs neither a cloud nor Pulumi.

    Raises:
        CannotReach: there is no such stack file, or the program refuses it.
    """
    try:
        outputs = committed(stack).outputs
    except (Refused, pulumi.RunError) as error:
        raise CannotReach(str(error), OTHER_SOURCES) from error
    return _parsed(json.dumps(outputs), f"Pulumi.{stack}.yaml")


def copy_in(table: str, regions: tuple[str, ...]) -> StackOutputs:
    """Read the copy in a control table through the first of the regions that answers.

    Raises:
        CannotReach: none answers, or there is no copy of this schema.
    """
    clients = {region: dynamodb(region) for region in regions}
    try:
        copy = first_answer({region: partial(read_copy, client, table) for region, client in clients.items()})
    except NoCopy as error:
        raise CannotReach(str(error), "lifeboat outputs --save") from error
    lifeboat = _parsed(copy.lifeboat, f"the copy in {table}")
    return StackOutputs(lifeboat=lifeboat, source=Source.COPY, saved_at=copy.saved_at)


def _parsed(text: str, origin: str) -> Mapping[str, Any]:
    """Return the ``lifeboat`` object of what `pulumi stack output --json` prints, or that object alone."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise CannotReach(f"{origin} is not JSON: {error}", OTHER_SOURCES) from error
    lifeboat = told.get("lifeboat", told) if isinstance(told, dict) else {}
    if lifeboat.get("schema") != SCHEMA:
        raise CannotReach(f"{origin} holds no `lifeboat` object of schema {SCHEMA}", OTHER_SOURCES)
    return dict(lifeboat)


def _from_pulumi(stack: str) -> str:
    command = ["pulumi", "stack", "output", "--json", "--non-interactive", "--stack", stack]
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=PULUMI_SECONDS,
        ).stdout
    except FileNotFoundError as error:
        raise CannotReach("`pulumi` is not on PATH", OTHER_SOURCES) from error
    except subprocess.TimeoutExpired as error:
        raise CannotReach(f"`pulumi` gave no answer within {PULUMI_SECONDS} s", OTHER_SOURCES) from error
    except subprocess.CalledProcessError as error:
        said = " ".join((error.stderr or str(error)).split())
        raise CannotReach(f"`{' '.join(command)}`: {said}", OTHER_SOURCES) from error
