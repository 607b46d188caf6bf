"""Whatever two replicas of a global table live through, what the last writer overruled is listed, and nothing else."""

import random

import pytest
from hypothesis import given

from tests.failover.replication.global_sites import GlobalSites
from tests.failover.replication.test_histories import Life, histories, many, step

LIVES = {
    "three items": Life(),
    "one hot item": Life(keys=("a",), largest_batch=40),
    "regions that are apart for long": Life(replicates=0.08, largest_batch=40),
    "nothing deleted": Life(verbs=("put", "update")),
}


def live_through(dice: random.Random, life: Life) -> GlobalSites:
    """Live through a random history: clients of both sites, old epochs among them, moves, hosts whose time is wrong."""
    world = GlobalSites(dice)
    for _ in range(dice.randrange(5, 60)):
        step(world, dice, life)
    world.come_to_rest()
    return world


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
@many
@given(dice=histories)
def test_each_acknowledged_write_stands_or_was_built_upon_or_is_listed(life: Life, dice: random.Random) -> None:
    world = live_through(dice, life)

    assert world.tables["primary"].items == world.tables["secondary"].items
    assert world.lost() - world.agreed() <= world.listed()
    assert set(world.kept.losers) <= world.lost()
    assert not world.kept.dead


@many
@given(histories)
def test_while_one_site_writes_no_auditor_is_shown_anything(dice: random.Random) -> None:
    world = live_through(dice, Life(most_moves=0, late=0.0))

    records = [(site, record) for site, table in world.tables.items() for record in table.records]
    assert not any(world.wanted[site](record) for site, record in records)
