"""A Shopify event: its identity, and what it says of an order.

https://shopify.dev/docs/apps/build/webhooks has the headers, https://shopify.dev/docs/api/admin-rest/latest/resources/order
the order's fields.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from failover.clock import zoned
from nodes.app.digests import digest
from nodes.app.orders import BadOrder, OrderState

SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,100}\.myshopify\.com")
TOPIC = re.compile(r"[a-z0-9_]{1,64}/[a-z0-9_]{1,64}")
EVENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
STATUSES: Mapping[str, str] = {
    "orders/create": "open",
    "orders/updated": "open",
    "orders/paid": "paid",
    "orders/fulfilled": "fulfilled",
    "orders/cancelled": "cancelled",
}


class Unusable(Exception):
    """An event that no retry will make usable; the message says why and quotes nothing of its body."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event as Shopify signed it."""

    shop: str
    topic: str
    event_id: str
    body: bytes

    def __post_init__(self) -> None:
        """Refuse names that Shopify does not give.

        Raises:
            ValueError: naming the header.
        """
        for header, pattern, text in (
            ("X-Shopify-Shop-Domain", SHOP, self.shop),
            ("X-Shopify-Topic", TOPIC, self.topic),
            ("X-Shopify-Event-Id", EVENT_ID, self.event_id),
        ):
            if not pattern.fullmatch(text):
                raise ValueError(f"{header} is missing or malformed")

    @property
    def key(self) -> str:
        """The same for each delivery of this event.

        One action of a merchant can cause events of several topics with one id, so the topic belongs to it:
        https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates
        """
        return digest("event", self.shop, self.topic, self.event_id)


def order_state(event: Event) -> OrderState:
    """Return what an event says of its order.

    Raises:
        Unusable: the topic is none that is handled, or the body is not an order.
    """
    status = STATUSES.get(event.topic)
    if status is None:
        raise Unusable(f"nothing here handles the topic {event.topic}")
    try:
        return _state(event.shop, status, json.loads(event.body))
    except BadOrder as error:
        raise Unusable(str(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise Unusable(f"the body is no order: {type(error).__name__}") from error


def _state(shop: str, status: str, order: Mapping[str, object]) -> OrderState:
    if type(order["id"]) is not int:
        raise BadOrder("id must be a whole number")
    return OrderState(
        shop=shop,
        number=str(order["id"]),
        status=status,
        total=str(order["total_price"]),
        currency=str(order["currency"]),
        customer=str(order.get("email") or ""),
        changed_at_ms=_milliseconds(zoned(str(order["updated_at"]))),
    )


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
