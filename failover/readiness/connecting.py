"""Makes the clients of a survey: the only place of it that knows how. All before any thread runs."""

import random
from typing import Final, TypedDict

from failover.aws_clients import client
from failover.clock import Clock
from failover.control_table import ControlTable
from failover.fan_out import ThreadFanOut
from failover.protocol import Protocol
from failover.readiness.inventory import Inventory
from failover.readiness.survey import ControlRegion, Machines, Survey

ATTEMPTS: Final = 1
THREADS: Final = 48  # more than the calls to one region: a dark one holds up no other


class Times(TypedDict):
    """How long a client waits."""

    connect_seconds: float
    read_seconds: float


TIMES: Final[Times] = {"connect_seconds": 1.0, "read_seconds": 3.0}
PATIENT: Final[Times] = {**TIMES, "read_seconds": 10.0}


def connect(tier: str, inventory: Inventory, protocol: Protocol, rehearses: tuple[str, ...], clock: Clock) -> Survey:
    """Return a survey of a stack with clients that try once and give up on time."""
    return Survey(
        tier=tier,
        inventory=inventory,
        protocol=protocol,
        control={region: _control_region(region, inventory, clock) for region in inventory.control_regions},
        machines={region: _machines(region) for region in inventory.machine_regions},
        tables={region: client("dynamodb", region, **TIMES) for region in inventory.regions},
        rehearses=rehearses,
        clock=clock,
        fan_out=ThreadFanOut(_threads(inventory)),
    )


def _threads(inventory: Inventory) -> int:
    return THREADS + max(len(inventory.readers_in(region)) for region in inventory.regions)


def _machines(region: str) -> Machines:
    return Machines(
        functions=client("lambda", region, **TIMES),
        queues=client("sqs", region, **TIMES),
        topics=client("sns", region, **TIMES),
        alarms=client("cloudwatch", region, **TIMES),
    )


def _control_region(region: str, inventory: Inventory, clock: Clock) -> ControlRegion:
    dynamodb = client("dynamodb", region, **TIMES)
    dice = random.Random()  # noqa: S311 - jitter of retries
    return ControlRegion(
        control=ControlTable(inventory.control_table, dynamodb, clock, dice, ATTEMPTS),
        dynamodb=dynamodb,
        slow=client("lambda", region, **PATIENT),
        schedules=client("scheduler", region, **TIMES),
        secrets=client("secretsmanager", region, **TIMES),
        parameters=client("ssm", region, **TIMES),
    )
