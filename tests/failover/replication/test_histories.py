"""Whatever happens to two sites, they end alike, and every acknowledged write is there or listed."""

import contextlib
import os
import random
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.replication.meetings import Rules
from failover.replication.shipments import told
from failover.replication.stamps import Stamp
from failover.replication.versioned_writes import OutdatedEpoch
from failover.sites import Site, other
from tests.failover.replication.two_sites import RULES, SITES, TwoSites

FIVE_MINUTES = 300_000_000
FATES = ("", "", "", "", "throttled", "unheard", "crash", "crash after")
KEYS = ("a", "b", "c")
VERBS = ("put", "put", "update", "delete")
RESIDENT = Rules(ttl_attribute="expires", excluded=frozenset({"own"}))
AROUND = ("put", "update", "delete")


@dataclass(frozen=True, kw_only=True)
class Life:
    """What may happen in a history."""

    keys: tuple[str, ...] = KEYS
    verbs: tuple[str, ...] = VERBS
    around: tuple[str, ...] = ()
    most_moves: int = 9
    largest_batch: int = 6
    replicates: float = 0.45
    late: float = 0.3
    expires: bool = False
    restored: bool = False


def live_through(dice: random.Random, life: Life, rules: Rules = RULES) -> TwoSites:
    """Live through a random history: clients of both sites, old epochs among them, moves, replicators that fail."""
    world = TwoSites(dice, FATES, rules)
    if life.restored:
        world.restore(life.keys)
    for _ in range(dice.randrange(5, 60)):
        step(world, dice, life)
    world.come_to_rest()
    return world


def step(world: TwoSites, dice: random.Random, life: Life) -> None:
    pass_time(world, dice.random() * 0.01)
    what = dice.random() * (0.55 + life.replicates)
    if what < 0.45:
        write(world, dice, life)
    elif what < 0.5 and life.around:
        world.write_around(dice.choice(life.keys), dice.choice(SITES), dice.choice(life.around))
    elif what < 0.5 and life.expires:
        expire(world, dice.choice(SITES))
    elif 0.5 <= what < 0.55 and world.epoch <= life.most_moves:
        world.epoch, world.active = world.epoch + 1, other(world.active)
    elif what >= 0.55:
        again = dice.choice((0, 0, 0, 3))
        world.replicate(dice.choice(SITES), dice.randrange(1, life.largest_batch), again=again)


def pass_time(world: TwoSites, seconds: float) -> None:
    for table in world.tables.values():
        table.clock += seconds


def write(world: TwoSites, dice: random.Random, life: Life) -> None:
    """Write where a client believes the tier is: in this epoch, or in the one before it at the other site."""
    late = dice.random() < life.late and world.epoch > 1
    site: Site = other(world.active) if late else world.active
    verb, skew = dice.choice(life.verbs), dice.randrange(-FIVE_MINUTES, FIVE_MINUTES)
    with contextlib.suppress(OutdatedEpoch):
        world.write(dice.choice(life.keys), verb, site=site, epoch=world.epoch - late, skew=skew)


def expire(world: TwoSites, site: Site) -> None:
    """Let items live longer than clocks are apart; tombstones, longer than streams keep anything."""
    pass_time(world, 3 * FIVE_MINUTES / 1_000_000)
    at_rest = not any(world.waiting(site) for site in SITES)
    if at_rest or world.rules.expiry == "replicate":
        world.expire(site, tombstones=False)
    if at_rest:
        world.expire(site, tombstones=True)


def expire_all(world: TwoSites) -> None:
    for tombstones in (False, True):
        for site in SITES:
            world.expire(site, tombstones=tombstones)
        world.come_to_rest()


histories = st.randoms(use_true_random=True)
many = settings(max_examples=int(os.environ.get("LIFEBOAT_EXAMPLES", "50")), deadline=None)
LIVES = {
    "three items": Life(),
    "one hot item": Life(keys=("a",), largest_batch=40),
    "replicators that are dead for long": Life(replicates=0.08, largest_batch=40),
    "a restored table": Life(restored=True),
}


def check_all_is_there_or_listed(world: TwoSites) -> None:
    assert world.tables["primary"].items == world.tables["secondary"].items
    assert set(world.kept.losers) >= world.lost() - world.agreed()
    assert not world.kept.dead


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
@many
@given(dice=histories)
def test_both_sites_end_alike_and_no_acknowledged_write_is_lost_unlisted(life: Life, dice: random.Random) -> None:
    check_all_is_there_or_listed(live_through(dice, life))


@many
@given(histories)
def test_after_one_move_exactly_the_lost_writes_are_listed(dice: random.Random) -> None:
    world = live_through(dice, Life(most_moves=1))

    assert world.lost() - world.agreed() <= set(world.kept.losers) <= world.lost()


@many
@given(histories)
def test_with_nothing_deleted_the_list_is_exact_to_the_write(dice: random.Random) -> None:
    world = live_through(dice, Life(most_moves=1, verbs=("put", "update")))

    assert set(world.kept.losers) == world.lost()


@pytest.mark.parametrize(("expiry", "late"), [("ignore", 0.0), ("replicate", 0.3)])
@many
@given(dice=histories)
def test_items_and_tombstones_that_expire_bring_nothing_back(
    expiry: Literal["ignore", "replicate"], late: float, dice: random.Random
) -> None:
    """An untold expiry leaves nothing that an older epoch's write, come late, could lose to: here none does."""
    rules = Rules(ttl_attribute="expires", expiry=expiry)
    world = live_through(dice, Life(expires=True, late=late, verbs=(*VERBS, "put until", "put until")), rules)
    expire_all(world)

    assert world.tables["primary"].items == world.tables["secondary"].items
    assert world.lost() - world.agreed() <= world.listed()
    assert not any("expires" in item for item in world.tables["primary"].items.values())


@pytest.mark.parametrize("around", [AROUND, (*AROUND, "copy")], ids=["", "old stamps copied back"])
@pytest.mark.parametrize("restored", [False, True], ids=["", "restored"])
@many
@given(dice=histories)
def test_with_writers_around_the_client_both_sites_end_alike(
    restored: bool, around: tuple[str, ...], dice: random.Random
) -> None:
    world = live_through(dice, Life(around=around, restored=restored))

    assert world.plain("primary") == world.plain("secondary")
    written = {told["dynamodb"]["Keys"]["id"]["S"] for site in SITES for told in world.tables[site].records}
    assert all(Stamp.of(world.tables[site].items[key]) for site in SITES for key in written)


@many
@given(histories)
def test_what_stays_in_its_region_is_each_sites_own_and_all_else_alike(dice: random.Random) -> None:
    world = live_through(dice, Life(), RESIDENT)

    def shared(site: Site) -> dict[str, Any]:
        return {key: told(item, RESIDENT) for key, item in world.tables[site].items.items()}

    assert shared("primary") == shared("secondary")
    assert set(world.kept.losers) >= world.lost() - world.agreed()
    assert not any("own" in (loser.item or {}) for loser in world.kept.losers.values())
    for site in SITES:
        assert all(item.get("own", {"S": site}) == {"S": site} for item in world.tables[site].items.values())


@pytest.mark.parametrize("verb", AROUND)
def test_a_write_around_the_client_upon_what_the_other_site_wrote_stands_and_is_not_listed(verb: str) -> None:
    world = TwoSites(random.Random(1))  # noqa: S311
    pass_time(world, 1.0)
    world.write("a", "put", site="primary", epoch=1)
    world.come_to_rest()
    pass_time(world, 1.0)
    world.write_around("a", "secondary", verb)
    written = world.tables["secondary"].items.get("a", {}).get("value")
    world.come_to_rest()
    assert [world.tables[site].items["a"].get("value") for site in SITES] == [written, written]
    assert world.kept.losers == {}
