"""Observers as they are deployed: a new one in each region every minute, each for an observer's life."""

from failover.ballot import Superseded
from failover.observer import Observer
from tests.failover.wiring import REGIONS
from tests.failover.world import World

EVERY_SECONDS, APART_SECONDS = 60.0, 0.3


def observe_in_generations(world: World) -> None:
    """Set the schedules off, one region's a moment after the other's."""
    for number, region in enumerate(REGIONS):
        _set_off(world, region, APART_SECONDS * number)


def _set_off(world: World, home: str, offset: float) -> None:
    def start() -> None:
        world.clock.after(EVERY_SECONDS, start)
        if home not in world.dark:
            _live(world, Observer(world.staff(home).post), home, world.clock.now + world.numbers.observer_life)

    world.clock.after(offset, start)


def _live(world: World, observer: Observer, home: str, until: float) -> None:
    def turn() -> None:
        if home in world.dark or world.clock.now >= until:
            return
        try:
            world.turn_of(observer)
        except Superseded:
            return
        world.clock.after(world.numbers.probe_interval, turn)

    turn()
