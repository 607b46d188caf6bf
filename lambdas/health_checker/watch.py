"""One invocation's life: turn after turn until its time is up or its successor votes."""

from collections.abc import Callable

from failover.ballot import Superseded
from failover.control_table import TierRowMissing
from failover.failures import AWS_ERRORS
from failover.observer import Observer, Turn
from failover.rows import MalformedRow
from lambdas.health_checker.post import Staff
from lambdas.health_checker.troubles import Troubles


def watch(staff: Staff, lives_seconds: float, report: Callable[[Turn], None]) -> str:
    """Take turns at the probe interval; return why it ended. A turn that fails is told and the next one is taken."""
    clock, numbers = staff.post.clock, staff.post.numbers
    observer, began, troubles = Observer(staff.post), clock.monotonic(), Troubles(staff=staff)
    at = began
    while at < began + lives_seconds:
        clock.sleep(at - clock.monotonic())
        try:
            turn = observer.turn()
        except Superseded as superseded:
            return str(superseded)
        except (TierRowMissing, MalformedRow, *AWS_ERRORS) as error:
            troubles.failed(error)
        else:
            report(turn)
            troubles.taken(turn)
        at = max(at + numbers.probe_interval, clock.monotonic())  # late turns are not made up for in a burst
    return "its time was up"
