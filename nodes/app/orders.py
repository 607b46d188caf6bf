"""Orders in SQL: what an event makes of one, and pages of them."""

import re
from dataclasses import dataclass
from typing import Self

from nodes.app.database import Row, Transaction
from nodes.app.digests import digest

COLUMNS = "id, shop, number, status, total, currency, customer, changed_at_ms, revision"
CURSOR = re.compile(r"(\d{1,18})\.([0-9a-f]{64})")
TOTAL = re.compile(r"-?\d{1,18}(\.\d{1,6})?")
CURRENCY = re.compile(r"[A-Z]{3}")


class NoSuchOrder(Exception):
    """There is no order by this id."""


class BadOrder(ValueError):
    """A field of an order is missing or not as it must be; the message names it."""


@dataclass(frozen=True, kw_only=True)
class OrderState:
    """What is known of an order at one moment; ``total`` is as the shop writes it, never calculated with."""

    shop: str
    number: str
    status: str
    total: str
    currency: str
    customer: str
    changed_at_ms: int

    def __post_init__(self) -> None:
        """Refuse what the table could not hold, or what would be shown as something else.

        Raises:
            BadOrder: naming the field.
        """
        for name, most in (("shop", 255), ("number", 64), ("status", 32), ("customer", 255)):
            text = getattr(self, name)
            if len(text) > most or not text.isprintable() or not (text or name == "customer"):
                raise BadOrder(f"{name} must have 1 to {most} printable characters")
        if not TOTAL.fullmatch(self.total) or not CURRENCY.fullmatch(self.currency):
            raise BadOrder("total must be a decimal number and currency three capital letters")
        if not 0 <= self.changed_at_ms < 10**15:
            raise BadOrder("the time of the change is out of range")

    @property
    def id(self) -> str:
        """The same for all that is ever told of this order."""
        return digest("order", self.shop, self.number)


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order as stored; ``revision`` counts the events that told of it."""

    id: str
    state: OrderState
    revision: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read `COLUMNS`."""
        texts = [str(value) for value in row]
        names = ("shop", "number", "status", "total", "currency", "customer")
        fields = dict(zip(names, texts[1:7], strict=True))
        return cls(id=texts[0], state=OrderState(**fields, changed_at_ms=int(texts[7])), revision=int(texts[8]))

    @property
    def cursor(self) -> str:
        """Where a list goes on after this order."""
        return f"{self.state.changed_at_ms}.{self.id}"


def create(transaction: Transaction, state: OrderState) -> None:
    """Add an order; raises `AlreadyThere` at the latest when the transaction ends."""
    values = (state.id, *_values(state), state.changed_at_ms)
    transaction.change(f"INSERT INTO orders ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1)", *values)  # noqa: S608


def tell(transaction: Transaction, state: OrderState) -> None:
    """Take what one event says of an order: the newest state wins, each event counts once.

    Shopify promises no order between events: https://shopify.dev/docs/apps/build/webhooks/best-practices
    """
    found = transaction.rows("SELECT changed_at_ms FROM orders WHERE id = %s FOR UPDATE", state.id)
    if not found:
        create(transaction, state)
        return
    transaction.change("UPDATE orders SET revision = revision + 1 WHERE id = %s", state.id)
    if int(str(found[0][0])) <= state.changed_at_ms:
        changed = "shop = %s, number = %s, status = %s, total = %s, currency = %s, customer = %s, changed_at_ms = %s"
        transaction.change(
            f"UPDATE orders SET {changed} WHERE id = %s",  # noqa: S608 - a constant
            *_values(state),
            state.changed_at_ms,
            state.id,
        )


def one(transaction: Transaction, order_id: str) -> Order:
    """Return an order.

    Raises:
        NoSuchOrder: there is none.
    """
    rows = transaction.rows(f"SELECT {COLUMNS} FROM orders WHERE id = %s", order_id)  # noqa: S608
    if not rows:
        raise NoSuchOrder(order_id)
    return Order.from_row(rows[0])


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which page of a list: ``shop`` or all, at most ``limit`` orders, after the one with this cursor."""

    limit: int
    after: str | None = None
    shop: str | None = None


def page(transaction: Transaction, wanted: Wanted) -> list[Order]:
    """Return orders, the last changed first; an order that changes meanwhile may be seen twice, none is left out.

    Raises:
        ValueError: the cursor is none of ours.
    """
    conditions, values = list[str](), list[object]()
    if wanted.shop is not None:
        conditions.append("shop = %s")
        values.append(wanted.shop)
    if wanted.after is not None:
        conditions.append("(changed_at_ms < %s OR (changed_at_ms = %s AND id < %s))")
        changed_at_ms, order_id = _cursor(wanted.after)
        values += [changed_at_ms, changed_at_ms, order_id]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    asked = f"SELECT {COLUMNS} FROM orders {where} ORDER BY changed_at_ms DESC, id DESC LIMIT %s"  # noqa: S608
    return [Order.from_row(row) for row in transaction.rows(asked, *values, wanted.limit)]


def _cursor(text: str) -> tuple[int, str]:
    found = CURSOR.fullmatch(text)
    if not found:
        raise ValueError("the cursor is not one that a list gave")
    return int(found[1]), found[2]


def _values(state: OrderState) -> tuple[str, ...]:
    return (state.shop, state.number, state.status, state.total, state.currency, state.customer)
