"""Carries one batch of a table's stream to the other site, and says which records must come again.

`lifeboat redrive` sends records that were dead letters as a batch of its own, which says ``redriven``. A planned move
asks with ``mark`` and ``arrived`` whether everything has been carried over (`proving`).
"""

import functools
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from failover.clock import SystemClock
from failover.replication.dead_letters import KeptAlready
from failover.replication.lane import Lane
from lambdas.stream_replicator.metrics import embedded
from lambdas.stream_replicator.proving import Proving
from lambdas.stream_replicator.settings import Settings
from lambdas.stream_replicator.tools import build, proving

log = logging.getLogger(__name__)
SPARE_SECONDS = 5.0  # an attempt begun just before may take READ_SECONDS and the time to connect, and then be listed


class Context(Protocol):
    """What Lambda tells an invocation about itself."""

    def get_remaining_time_in_millis(self) -> int: ...


@functools.cache
def lane(*, redriven: bool) -> tuple[Lane, Settings]:
    """Read the settings and make the clients, once per process, which carries one batch at a time."""
    settings = Settings.from_env(os.environ)
    tools = build(settings)
    return Lane(replace(tools, dead_letters=KeptAlready()) if redriven else tools), settings


@functools.cache
def proofs() -> Proving:
    """Make what a proof needs, once per process."""
    return proving(Settings.from_env(os.environ))


def handle(event: Mapping[str, Any], context: Context) -> Mapping[str, object]:
    """Carry a batch over, or answer a planned move."""
    if "mark" in event:
        return proofs().mark(event["mark"], time.time())
    if "arrived" in event:
        return proofs().arrived(event["arrived"], event["seconds"])
    return carry(event, context)


def carry(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Carry the batch over while there is time; Lambda sends it again from the first record that failed."""
    mine, settings = lane(redriven="redriven" in event)
    until = SystemClock().monotonic() + context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS
    report = mine.carry(event["Records"], until)
    log.info("carried", extra={"records": len(event["Records"]), "failed": len(report.failed), **report.counts})
    if line := embedded(report, settings, time.time()):
        print(line)
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in report.failed]}
