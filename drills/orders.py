"""The orders that experiments give, as an operator does; an orchestrator runs the whole plan and answers at its end."""

from uuid import UUID

from drills.running import TIER, Drill, current
from failover.orders import Order, OrderKind
from failover.sites import Site, other

AGAIN_SECONDS = 1.0


class OrderRefused(Exception):
    """The orchestrator did not carry the order out; the message is its answer."""


class TooEasy(Exception):
    """An order was carried out that had to be refused."""


def order_failback() -> str:
    """Order the way home, through the orchestrator next to the standby's region.

    Raises:
        OrderRefused: the orchestrator did not take it.
    """
    return _given(current(), OrderKind.FAILBACK)


def order_switchover() -> str:
    """Order a planned move to the other site.

    Raises:
        OrderRefused: the orchestrator did not take it.
    """
    return _given(current(), OrderKind.SWITCHOVER)


def order_failback_too_early() -> str:
    """Order the way home while it would lose writes, and see it refused.

    Raises:
        TooEasy: it was carried out.
    """
    drill = current()
    try:
        answer = drill.operator.give(_order(drill, OrderKind.FAILBACK))
    except OrderRefused as refused:
        return f"refused, as it must be: {refused}"
    raise TooEasy(f"a failback to a region that has not caught up was carried out: {answer}")


def order_failback_until_taken(within_seconds: float) -> str:
    """Order the way home again and again until the region has caught up enough; the last order counts.

    Raises:
        OrderRefused: it was still refused at the end of that time.
    """
    drill = current()
    deadline = drill.clock.monotonic() + within_seconds
    while True:
        try:
            return _given(drill, OrderKind.FAILBACK)
        except OrderRefused:
            if drill.clock.monotonic() >= deadline:
                raise
        drill.clock.sleep(AGAIN_SECONDS)


def send_failover() -> str:
    """Order a failover to the orchestrator of the control region that hosts no data; its end is not waited for."""
    drill = current()
    order = _told(drill, _order(drill, OrderKind.FAILOVER))
    drill.operator.send(order, drill.control_only_region)
    return f"order {order.id} to {drill.control_only_region}"


def _given(drill: Drill, kind: OrderKind) -> str:
    order = _told(drill, _order(drill, kind))
    return f"order {order.id}: {drill.operator.give(order)['reason']}"


def _told(drill: Drill, order: Order) -> Order:
    """Record an order just before it is given."""
    drill.events.write("order", id=order.id, kind=order.kind, target=order.target, epoch=order.epoch)
    return order


def _order(drill: Drill, kind: OrderKind) -> Order:
    """Return an order to leave the active site, for the epoch that is seen only."""
    target: Site = other(drill.sight.active)
    return Order(
        id=str(UUID(int=drill.chance.getrandbits(128), version=4)),
        kind=kind,
        tier=TIER,
        epoch=drill.sight.epoch,
        target=target,
        reason=f"a drill of the way to the {target}",
        by="drill",
        issued_at=drill.operator.now(),
    )
