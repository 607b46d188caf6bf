"""What an event says of an order; identity; signatures with Shopify's own arithmetic."""

import json

import pytest

from nodes.app.events import Event, Unusable, order_state
from nodes.app.signatures import signed_body
from tests.nodes.app.deliveries import Delivery, delivery, order_body, signature


def body(**changes: object) -> bytes:
    return json.dumps({**json.loads(order_body(7)), **changes}).encode()


def state_of(sent: bytes, topic: str = "orders/create"):  # type: ignore[no-untyped-def]
    return order_state(Delivery(topic=topic, body=sent).event)


def test_an_order_is_read_with_its_time_in_utc() -> None:
    state = state_of(body(updated_at="1970-01-01T01:00:01+01:00"))
    assert (state.number, state.total, state.currency, state.changed_at_ms) == ("7", "19.90", "EUR", 1000)


@pytest.mark.parametrize(
    ("topic", "status"), [("orders/updated", "open"), ("orders/paid", "paid"), ("orders/cancelled", "cancelled")]
)
def test_the_topic_says_the_status(topic: str, status: str) -> None:
    assert state_of(body(), topic).status == status


def test_an_order_without_an_address_of_its_customer_is_one() -> None:
    assert state_of(body(email=None)).customer == ""


@pytest.mark.parametrize(
    "sent",
    [
        body(id="7"),
        body(id=True),
        body(id=10**70),
        body(total_price="much"),
        body(total_price=None),
        body(currency="€"),
        body(updated_at="2026-05-01T12:00:00"),
        body(updated_at="0001-01-01T00:00:00Z"),
        body(updated_at=None),
        body(email="x" * 300),
        body(email="a\x00b"),
        b"[]",
        b"null",
        b"\xff",
        b"",
    ],
)
def test_what_the_table_could_not_hold_is_unusable(sent: bytes) -> None:
    with pytest.raises(Unusable):
        state_of(sent)


def test_names_of_other_length_do_not_make_the_same_key() -> None:
    keys = {
        Event(shop="a.myshopify.com", topic=f"x/{a}", event_id=b, body=b"").key for a, b in (("y", "zz"), ("yz", "z"))
    }
    assert len(keys) == 2


def test_the_key_does_not_depend_on_the_body() -> None:
    assert delivery(minute=1).event.key == delivery(minute=2).event.key


@pytest.mark.parametrize("header", ["", "no base64!", "AAAA", signature(b"x") + "=", signature(b"x", "other"), "ÿ"])
def test_a_signature_that_is_none_matches_nothing(header: str) -> None:
    assert not signed_body((b"current-secret",), b"x", header)
    assert signed_body((b"other-one", b"current-secret"), b"x", signature(b"x"))
