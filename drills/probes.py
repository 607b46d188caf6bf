"""What the experiments look for. Each waits until it is so and returns True, or raises what it saw instead."""

from typing import get_args

from drills.running import TIER, current
from drills.sight import NeverHappened, Sight
from failover.protocol import Protocol
from failover.sites import Site

SITES: tuple[Site, ...] = get_args(Site)
FEWEST_WRITES = 3
PAGES = {  # words of the page that a fault under which nothing moves must lead to
    "cut-from-all": "peer-silent",
    "dark": "cannot vote",
    "says-healthy": "target-down",
    "tables": "target-down",
    "throttled": "cannot probe",
    "two-control-regions": "break-glass",
}


class Moved(Exception):
    """The tier changed where it had to stay as it was; the message says from what to what."""


class Wrote(Exception):
    """A client was told that its write is done while nobody may write."""


def observers_healthy(within_seconds: float) -> bool:
    """Wait until every observer of the electorate calls both sites healthy and knows how far the standby is behind.

    Until then no move would be begun, and a drill would tell of nothing else.

    Raises:
        NeverHappened: not within that time.
    """
    drill = current()
    drill.sight.wait_until(
        lambda: _all_healthy(drill.sight, drill.protocol), "every observer votes healthy", within_seconds
    )
    return True


def _all_healthy(sight: Sight, protocol: Protocol) -> bool:
    voters, known = set(protocol.electorates[TIER]), sight.knowing_the_lag()
    return all(voters <= known & set(sight.calling_healthy(fact=fact)) for fact in ("verdict", "standby"))


def one_observer_dissents(within_seconds: float) -> bool:
    """Wait until the electorate is one healthy vote short: silent or unhealthy, one observer sees what others do not.

    Raises:
        NeverHappened: not within that time.
    """
    drill = current()
    others = len(drill.protocol.electorates[TIER]) - 1
    drill.sight.wait_until(
        lambda: len(drill.sight.calling_healthy()) == others,
        "one observer alone does not vote healthy",
        within_seconds,
    )
    return True


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


def nobody_writes(within_seconds: float, for_seconds: float) -> bool:
    """Wait until clients of both sites try in vain, and see that no write is acknowledged for so long.

    Raises:
        NeverHappened: not within that time.
        Wrote: somebody could write all the same.
    """
    sight = current().sight
    sight.wait_until(lambda: all(_tries_in_vain(sight, site) for site in SITES), "nobody can write", within_seconds)
    try:
        sight.wait_until(lambda: any(sight.writes(site)[0] for site in SITES), "a write", for_seconds)
    except NeverHappened:
        return True
    raise Wrote(f"a client wrote though nobody may; {sight.told()}")


def _tries_in_vain(sight: Sight, site: Site) -> bool:
    acknowledged, made = sight.writes(site)
    return made > 0 and acknowledged == 0


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
    """Wait until what the lost region missed is delivered and a quorum sees it healthy and knows how far it is behind.

    Raises:
        NeverHappened: not within that time.
    """
    drill = current()
    drill.sight.wait_until(
        lambda: _fit_for_return(drill.sight, drill.protocol), "the standby has caught up", within_seconds
    )
    return True


def _fit_for_return(sight: Sight, protocol: Protocol) -> bool:
    fit = set(sight.calling_healthy(fact="standby")) & set(sight.calling_healthy()) & sight.knowing_the_lag()
    return sight.longest_wait() <= protocol.max_lag and len(fit) >= protocol.quorum(TIER)


def stays_put(for_seconds: float) -> bool:
    """See that for so long the row's epoch, active site and phase stay what they are.

    Raises:
        Moved: one of them changed.
    """
    sight = current().sight
    before = sight.standing
    try:
        sight.wait_until(lambda: sight.standing != before, "any change", for_seconds)
    except NeverHappened:
        return True
    raise Moved(f"the tier was {before} and became {sight.standing}; {sight.told()}")


def at_rest(within_seconds: float) -> bool:
    """Wait until no plan is under way, whoever serves.

    Raises:
        NeverHappened: not within that time.
    """
    sight = current().sight
    sight.wait_until(lambda: sight.at_rest, "no plan is under way", within_seconds)
    return True


def stopped_by_a_plan(within_seconds: float) -> bool:
    """Wait until a plan has stopped the writes.

    Raises:
        NeverHappened: not within that time.
    """
    sight = current().sight
    sight.wait_until(lambda: sight.standing[2] == "moving", "a plan stops the writes", within_seconds)
    return True


def people_told(fault: str, within_seconds: float) -> bool:
    """Wait until people are told what this fault must be told of; of some nobody needs to know.

    Raises:
        NeverHappened: not within that time.
    """
    sight = current().sight
    if words := PAGES.get(fault):
        sight.wait_until(lambda: sight.paged(words), f"a page with {words!r}", within_seconds)
    return True
