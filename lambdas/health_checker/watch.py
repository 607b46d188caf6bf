"""One invocation's life: turn after turn until its time is up or its successor votes."""

import logging
from collections.abc import Callable

from failover.ballot import Superseded
from failover.control_table import TierRowMissing
from failover.failures import AWS_ERRORS, code_of
from failover.observer import Observer, Turn
from failover.pages import Page, Severity
from failover.protocol import Protocol
from failover.rows import MalformedRow
from lambdas.health_checker.post import TIER, Staff

log = logging.getLogger(__name__)


def watch(staff: Staff, lives_seconds: float, report: Callable[[Turn], None]) -> str:
    """Take turns at the probe interval; return why it ended. A turn that fails is told and the next one is taken."""
    clock, numbers = staff.post.clock, staff.post.numbers
    observer, began, failures = Observer(staff.post), clock.monotonic(), 0
    for number in range(_turns(lives_seconds, numbers)):
        clock.sleep(began + number * numbers.probe_interval - clock.monotonic())
        try:
            report(observer.turn())
            failures = 0
        except Superseded as superseded:
            return str(superseded)
        except (TierRowMissing, MalformedRow, *AWS_ERRORS) as error:
            failures += 1
            _tell(staff, error, failures)
    return "its time was up"


def _turns(lives_seconds: float, numbers: Protocol) -> int:
    return max(1, int(lives_seconds / numbers.probe_interval))


def _tell(staff: Staff, error: Exception, failures: int) -> None:
    """Log each failed turn; page once as many failed in a row as would turn a verdict."""
    log.error("turn failed", extra={"error": code_of(error), "detail": str(error), "in_a_row": failures})
    if failures == staff.post.numbers.fall:
        staff.pager.say(_page(staff.post.name, error))


def _page(observer: str, error: Exception) -> Page:
    return Page(
        id=f"{observer}-cannot-vote-{code_of(error)}",
        tier=TIER,
        epoch=0,
        severity=Severity.CRITICAL,
        summary=f"observer {observer} cannot vote",
        reason=f"{code_of(error)}: {error}",
        next_step="lifeboat doctor; a missing row is made by `lifeboat arm`",
        by=observer,
    )
