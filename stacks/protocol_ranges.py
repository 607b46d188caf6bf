"""Within which limits each number of the protocol makes sense, before scaling, and why.

What must hold between two numbers is in `failover.protocol`; these limits keep out what no stack can mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# failover/region_calls.py, HURRIED: 0.2 s to connect and 0.25 s to read.
SHORTEST_ATTEMPT_SECONDS = 0.45
# Every minute, and each start up to a minute late (infra/aws/observer.py).
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
LONGEST_BETWEEN_STARTS_SECONDS = 60.0 + 60.0
LONGEST_START_SECONDS = 5.0
# The largest timeout of a function is 900 s; the rest is for its start, its last write and its answer.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
LONGEST_RUN_SECONDS = 860.0


@dataclass(frozen=True)
class Range:
    """Both ends are allowed; times are in seconds."""

    low: float
    high: float
    why: str


RANGES: Mapping[str, Range] = {
    "probe_interval": Range(1, 30, "a turn's calls and its vote need up to a second; detection takes several turns"),
    "probe_deadline": Range(0.5, 10, "a new connection across a continent takes 0.2 s, a strong write 0.15 s"),
    "fall": Range(2, 10, "one miss is no outage, and each adds a turn to the detection"),
    "rise": Range(1, 10, "each adds a turn before a region that is back counts as well"),
    "observer_life": Range(
        LONGEST_BETWEEN_STARTS_SECONDS,
        LONGEST_RUN_SECONDS,
        "the schedule's starts are up to 120 s apart, one run of a function lasts at most 900 s",
    ),
    "generation_overlap": Range(5, 60, "a successor has to see its peers' votes move before it votes"),
    "vote_fresh": Range(3, 60, "votes come with every turn; one that is a minute old says nothing of now"),
    "client_view": Range(1, 30, "clients have to read the row within half of it, and a failover waits all of it"),
    "client_margin": Range(0.1, 5, "it covers the transit of a client's last write, and a failover waits it out"),
    "client_poll": Range(0.2, 10, "each client reads the control table that often"),
    "moving_poll": Range(0.05, 1, "clients find the new region within it, and read the control table that often"),
    "preparing_view": Range(0.5, 5, "a client's shortest attempt takes up to 0.45 s"),
    "owner_lease": Range(3, 60, "an owner's calls take up to 1.3 s; a killed one is succeeded only after it"),
    "heartbeat": Range(0.5, 20, "each is a strong write to three regions, about 0.15 s"),
    "cooldown": Range(60, 3600, "it is also the largest age of an order, and keeps a tier from moving to and fro"),
    "max_lag": Range(1, 60, "canaries are seconds apart; writes of the last max_lag may be missing after a failover"),
    "prove_within": Range(
        2, 60, "a canary needs a few calls and the lag to arrive; a plan that waits longer helps nobody"
    ),
    "plan_total": Range(20, LONGEST_RUN_SECONDS, "a plan runs within one run of a function, at most 900 s"),
    "order_every": Range(0.5, 60, "each order starts an orchestrator, and what is due waits for the next"),
    "mend_within": Range(4, 60, "seeing a wrong value and mending it takes turns of several seconds"),
    "writer_lease": Range(3, 60, "a failover of the database waits it out; its writer renews it in time or stops"),
    "writer_renewal": Range(0.5, 20, "each is a strong write to three regions, about 0.15 s"),
    "writer_call": Range(0.5, 10, "a new connection across a continent takes 0.2 s, a strong write 0.15 s"),
    "writer_fence": Range(0.5, 10, "the kernel has to close the database's port within it"),
    "time_scale": Range(0.01, 1, "drills are shortened, never stretched"),
}
