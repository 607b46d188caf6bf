"""Whole moves of a tier whose canaries carry stamps: as those of the others, to the second."""

from failover.orders import OrderKind
from failover.replication.stamps import Stamp
from failover.sites import Site
from failover.tier import Phase
from tests.failover.moving import settle
from tests.failover.wiring import CANARY, REGIONS, SITES
from tests.failover.world import NUMBERS, World


def stamps(world: World, site: Site, *names: str) -> list[Stamp | None]:
    backend = world.backend("dynamodb", SITES.region(site))
    keys = [{"id": {"S": f"health_check_id#{name}"}} for name in names]
    return [Stamp.of(backend.get_item(TableName=CANARY, Key=key, ConsistentRead=True).get("Item")) for key in keys]


def epochs(world: World, site: Site, *names: str) -> set[tuple[int, Site] | None]:
    return {(one.version.epoch, one.version.origin) if one else None for one in stamps(world, site, *names)}


def test_a_lost_region_is_failed_over_and_back_as_soon_as_any_other() -> None:
    world = World(streams=True)
    settle(world)
    assert epochs(world, "secondary", *REGIONS) == {(1, "primary")}
    world.dark.add(SITES.primary)
    lost_at = world.clock.now
    world.run(25)
    assert (world.peek().active, world.peek().phase) == ("secondary", Phase.STEADY)
    assert world.row_times[-1][0] - lost_at < 20
    world.dark.clear()
    world.run(60)
    assert epochs(world, "primary", *REGIONS) == {(2, "secondary")}
    assert all(one is not None and one.seen is not None for one in stamps(world, "secondary", "us-west-2"))

    answer = world.deliver(world.order(OrderKind.FAILBACK), "us-east-2")
    assert answer
    assert answer.outcome == "done"
    world.run(20)
    assert (world.peek().epoch, world.peek().active) == (3, "primary")
    assert epochs(world, "secondary", *REGIONS) == {(3, "primary")}


def test_the_last_canary_is_of_the_epoch_that_it_ends_and_the_check_carries_no_stamp() -> None:
    world = World(streams=True)
    settle(world)
    answer = world.deliver(world.order(OrderKind.SWITCHOVER), "us-east-2")
    assert answer
    assert answer.outcome == "done"
    assert world.peek().active == "secondary"
    assert epochs(world, "secondary", "orchestrator-last") == {(1, "primary")}
    assert epochs(world, "secondary", "orchestrator") == {None}


def test_the_first_canary_after_a_move_is_written_in_the_first_turn_that_knows_of_it() -> None:
    """What was read there before tells what it is made upon."""
    world = World(streams=True)
    settle(world)
    world.dark.add(SITES.primary)
    while world.peek().epoch == 1:
        world.run(0.1)
    world.run(2 * NUMBERS.probe_interval + 0.6)  # a turn reads the row at its end
    assert epochs(world, "secondary", "us-east-2", "us-west-2") == {(2, "secondary")}
