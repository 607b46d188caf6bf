"""Orders for tests."""

from nodes.app.orders import OrderState


def state(number: str, *, shop: str = "s", customer: str = "Ada", changed_at_ms: int = 1) -> OrderState:
    return OrderState(
        shop=shop,
        number=number,
        status="open",
        total="5.00",
        currency="EUR",
        customer=customer,
        changed_at_ms=changed_at_ms,
    )
