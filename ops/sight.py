"""What `lifeboat status` sees at one moment, and what it can tell of it after having watched for a while."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from failover import aws_clients
from failover.clock import Clock
from failover.control_table import Snapshot
from failover.failures import code_of
from failover.fan_out import FanOut
from failover.outside import ActiveParameter, differing, wanted
from failover.votes import Freshness, Tally, tally
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS, nobody_answers
from ops.deployed import Deployed

# The clients' own timeouts end a look sooner: what is dark takes 5 s, a slow network less than all of it.
LOOK_SECONDS: Final = 6.0
FRESH: Final = "fresh"
SILENT: Final = "silent"
NOT_WATCHED: Final = "not watched"
NO_MAJORITY: Final = "lifeboat doctor; lifeboat runbook control-majority-lost"


@dataclass(frozen=True, kw_only=True)
class RegionSight:
    """One control region: how its table answered, and who its copy of the outside value names."""

    table: str
    outside: str
    differs: bool


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One look; ``freshness`` and ``regions`` are by voter and by control region."""

    snapshot: Snapshot
    count: Tally
    freshness: Mapping[str, str]
    regions: Mapping[str, RegionSight]

    @property
    def lag_ms(self) -> int | None:
        """The largest lag of the standby that a counted vote tells; None if none does."""
        return max(self.count.lags_ms, default=None)

    def as_json(self) -> dict[str, Any]:
        """Return everything, for programs."""
        votes = sorted(self.snapshot.votes, key=lambda vote: vote.observer)
        return {
            "row": asdict(self.snapshot.row),
            "votes": [asdict(vote) for vote in votes],
            "freshness": dict(self.freshness),
            "unhealthy_votes": len(self.count.unhealthy),
            "quorum": self.count.quorum,
            "lag_ms": self.lag_ms,
            "regions": {region: asdict(seen) for region, seen in self.regions.items()},
        }


class Watch:
    """Looks again and again at all control regions at once, so that a dark one costs a look and nothing else."""

    def __init__(self, deployed: Deployed, tier: str, fan_out: FanOut, clock: Clock) -> None:
        self._deployed = deployed
        self._tier = tier
        self._fan_out = fan_out
        self._clock = clock
        self._calls = _calls(deployed, tier, fan_out)
        self._freshness = Freshness(deployed.protocol.vote_fresh)
        self._began = clock.monotonic()

    def look(self) -> Sight:
        """Look once.

        Raises:
            CannotReach: no control region's table answers.
            TierRowMissing: the tier was never armed.
        """
        answers = self._fan_out(self._calls, LOOK_SECONDS)
        snapshot = self._newest(answers)
        regions = {region: self._region(region, answers, snapshot) for region in self._deployed.control_regions}
        return Sight(
            snapshot=snapshot,
            count=tally(snapshot.votes, snapshot.row, self._deployed.protocol),
            freshness=self._fresh(snapshot),
            regions=regions,
        )

    def _newest(self, answers: Mapping[str, object]) -> Snapshot:
        """Each answer is consistent; of two moments the later one counts."""
        seen = [answer for answer in answers.values() if isinstance(answer, Snapshot)]
        if not seen:
            tables = {region: answers[_table(region)] for region in self._deployed.control_regions}
            told = ", ".join(
                f"{region}: {code_of(why)}" for region, why in tables.items() if isinstance(why, Exception)
            )
            raise nobody_answers(tables, told, NO_MAJORITY)
        return max(seen, key=lambda one: (one.row.epoch, one.row.owner_counter))

    def _region(self, region: str, answers: Mapping[str, object], snapshot: Snapshot) -> RegionSight:
        table, outside = answers[_table(region)], answers[_outside(region)]
        value = {region: outside}
        return RegionSight(
            table=code_of(table) if isinstance(table, Exception) else "answers",
            outside=code_of(outside) if isinstance(outside, Exception) else str(outside) or "absent",
            differs=bool(differing(value, wanted(snapshot.row, self._deployed.sites))),
        )

    def _fresh(self, snapshot: Snapshot) -> dict[str, str]:
        """Tell whose counter moved while this process watched (law 9): two hosts' clocks are not compared."""
        now = self._clock.monotonic()
        self._freshness.see({vote.observer: vote.counter for vote in snapshot.votes}, now)
        still = SILENT if now - self._began >= self._deployed.protocol.vote_fresh else NOT_WATCHED
        voters = self._deployed.electorate(self._tier)
        return {voter: FRESH if self._freshness.fresh(voter, now) else still for voter in voters}


def _calls(deployed: Deployed, tier: str, fan_out: FanOut) -> dict[str, Callable[[], object]]:
    electorate, regions = deployed.electorate(tier), deployed.control_regions
    controls = {region: deployed.control(region, attempts=1) for region in regions}
    clients = {
        region: aws_clients.client("ssm", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        for region in regions
    }
    reads = ActiveParameter(deployed.active_parameter, lambda: clients, fan_out).reads()
    tables = {_table(region): partial(control.snapshot, tier, electorate) for region, control in controls.items()}
    return {**tables, **{_outside(region): read for region, read in reads.items()}}


def _table(region: str) -> str:
    return f"table {region}"


def _outside(region: str) -> str:
    return f"outside {region}"
