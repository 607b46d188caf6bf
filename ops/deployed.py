"""A deployed stack as the command line knows it: by its outputs, and by a control region that answers."""

import getpass
import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import typer

from failover.clock import SystemClock
from failover.control_table import ControlTable, Snapshot
from failover.protocol import Protocol
from failover.readiness.inventory import Inventory
from failover.sites import Sites
from ops.control_regions import Reached, dynamodb, first_answer, reach
from ops.options import StackCall
from ops.refusal import CannotReach
from ops.stack_outputs import Source, StackOutputs, read_outputs

ATTEMPTS = 4


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the verbs need of the stack's outputs; ``protocol`` has the times that the stack really keeps."""

    outputs: StackOutputs
    stack: str
    account_id: str
    mode: str
    sites: Sites
    control_table: str
    control_regions: tuple[str, ...]
    orchestrators: Mapping[str, str]
    canary_table: str
    canary_item: str
    active_parameter: str
    slack_webhook_secret: str
    protocol: Protocol
    inventory: Inventory | None

    def electorate(self, tier: str) -> tuple[str, ...]:
        """Name the observers of a tier.

        Raises:
            CannotReach: the stack has no such tier.
        """
        if tier not in self.protocol.electorates:
            raise CannotReach(f"tier {tier!r} is not of this stack; it has {', '.join(self.protocol.electorates)}", "")
        return self.protocol.electorates[tier]

    def control(self, region: str, attempts: int = ATTEMPTS) -> ControlTable:
        """Return the control table as seen from one control region."""
        dice = random.Random()  # noqa: S311 jitter
        return ControlTable(self.control_table, dynamodb(region), SystemClock(), dice, attempts)

    def reachable(self) -> Reached:
        """Return the control region whose table answers first, whatever is in it.

        Raises:
            CannotReach: none does.
        """
        clients = {region: dynamodb(region) for region in self.control_regions}
        return first_answer(
            {region: partial(reach, region, client, self.control_table) for region, client in clients.items()}
        )

    def answering(self, tier: str) -> tuple[ControlTable, Snapshot]:
        """Return the control table in a region that answers, and what it says of a tier.

        Raises:
            CannotReach: no control region answers, or the stack has no such tier.
            TierRowMissing: the tier was never armed.
        """
        electorate = self.electorate(tier)
        control = self.control(self.reachable().region)
        return control, control.snapshot(tier, electorate)


def read_deployed(call: StackCall) -> Deployed:
    """Read the stack's outputs; say on standard error if they are not those that Pulumi or a file told.

    Raises:
        CannotReach: no source has them, or they are incomplete.
        ProtocolError: the stack's numbers are unsafe.
    """
    outputs = read_outputs(call)
    if outputs.note:
        typer.echo(f"note: {' '.join(outputs.note.split())}", err=True)
    deployed = deployed_of(outputs)
    if outputs.source is not Source.PULUMI and deployed.stack != call.stack:
        raise CannotReach(f"these outputs are of stack {deployed.stack!r}, not {call.stack!r}", "name that stack's own")
    return deployed


def deployed_of(outputs: StackOutputs) -> Deployed:
    """Read the ``lifeboat`` object.

    Raises:
        CannotReach: it lacks an output.
        ProtocolError: the stack's numbers are unsafe.
    """
    try:
        return _deployed(outputs, outputs.lifeboat)
    except KeyError as error:
        raise CannotReach(
            f"the outputs ({outputs.source}) lack {error}", "deploy this release, or use its own"
        ) from error


def whoami() -> str:
    """Name the person and the machine, for journals and pages."""
    return f"{os.environ.get('USER') or getpass.getuser()}@{socket.gethostname()}"


def _deployed(outputs: StackOutputs, told: Mapping[str, Any]) -> Deployed:
    return Deployed(
        outputs=outputs,
        stack=told["stack"],
        account_id=told["accountId"],
        mode=told["dataMode"],
        sites=Sites(primary=told["primaryRegion"], secondary=told["secondaryRegion"]),
        control_table=told["controlTable"],
        control_regions=tuple(told["controlRegions"]),
        orchestrators=told["orchestratorFunctions"],
        canary_table=told["canaryTable"],
        canary_item=told["healthCheckItemKey"],
        active_parameter=told["activeParameter"],
        slack_webhook_secret=told["slackWebhookSecret"],
        protocol=Protocol.from_json(told["protocol"]).scaled(),
        inventory=Inventory.from_json(told["inventory"]) if "inventory" in told else None,
    )
