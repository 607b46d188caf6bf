"""How often an observer does what it does, from the protocol's numbers and its schedule. Upper bounds, not averages."""

import math
from dataclasses import dataclass
from typing import Self

from failover.protocol import Protocol
from ops.forecast.usage import SECONDS_A_MONTH

# Making boto3's clients before the first turn, at a quarter of a processor or less.
START_SECONDS = 1.5


@dataclass(frozen=True, kw_only=True)
class Observing:
    """One observer's month.

    A run is started by the schedule, looks on for ``generation_overlap`` and votes from then on until its successor
    does; the last turn of a run learns that from its refused vote (failover/observer.py). Of two that overlap only one
    raises the canary at each turn: the other finds it raised, and a failed condition leaves no record in a stream.
    """

    runs: float
    run_seconds: float
    probes: float
    raises: float
    votes: float
    batch_reads: float
    reports: float
    electorate: int

    @classmethod
    def of(cls, protocol: Protocol, every_seconds: float) -> Self:
        """Count for a protocol, as deployed, and a schedule that starts a run every so many seconds."""
        runs = SECONDS_A_MONTH / every_seconds
        looking_on = math.ceil(protocol.generation_overlap / protocol.probe_interval) * protocol.probe_interval
        lives = min(protocol.observer_life, every_seconds + looking_on + protocol.probe_interval)
        turns = lives / protocol.probe_interval
        return cls(
            runs=runs,
            run_seconds=lives + START_SECONDS,
            probes=runs * (turns + 1),
            raises=SECONDS_A_MONTH / protocol.probe_interval,
            votes=SECONDS_A_MONTH / protocol.probe_interval + runs,
            batch_reads=runs * (turns + 1),
            reports=runs * turns,
            electorate=len(protocol.electorates["data"]),
        )
