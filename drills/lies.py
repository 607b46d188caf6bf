"""An observer that lies: it votes what is not so, and tells its orchestrator that everybody says the same.

It uses the observer's own ballot, so its votes have their form, its generation is the newest and its counter moves.
"""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from drills.actions import await_a_moment, must_be_one_of
from drills.repeatedly import Repeatedly
from drills.running import Drill, current
from drills.table_faults import hurt_tables
from failover.ballot import Superseded
from failover.control_table import Snapshot
from failover.failures import AWS_ERRORS
from failover.orders import Order, OrderKind
from failover.rows import MalformedRow
from failover.tier import Value

log = logging.getLogger(__name__)
REASON = "a lie"
LIES: Mapping[str, str] = {
    "says-unhealthy": "votes that the primary is down, which is well",
    "says-healthy": "votes that the standby is well, which answers nobody; the primary is lost",
}


def let_one_observer_lie(lie: str) -> str:
    """Let the observer of the control region that hosts no data lie: of a healthy primary, or of a standby that is not.

    Raises:
        UnknownFault: nobody tells that lie.
    """
    drill = current()
    must_be_one_of(LIES, lie)
    await_a_moment(drill)
    liar = Liar(drill=drill, region=drill.control_only_region)
    drill.tell_fault(f"observer {liar.region}", f"the observer in {liar.region} {LIES[lie]}")
    if lie == "says-healthy":
        hurt_tables(drill, drill.sites.secondary, "silent")
        drill.regions.darken(drill.sites.primary)
    drill.undoing.callback(liar.stop)
    liar.start()
    return f"{liar.region} {lie}"


def lie_stands(within_seconds: float) -> bool:
    """Wait until the lie is what the control table holds as that observer's vote.

    Raises:
        NeverHappened: not within that time.
    """
    drill = current()
    region = drill.control_only_region
    drill.sight.wait_until(lambda: drill.sight.reason(region) == REASON, f"{region} has voted a lie", within_seconds)
    return True


@dataclass(kw_only=True)
class Liar:
    """Votes in a region's place until stopped, then starts an honest run there."""

    drill: Drill
    region: str
    _generation: int = 0
    _lying: Repeatedly = field(init=False)

    def __post_init__(self) -> None:
        self._lying = Repeatedly(f"liar in {self.region}", self._try_to_lie, self.drill.protocol.probe_interval)

    def start(self) -> None:
        """Vote at once, and from now on in every probe interval."""
        self._lying.start()

    def stop(self) -> None:
        """Say nothing more; the region's own observer votes again after it has looked on."""
        self._lying.stop()
        self.drill.operator.set_off_observer(self.region)

    def _try_to_lie(self) -> None:
        try:
            self.lie()
        except (Superseded, MalformedRow, *AWS_ERRORS) as error:
            log.info("lie not told", extra={"error": repr(error)})

    def lie(self) -> None:
        """Vote, and wake the orchestrator with every vote's counter as if all had been seen against the primary.

        Raises:
            Superseded: an honest run took the vote at this moment; the next lie takes it back.
            BotoCoreError, ClientError: the table or the orchestrator did not answer.
        """
        operator = self.drill.operator
        seen = operator.snapshot()
        own = next(vote.generation for vote in seen.votes if vote.observer == self.region)
        self._generation = own if own == self._generation else own + 1
        operator.ballot(self.region).cast(self._opinion(seen), generation=self._generation, after=own)
        operator.send(self._false_alarm(seen), self.region)

    def _opinion(self, seen: Snapshot) -> Mapping[str, Value]:
        about: dict[str, Value] = {"site": seen.row.active, "epoch": seen.row.epoch, "verdict": "unhealthy"}
        fine: dict[str, Value] = {"standby": "healthy", "lag_ms": 0, "acked_lag_ms": 0, "latency_ms": 1}
        return {**about, **fine, "reason": REASON, "misses": self.drill.protocol.fall, "goods": 0}

    def _false_alarm(self, seen: Snapshot) -> Order:
        return Order(
            id=f"lie-{uuid.uuid4()}",
            kind=OrderKind.WAKE,
            tier=seen.row.tier,
            epoch=seen.row.epoch,
            reason=REASON,
            by=self.region,
            issued_at=self.drill.operator.now(),
            seen_counters={vote.observer: vote.counter for vote in seen.votes},
        )
