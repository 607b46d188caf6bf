"""What an observer says about itself: turns that fail, and turns that prove nothing about the active site."""

import logging
from dataclasses import dataclass

from failover.failures import code_of
from failover.observer import Turn
from failover.pages import Page, Severity
from failover.tier import TierRow
from lambdas.health_checker.post import TIER, Staff

log = logging.getLogger(__name__)
NEXT_STEPS = {
    "cannot vote": "lifeboat status; a missing row is made by `lifeboat arm`; no majority: "
    "`lifeboat runbook control-majority-lost`",
    "cannot probe": "throttled: raise the canary table's limits; refused: `lifeboat drift` tells whether its role is",
}


@dataclass(kw_only=True)
class Troubles:
    """Logs each such turn; pages once as many came in a row as would turn a verdict."""

    staff: Staff
    last_seen: TierRow | None = None
    failed_in_a_row: int = 0
    blind_in_a_row: int = 0

    def failed(self, error: Exception) -> None:
        """Take a turn that ended with an error."""
        self.failed_in_a_row += 1
        said = f"{code_of(error)}: {error}; {self._last_seen()}"
        log.error(
            "turn failed", extra={"error": code_of(error), "detail": str(error), "in_a_row": self.failed_in_a_row}
        )
        if self.failed_in_a_row == self.staff.post.numbers.fall:
            epoch = self.last_seen.epoch if self.last_seen else 0
            self._page(f"cannot-vote-{code_of(error)}", "cannot vote", said, epoch=epoch)

    def taken(self, turn: Turn) -> None:
        """Take a turn that came to its end. Refused and throttled probes are no misses, so nothing else shows them."""
        self.last_seen, self.failed_in_a_row = turn.row, 0
        if not turn.probe.neutral:
            self.blind_in_a_row = 0
            return
        self.blind_in_a_row += 1
        log.error("probe proved nothing", extra={"detail": turn.probe.reason, "in_a_row": self.blind_in_a_row})
        if self.blind_in_a_row == self.staff.post.numbers.fall:
            self._page(f"cannot-probe-{turn.row.active}", "cannot probe", turn.probe.reason, epoch=turn.row.epoch)

    def _last_seen(self) -> str:
        """Say what breaking the glass must know and cannot read any more."""
        row = self.last_seen
        return f"last seen: {row.active} active in epoch {row.epoch}" if row else "the row was never seen from here"

    def _page(self, kind: str, what: str, reason: str, *, epoch: int) -> None:
        name = self.staff.post.name
        page = Page(
            id=f"{name}-{kind}",
            tier=TIER,
            epoch=epoch,
            severity=Severity.CRITICAL,
            summary=f"observer {name} {what}",
            reason=reason,
            next_step=NEXT_STEPS[what],
            by=name,
        )
        self.staff.pager.say(page)
