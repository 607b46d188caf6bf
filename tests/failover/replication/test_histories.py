"""Whatever happens to two sites, they end alike, and every acknowledged write is there or listed."""

import contextlib
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from failover.replication.stamps import Stamp
from failover.replication.versioned_writes import OutdatedEpoch
from failover.sites import Site, other
from tests.failover.replication.two_sites import SITES, TwoSites

FIVE_MINUTES = 300_000_000
FATES = ("", "", "", "", "throttled", "unheard", "crash", "crash after")
KEYS = ("a", "b", "c")


def live_through(dice: random.Random, *, around: bool = False, most_moves: int = 9) -> TwoSites:
    """Live through a random history: clients of both sites, old epochs among them, moves, replicators that fail."""
    world = TwoSites(dice, FATES)
    for _ in range(dice.randrange(5, 60)):
        step(world, dice, around=around, most_moves=most_moves)
    world.come_to_rest()
    return world


def step(world: TwoSites, dice: random.Random, *, around: bool, most_moves: int) -> None:
    for table in world.tables.values():
        table.clock += dice.random() * 0.01
    what = dice.random()
    if what < 0.45:
        write(world, dice)
    elif what < 0.9:
        world.replicate(dice.choice(SITES), dice.randrange(1, 6), again=dice.choice((0, 0, 0, 3)))
    elif what < 0.95 and around:
        world.write_around(dice.choice(KEYS), dice.choice(SITES), delete=dice.random() < 0.3)
    elif what >= 0.95 and world.epoch <= most_moves:
        world.epoch, world.active = world.epoch + 1, other(world.active)


def write(world: TwoSites, dice: random.Random) -> None:
    """Write where a client believes the tier is: in this epoch, or in the one before it at the other site."""
    late = dice.random() < 0.3 and world.epoch > 1
    site: Site = other(world.active) if late else world.active
    verb, skew = dice.choice(("put", "put", "update", "delete")), dice.randrange(-FIVE_MINUTES, FIVE_MINUTES)
    with contextlib.suppress(OutdatedEpoch):
        world.write(dice.choice(KEYS), verb, site=site, epoch=world.epoch - late, skew=skew)


histories = st.randoms(use_true_random=True)
many = settings(max_examples=400, deadline=None)


@many
@given(histories)
def test_both_sites_end_alike_and_no_acknowledged_write_is_lost_unlisted(dice: random.Random) -> None:
    world = live_through(dice)

    assert world.tables["primary"].items == world.tables["secondary"].items
    assert set(world.kept.losers) >= world.lost()


@many
@given(histories)
def test_after_one_move_exactly_the_lost_writes_are_listed(dice: random.Random) -> None:
    world = live_through(dice, most_moves=1)

    assert set(world.kept.losers) == world.lost()


@many
@given(histories)
def test_with_writers_around_the_client_both_sites_end_alike(dice: random.Random) -> None:
    world = live_through(dice, around=True)

    assert world.plain("primary") == world.plain("secondary")
    assert all(Stamp.of(item) for site in SITES for item in world.tables[site].items.values())
