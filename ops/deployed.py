"""A deployed stack as the command line knows it: its outputs, and a control region that answers."""

import json
import random
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from failover import aws_clients
from failover.clock import SystemClock
from failover.control_table import ControlTable, Snapshot
from failover.failures import AWS_ERRORS
from failover.protocol import Protocol
from failover.readiness.inventory import Inventory

SCHEMA = 1
CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
PULUMI_SECONDS = 60
ATTEMPTS = 2

StackOption = Annotated[str, typer.Option("--stack", "-s", help="local, staging, prod: a Pulumi.<stack>.yaml.")]
OutputsOption = Annotated[
    Path | None, typer.Option("--outputs", help="A saved `pulumi stack output --json`, when Pulumi's state is away.")
]
TierOption = Annotated[str, typer.Option("--tier", help="What fails over on its own.")]


class CannotReach(Exception):
    """The stack's outputs or its control table are not to be had; nothing was done."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the verbs need of the stack's outputs."""

    control_table: str
    control_regions: tuple[str, ...]
    orchestrators: Mapping[str, str]
    protocol: Protocol
    inventory: Inventory | None

    def electorate(self, tier: str) -> tuple[str, ...]:
        """Name the observers of a tier.

        Raises:
            CannotReach: the stack has no such tier.
        """
        if tier not in self.protocol.electorates:
            raise CannotReach(f"tier {tier!r} is not of this stack; it has {', '.join(self.protocol.electorates)}")
        return self.protocol.electorates[tier]

    def control(self, region: str) -> ControlTable:
        """Return the control table as seen from one control region."""
        client = aws_clients.client("dynamodb", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        return ControlTable(self.control_table, client, SystemClock(), random.Random(), ATTEMPTS)  # noqa: S311 jitter

    def answering(self, tier: str) -> tuple[ControlTable, Snapshot]:
        """Return the control table in the first region that answers for a tier, and what it said.

        Raises:
            CannotReach: no control region answers, or the stack has no such tier.
            TierRowMissing: the tier was never armed.
        """
        electorate, failures = self.electorate(tier), dict[str, str]()
        for region in self.control_regions:
            control = self.control(region)
            try:
                return control, control.snapshot(tier, electorate)
            except AWS_ERRORS as error:
                failures[region] = str(error)
        raise CannotReach(f"no control region answers, so nothing can be decided: {failures}")


def read_deployed(stack: str, outputs: Path | None) -> Deployed:
    """Read the stack's outputs, from Pulumi or from a file saved before.

    Raises:
        CannotReach: neither is there, or it is of another schema.
    """
    text = outputs.read_text() if outputs else _from_pulumi(stack)
    told = json.loads(text).get("lifeboat", {})
    if told.get("schema") != SCHEMA:
        raise CannotReach(
            f"the outputs hold no `lifeboat` object of schema {SCHEMA}; save `pulumi stack output --json`"
        )
    return Deployed(
        control_table=told["controlTable"],
        control_regions=tuple(told["controlRegions"]),
        orchestrators=told["orchestratorFunctions"],
        protocol=Protocol.from_json(told["protocol"]).scaled(),
        inventory=Inventory.from_json(told["inventory"]) if "inventory" in told else None,
    )


def _from_pulumi(stack: str) -> str:
    command = ["pulumi", "stack", "output", "--json", "--stack", stack]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PULUMI_SECONDS).stdout
    except FileNotFoundError as error:
        raise CannotReach("`pulumi` is not on PATH; give a saved copy with --outputs FILE") from error
    except subprocess.SubprocessError as error:
        detail = getattr(error, "stderr", None) or str(error)
        raise CannotReach(f"{' '.join(command)}: {detail.strip()}; give a saved copy with --outputs FILE") from error
