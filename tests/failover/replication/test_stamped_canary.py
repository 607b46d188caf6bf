"""Canaries that observers stamp: shipped at once, never lost among generations, never listed where nothing was lost."""

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.canary import Canary, CanaryItem, Writes
from failover.clock import SystemClock
from failover.replication.stamped_canary import StampedWrites, last_canary_writes, observers_writes
from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from failover.sites import Site, Sites, other
from tests.failover.replication.records import item, stamp
from tests.failover.replication.two_sites import SITES, TABLE, TwoSites

REGIONS = Sites(primary="east", secondary="west")
KEY = "health_check_id#us-east-1"
FIVE_MINUTES = 300_000_000
FATES = ("", "", "", "throttled", "unheard", "crash", "crash after")


@pytest.fixture
def world() -> TwoSites:
    """Two sites where no call goes wrong."""
    return TwoSites(random.Random(1))  # noqa: S311 a history's dice


def canary(world: TwoSites, skew: int = 0) -> Canary:
    """Return one generation's canary, on a host whose time of day is so wrong."""
    clients: dict[str, Any] = {REGIONS.region(site): table for site, table in world.tables.items()}
    now = lambda: int(world.tables["primary"].clock * 1e6) + skew  # noqa: E731
    plain = CanaryItem(table=TABLE, item_id=KEY, healthy_status="ok")
    return Canary(plain, clients, SystemClock(), StampedWrites(REGIONS, now))


def counters(world: TwoSites) -> list[int]:
    return [int(table.items[KEY]["counter"]["N"]) for table in world.tables.values()]


class Generations:
    """Two generations of an observer over one item, each with what it knows, as `CanaryWatch` does."""

    def __init__(self, world: TwoSites, dice: random.Random) -> None:
        self.world = world
        self.canaries = [canary(world, dice.randrange(-FIVE_MINUTES, FIVE_MINUTES)) for _ in range(2)]
        self.known = [0, 0]

    def turn(self, number: int, site: Site, epoch: int) -> None:
        canary, region = self.canaries[number], REGIONS.region(site)
        wrote = canary.write(region, self.known[number] + 1, epoch)
        self.known[number] = max(self.known[number], wrote.counter)
        canary.read(REGIONS.region(other(site)))


def test_a_canary_is_shipped_by_its_own_record_and_marked_by_nobody(world: TwoSites) -> None:
    mine = canary(world)
    for counter in range(1, 6):
        mine.write("east", counter, 1)
        world.come_to_rest()
    assert counters(world) == [5, 5]
    assert [len(table.records) for table in world.tables.values()] == [5, 5]
    assert not world.kept.losers


def test_of_two_generations_the_later_writer_of_a_number_learns_what_stands(world: TwoSites) -> None:
    one, two = canary(world), canary(world)
    assert one.write("east", 1, 1).counter == 1
    assert two.write("east", 1, 1).counter == 1
    assert two.write("east", 2, 1).counter == 2
    assert one.write("east", 3, 1).counter == 2, "made upon what is no longer there"
    assert one.write("east", 3, 1).counter == 3


def live_through(dice: random.Random, *, moves: bool) -> tuple[TwoSites, Generations]:
    world = TwoSites(dice, FATES)
    generations = Generations(world, dice)
    for _ in range(dice.randrange(5, 60)):
        for table in world.tables.values():
            table.clock += 0.5
        what = dice.random()
        if what < 0.5:
            late = moves and world.epoch > 1 and dice.random() < 0.2
            site: Site = other(world.active) if late else world.active
            generations.turn(dice.randrange(2), site, world.epoch - late)
        elif what < 0.55 and moves:
            world.epoch, world.active = world.epoch + 1, other(world.active)
        elif what >= 0.55:
            world.replicate(dice.choice(SITES), dice.randrange(1, 6), again=dice.choice((0, 0, 3)))
    world.come_to_rest()
    return world, generations


@given(st.randoms(use_true_random=False), st.booleans())
def test_whatever_happened_a_canary_of_the_active_site_arrives(dice: random.Random, moves: bool) -> None:
    """Clocks five minutes wrong, writers of the former epoch, replicators that die: two turns later it is there."""
    world, generations = live_through(dice, moves=moves)
    before = max([0, *generations.known])
    for number, _ in itertools.product(range(2), range(3)):
        generations.turn(number, world.active, world.epoch)
    world.come_to_rest()
    assert counters(world)[0] == counters(world)[1] > before
    assert world.tables["primary"].items[KEY] == world.tables["secondary"].items[KEY]
    assert not world.kept.dead


@given(st.randoms(use_true_random=False))
def test_where_nothing_moved_no_canary_is_listed_as_lost(dice: random.Random) -> None:
    world, _ = live_through(dice, moves=False)
    assert not world.kept.losers


def test_what_was_on_its_way_when_the_tier_moved_is_listed_and_nothing_else(world: TwoSites) -> None:
    mine = canary(world)
    mine.write("east", 1, 1)
    world.come_to_rest()
    mine.write("east", 2, 1)
    mine.read("west")
    mine.write("west", 3, 2)
    world.come_to_rest()
    (lost,) = world.kept.losers.values()
    assert lost.item is not None
    assert lost.item["counter"] == {"N": "2"}
    assert lost.winner is not None
    assert (lost.winner.version.epoch, lost.winner.version.origin) == (2, "secondary")
    assert counters(world) == [3, 3]


def test_a_writer_of_an_epoch_that_is_over_does_not_take_the_item_back_to_it(world: TwoSites) -> None:
    world.tables["primary"].items[KEY] = item(stamp(5, "secondary", epoch=3), KEY, counter={"N": "7"})
    mine = canary(world)
    mine.read("east")
    mine.write("east", 8, 2)
    held = Stamp.of(world.tables["primary"].items[KEY])
    assert held is not None
    assert held.version.epoch == 3
    assert held.seen == Version(3, 5, "secondary")


def test_a_read_that_is_older_than_the_last_write_is_not_believed(world: TwoSites) -> None:
    writes, mine = StampedWrites(REGIONS, lambda: 9), canary(world)
    mine.write("east", 1, 1)
    old = dict(world.tables["primary"].items[KEY])
    mine.write("east", 2, 1)
    writes.saw("east", world.tables["primary"].items[KEY])
    writes.saw("east", old)
    request: dict[str, Any] = {
        "TableName": TABLE,
        "Key": {"id": {"S": KEY}},
        "UpdateExpression": "SET #counter = :counter",
        "ConditionExpression": "#counter < :counter",
        "ExpressionAttributeNames": {"#counter": "counter"},
        "ExpressionAttributeValues": {":counter": {"N": "3"}},
    }
    writes.update(world.tables["primary"], "east", request, 1)  # type: ignore[arg-type]
    assert world.tables["primary"].items[KEY]["counter"] == {"N": "3"}


def test_a_deleted_canary_comes_back_without_its_tombstones_expiry(world: TwoSites) -> None:
    tombstone = {"id": {"S": KEY}, ATTRIBUTE: stamp(5, deleted=True).attribute(), "_lifeboat_expires": {"N": "9"}}
    world.tables["primary"].items[KEY] = tombstone
    mine = canary(world)
    for counter in (1, 2):
        mine.write("east", counter, 1)
    there = world.tables["primary"].items[KEY]
    assert there["counter"] == {"N": "2"}
    assert "_lifeboat_expires" not in there
    assert not (Stamp.of(there) or stamp(1, deleted=True)).deleted


def test_a_stamp_that_nobody_can_read_is_written_over(world: TwoSites) -> None:
    """Else the canary would stand still, and a standby seem up to date."""
    broken = {"id": {"S": KEY}, "counter": {"N": "3"}, ATTRIBUTE: {"S": "by hand"}}
    world.tables["primary"].items[KEY] = broken
    mine = canary(world)
    for counter in (4, 5):
        mine.write("east", counter, 1)
    assert world.tables["primary"].items[KEY]["counter"] == {"N": "5"}
    assert Stamp.of(world.tables["primary"].items[KEY])


def written_by(writes: Writes, world: TwoSites, region: str = "east", counter: int = 1, epoch: int = 1) -> Stamp | None:
    clients: dict[str, Any] = {REGIONS.region(site): table for site, table in world.tables.items()}
    plain = CanaryItem(table=TABLE, item_id=KEY, healthy_status="ok")
    Canary(plain, clients, SystemClock(), writes).write(region, counter, epoch)
    return Stamp.of(world.tables["primary" if region == "east" else "secondary"].items[KEY])


@pytest.mark.parametrize(("mode", "stamps"), [("streams", True), ("mrec", False), ("mrsc", False)])
def test_the_last_canary_is_stamped_only_where_a_replicator_of_ours_carries_it(
    mode: str, stamps: bool, world: TwoSites
) -> None:
    assert (written_by(last_canary_writes(mode, REGIONS), world) is not None) is stamps


@pytest.mark.parametrize(("mode", "stamps"), [("streams", True), ("mrec", True), ("mrsc", False)])
def test_an_observers_canary_is_stamped_where_writes_can_overrule_each_other(
    mode: str, stamps: bool, world: TwoSites
) -> None:
    assert (written_by(observers_writes(mode, REGIONS), world) is not None) is stamps


def test_where_the_last_writer_wins_a_canary_says_whose_it_is_and_was_made_upon_nothing(world: TwoSites) -> None:
    writes = observers_writes("mrec", REGIONS)
    first = written_by(writes, world)
    world.tables["secondary"].items[KEY] = world.tables["primary"].items[KEY]
    moved = written_by(writes, world, "west", 2, 2)
    assert first is not None
    assert moved is not None
    assert [(one.version.epoch, one.version.origin) for one in (first, moved)] == [(1, "primary"), (2, "secondary")]
    assert not moved.has_seen(first.version)
