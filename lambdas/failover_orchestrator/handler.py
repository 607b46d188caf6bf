"""Carries out orders: from observers directly, from the orders queue, from people by `lifeboat`."""

import functools
import logging
import os
import random
import secrets
from dataclasses import asdict
from typing import Protocol

from failover.clock import SystemClock
from failover.orchestrator import Orchestrator, Tools
from failover.orders import from_event, from_message
from failover.rehearsal import Rehearsal, is_rehearsal
from lambdas.failover_orchestrator.settings import Settings
from lambdas.failover_orchestrator.tools import CANARY_OF, build, rehearsing

log = logging.getLogger(__name__)
REHEARSAL_SECONDS = 4.0


class Context(Protocol):
    """What Lambda tells an invocation about itself."""

    aws_request_id: str


@functools.cache
def tools() -> tuple[Tools, Settings]:
    """Read the settings and make the tools, once per process."""
    settings = Settings.from_env(os.environ)
    dice = random.Random()  # noqa: S311 - jitter of retries
    return build(settings.environment, settings.replicators, SystemClock(), dice), settings


@functools.cache
def rehearsal() -> Rehearsal:
    """Make what a rehearsal needs, once per process."""
    return rehearsing(Settings.from_env(os.environ).environment)


def handle(event: object, context: Context) -> dict[str, object]:
    """Answer each order; one that cannot be read fails the invocation, and so reaches the dead letters."""
    if is_rehearsal(event):
        return {"rehearsed": rehearsal().run(CANARY_OF, REHEARSAL_SECONDS)}
    made, settings = tools()
    # Lambda may run one request twice; the second must not take the first one's plan for its own.
    run = f"{context.aws_request_id}.{secrets.token_hex(2)}"
    orchestrator = Orchestrator(f"{settings.environment.region}/{run}", made)
    answers = [asdict(orchestrator.carry_out(from_message(body))) for body in from_event(event)]
    log.info("answered", extra={"answers": answers, **settings.application()})
    return {"answers": answers, "batchItemFailures": []}
