"""Looks whether a data-tier failover would work now. A run that finds that it would not fails.

One alarm on this function's errors, to which silence is an error as well, then covers all there is to be told: not
ready, the look itself broken, nobody looking.
"""

import functools
import logging
import os
from datetime import UTC, datetime

from failover.clock import SystemClock
from failover.readiness.assess import assess
from failover.readiness.connecting import connect
from failover.readiness.report import Mark
from failover.readiness.survey import Survey
from lambdas.readiness.metrics import embedded
from lambdas.readiness.settings import Settings

log = logging.getLogger(__name__)
TIER = "data"


class NotReady(Exception):
    """A check failed; the log line before has each reason, `lifeboat readiness` the state of now."""


@functools.cache
def survey() -> tuple[Survey, Settings]:
    """Read the settings and make the clients, once per process. The own region's orchestrator rehearses."""
    settings = Settings.from_env(os.environ)
    return connect(TIER, settings.inventory, settings.protocol, (settings.region,), SystemClock()), settings


def handle(_event: object, _context: object) -> dict[str, object]:
    """Look, judge, tell.

    Raises:
        NotReady: with the names of the checks that failed.
    """
    looker, settings = survey()
    facts = looker.take()
    report = assess(facts, TIER, settings.inventory, settings.protocol)
    failed, warned = report.marked(Mark.FAIL), report.marked(Mark.WARN)
    log.info("decided", extra={"ready": report.ready, "checks": report.told(Mark.FAIL, Mark.WARN)})
    if line := embedded(report, settings.inventory.stack, settings.region, facts.now or datetime.now(UTC)):
        print(line)
    if failed:
        raise NotReady(", ".join(sorted({f"{one.check} {one.where}".strip() for one in failed})))
    return {"ready": True, "warnings": len(warned)}
