"""Votes about the data tier from this control region, for as long as this invocation lives."""

import logging
import os
import random
from typing import Protocol

from failover.clock import SystemClock
from failover.observer import Turn
from lambdas.health_checker.metrics import embedded
from lambdas.health_checker.post import build
from lambdas.health_checker.settings import Settings
from lambdas.health_checker.watch import watch

log = logging.getLogger(__name__)
SPARE_SECONDS = 5.0


class Context(Protocol):
    """What Lambda tells an invocation about itself."""

    def get_remaining_time_in_millis(self) -> int: ...


def handle(_event: object, context: Context) -> dict[str, str]:
    """Observe until this invocation's life is over or its successor votes."""
    settings = Settings.from_env(os.environ)
    staff = build(settings, SystemClock(), random.Random())  # noqa: S311 - jitter of retries
    remaining = context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS
    lives = min(settings.environment.protocol.observer_life, remaining)

    def report(turn: Turn) -> None:
        facts = {"verdict": turn.observation.verdict, "why": turn.observation.reason, "voting": turn.voting}
        log.info("decided", extra={**facts, "epoch": turn.row.epoch, "due": turn.due.reason if turn.due else None})
        at_ms = int(staff.post.control.time.now().timestamp() * 1000)
        print(embedded(turn, settings.environment.stack, settings.observer, at_ms))

    ended = watch(staff, lives, report)
    log.info("ended", extra={"reason": ended})
    return {"observer": settings.observer, "ended": ended}
