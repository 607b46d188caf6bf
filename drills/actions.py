"""What the experiments do: lose a region, bring it back, give an operator's order, put everything right again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from drills.running import Drill, current
from failover.orders import Order, OrderKind
from localcloud.faults import control_planes_out
from localcloud.request import Cut

CUTS: Mapping[str, Cut] = {"blackhole": "blackhole", "refused": "refuse", "reset": "reset"}


class UnknownFault(ValueError):
    """The experiment names a fault that nobody can make."""


def lose_region(fault: str) -> str:
    """Lose the primary region, at a moment of the probe interval that the drill's seed picks.

    Raises:
        UnknownFault: not one of `faults()`.
    """
    drill = current()
    begin = _beginning(drill, fault)
    phase = drill.chance.uniform(0, drill.protocol.probe_interval)
    drill.clock.sleep(phase)
    begin()
    return f"{fault}, {phase:.2f} s into the probe interval"


def faults() -> tuple[str, ...]:
    """Return the names of the ways in which `lose_region` can lose it."""
    return (*CUTS, "observers-cut", "control-planes-out")


def _beginning(drill: Drill, fault: str) -> Callable[[], None]:
    region = drill.sites.primary
    if fault in CUTS:
        return lambda: _darken(drill, region, CUTS[fault], f"{region} is dark ({fault})")
    if fault == "observers-cut":
        return lambda: _isolate(drill, region)
    if fault == "control-planes-out":
        return lambda: _darken_without_control_planes(drill, region)
    raise UnknownFault(f"fault is {fault!r}, expected one of {', '.join(faults())}")


def _darken(drill: Drill, region: str, how: Cut, what: str) -> None:
    _tell(drill, region, what)
    drill.regions.darken(region, how)


def _isolate(drill: Drill, region: str) -> None:
    _tell(drill, region, f"{region} is cut off from the observers; its own clients still reach it")
    drill.regions.isolate(region)


def _darken_without_control_planes(drill: Drill, region: str) -> None:
    """Refuse the control planes before the region is lost, so that nothing can use them in the first second."""
    for fault in control_planes_out():
        drill.faults.add(fault)
    _darken(drill, region, "blackhole", f"{region} is dark, and Route 53, IAM and global STS refuse everything")


def _tell(drill: Drill, region: str, what: str) -> None:
    """Record the fault just before it begins, so that no figure is flattered."""
    drill.begun[region] = what
    drill.events.write("fault", id=region, what=what, state="begun")


def restore_region() -> str:
    """Bring the primary region back and lift every other fault."""
    return put_everything_right()


def put_everything_right() -> str:
    """Bring every region back and lift every fault; does nothing where nothing is broken."""
    drill = current()
    drill.regions.restore()
    drill.faults.clear()
    ended = list(drill.begun.items())
    for region, what in ended:
        drill.events.write("fault", id=region, what=what, state="ended")
    drill.begun.clear()
    return ", ".join(what for _, what in ended) or "nothing was broken"


def serve(seconds: float) -> None:
    """Let the clients go on for a while."""
    current().clock.sleep(seconds)


def order_failback() -> str:
    """Order the failback as an operator would, through the orchestrator next to the standby's region.

    Raises:
        OrderRefused: the orchestrator did not take it.
    """
    drill = current()
    order = failback(drill.sight.epoch, UUID(int=drill.chance.getrandbits(128), version=4), drill.now())
    drill.ordered_at = drill.events.monotonic()
    return f"order {order.id}: {drill.give(order)['reason']}"


def failback(epoch: int, order_id: UUID, issued_at: datetime) -> Order:
    """Return an operator's order to bring the data tier back to its primary site, for this epoch only."""
    return Order(
        id=str(order_id),
        kind=OrderKind.FAILBACK,
        tier="data",
        epoch=epoch,
        target="primary",
        reason="the primary region is back and has caught up",
        by="drill",
        issued_at=issued_at,
    )


def stop_load() -> None:
    """Let every client finish what it is doing and stop; does nothing the second time."""
    current().stop_load()
