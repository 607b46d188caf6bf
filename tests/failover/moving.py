"""What tests of whole moves begin with, and how they measure one."""

from failover.tier import Phase
from tests.failover.world import World


def settle(world: World) -> None:
    """Let observers in all regions come to agree."""
    world.observe_everywhere()
    world.run(20)


def since_the_mark(world: World, phase: Phase) -> float:
    """Return the seconds from the newest epoch's first row to its first row in the phase, by the rows' own beats."""
    times = [at for at, row in world.row_times if row.epoch == world.peek().epoch]
    reached = [at for at, row in world.row_times if row.epoch == world.peek().epoch and row.phase is phase]
    return reached[0] - times[0]
