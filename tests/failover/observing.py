"""One observer's turns, and the vote that it left."""

from failover.observer import Observer
from failover.votes import Vote
from tests.failover.wiring import REGIONS
from tests.failover.world import NUMBERS, World

HOME = "us-east-2"


def vote_of(world: World, home: str = HOME) -> Vote:
    return next(vote for vote in world.control.snapshot("data", REGIONS).votes if vote.observer == home)


def turns(world: World, observer: Observer, count: int) -> None:
    for _ in range(count):
        observer.turn()
        world.run(NUMBERS.probe_interval)
