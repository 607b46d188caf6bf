"""What the experiments look for. Each waits until it is so and returns True, or raises what it saw instead."""

from typing import get_args

from drills.running import current
from drills.sight import Sight
from failover.protocol import Protocol
from failover.sites import Site

TIER = "data"
SITES: tuple[Site, ...] = get_args(Site)
FEWEST_WRITES = 3


def observers_healthy(within_seconds: float) -> bool:
    """Wait until every observer of the electorate calls the active site and its standby healthy.

    Raises:
        NeverHappened: not within that time.
    """
    drill = current()
    drill.sight.wait_until(
        lambda: _all_healthy(drill.sight, drill.protocol), "every observer votes healthy", within_seconds
    )
    return True


def _all_healthy(sight: Sight, protocol: Protocol) -> bool:
    voters = set(protocol.electorates[TIER])
    return all(voters <= set(sight.calling("healthy", fact=fact)) for fact in ("verdict", "standby"))


def clients_write(within_seconds: float) -> bool:
    """Wait until clients of both sites write and no write of the last two seconds failed.

    Raises:
        NeverHappened: not within that time.
    """
    sight = current().sight
    sight.wait_until(
        lambda: all(_writes_well(sight, site) for site in SITES), "clients of both sites write", within_seconds
    )
    return True


def _writes_well(sight: Sight, site: Site) -> bool:
    acknowledged, made = sight.writes(site)
    return acknowledged == made >= FEWEST_WRITES


def site_serves(site: Site, epoch: int, within_seconds: float) -> bool:
    """Wait until the tier's row says that this site serves in this epoch and no plan is under way.

    Raises:
        NeverHappened: not within that time.
    """
    sight = current().sight
    sight.wait_until(lambda: sight.serves(site, epoch), f"{site} serves in epoch {epoch}", within_seconds)
    return True


def caught_up(within_seconds: float) -> bool:
    """Wait until what the lost region missed is delivered and a quorum sees it healthy and close behind.

    Raises:
        NeverHappened: not within that time.
    """
    drill = current()
    drill.sight.wait_until(
        lambda: _fit_for_return(drill.sight, drill.protocol), "the standby has caught up", within_seconds
    )
    return True


def _fit_for_return(sight: Sight, protocol: Protocol) -> bool:
    fit = set(sight.calling("healthy", fact="standby")) & set(sight.calling("healthy"))
    return sight.longest_wait() <= protocol.max_lag and len(fit) >= protocol.quorum(TIER)
