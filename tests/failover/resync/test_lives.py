"""Tables are made alike after replication lost what it may lose, and while clients and replicators go on."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.failover.replication.test_histories import AROUND, Life, step
from tests.failover.replication.two_sites import SITES, AtOnce, TwoSites
from tests.failover.resync.scanned_site import ScannedSite
from tests.failover.resync.two_tables import TwoTables


class Scanned(TwoSites):
    """A history's world whose tables can be read whole, and whose replication can lose records for good."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(dice)
        self.tables = {site: ScannedSite() for site in SITES}

    def lose_records(self) -> None:
        self.done = {site: len(table.records) for site, table in self.tables.items()}

    def listed(self) -> set[tuple[str, str]]:
        """Name the losers, and what each was made upon: of lost records, the last one's item is left to be listed."""
        listed = set()
        for (key, _), loser in self.kept.losers.items():
            version = loser.stamp.version if loser.stamp else None
            while version is not None:
                listed.add((key, str(version)))
                version = self.made_upon[key].get(version)
        return listed

    def resynchronised(self, folder: Path) -> TwoTables:
        return TwoTables(folder, sites=dict(self.tables), kept=self.kept, epoch=self.epoch, active=self.active)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=True), st.booleans())
@example(dice=random.Random(3188), around=True)  # noqa: S311 - a tombstone written upon, and the record of that lost
def test_whatever_replication_lost_a_repair_makes_the_sites_alike_and_no_write_is_lost_unlisted(
    dice: random.Random, around: bool
) -> None:
    world = Scanned(dice)
    for _ in range(dice.randrange(5, 60)):
        step(world, dice, Life(around=AROUND if around else ()))
        if dice.random() < 0.1:
            world.lose_records()
    world.lose_records()
    with TemporaryDirectory() as folder:
        two = world.resynchronised(Path(folder))
        two.repair()
        assert two.verify()[0].alike
        for site in SITES:  # brings tombstones across, too, which a repair need not
            two.backfill(site)
    world.come_to_rest()
    assert world.tables["primary"].items == world.tables["secondary"].items
    assert around or world.listed() >= world.lost() - world.agreed()


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=True), st.booleans())
def test_while_clients_write_and_replicators_run_a_backfill_undoes_nothing(dice: random.Random, around: bool) -> None:
    world = Scanned(dice)
    for _ in range(dice.randrange(1, 30)):
        step(world, dice, Life(around=AROUND if around else (), most_moves=3))
    world.lose_records()
    goes_on = GoesOn(world, around=around)
    with TemporaryDirectory() as folder:
        two = world.resynchronised(Path(folder))
        two.segments, two.writers = 1, AtOnce
        for site in SITES:
            world.tables[site].before = goes_on  # type: ignore[attr-defined]
        two.backfill("primary")
        two.backfill("secondary")
    goes_on.ended = True
    world.come_to_rest()
    assert world.plain("primary") == world.plain("secondary")
    assert around or world.listed() >= world.lost() - world.agreed()


class GoesOn:
    """Lets something else happen before each call of a backfill, in the same thread."""

    def __init__(self, world: Scanned, *, around: bool) -> None:
        self.world = world
        self.around = around
        self.ended = False

    def __call__(self, _operation: str) -> None:
        if not self.ended and self.world.dice.random() < 0.7:
            self.ended = True  # what happens makes calls, too
            step(self.world, self.world.dice, Life(around=AROUND if self.around else (), most_moves=3))
            self.ended = False
