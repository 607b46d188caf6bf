"""Webhooks as Shopify sends them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from nodes.app.events import Event
from tests.nodes.app.surroundings import SECRET

SHOP = "first.myshopify.com"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery; `headers` signs the body with ``secret``."""

    event_id: str = "event-1"
    topic: str = "orders/create"
    shop: str = SHOP
    body: bytes = b""
    secret: str = SECRET

    @property
    def headers(self) -> Mapping[str, str]:
        return {
            "X-Shopify-Hmac-Sha256": signature(self.body, self.secret),
            "X-Shopify-Event-Id": self.event_id,
            "X-Shopify-Topic": self.topic,
            "X-Shopify-Shop-Domain": self.shop,
            "Content-Type": "application/json",
        }

    @property
    def event(self) -> Event:
        return Event(shop=self.shop, topic=self.topic, event_id=self.event_id, body=self.body)


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def order_body(number: int = 1, *, total: str = "19.90", minute: int = 0) -> bytes:
    """Return an order as Shopify writes it, changed at a minute of one hour."""
    order = {
        "id": number,
        "total_price": total,
        "currency": "EUR",
        "email": "ada@example.com",
        "updated_at": f"2026-05-01T12:{minute:02}:00-04:00",
    }
    return json.dumps(order).encode()


def delivery(event_id: str = "event-1", number: int = 1, topic: str = "orders/create", minute: int = 0) -> Delivery:
    return Delivery(event_id=event_id, topic=topic, body=order_body(number, minute=minute))
