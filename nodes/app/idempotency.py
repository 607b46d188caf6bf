"""A POST that is sent twice is carried out once: its key is stored with its effect, in one transaction.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from dataclasses import dataclass

from nodes.app import orders
from nodes.app.database import AlreadyThere, Database, Transaction
from nodes.app.digests import digest
from nodes.app.orders import Order, OrderState

KEPT_MS = 7 * 24 * 3_600_000


class KeyReused(Exception):
    """The key came before with another request."""


class OrderExists(Exception):
    """Another request has created this order."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """A request to create an order; ``key`` is the client's own, ``body`` the request as it came."""

    client: str
    key: str
    body: str
    state: OrderState

    @property
    def key_digest(self) -> str:
        return digest("request", self.client, self.key)

    @property
    def request_digest(self) -> str:
        return digest("body", self.body)


@dataclass(frozen=True, kw_only=True)
class Created:
    """The order of a request; ``repeated`` if an earlier one with this key created it."""

    order: Order
    repeated: bool


def create_once(database: Database, post: Post, now_ms: int) -> Created:
    """Create an order, or find the one that this key has created.

    Raises:
        KeyReused, OrderExists: nothing was done.
        NotServing: as `Database.writing`; the same request may be sent again.
    """
    try:
        with database.writing() as transaction:
            return Created(order=_create(transaction, post, now_ms), repeated=False)
    except AlreadyThere:
        with database.writing() as transaction:
            return Created(order=_created_before(transaction, post), repeated=True)


def _create(transaction: Transaction, post: Post, now_ms: int) -> Order:
    values = (post.key_digest, post.request_digest, post.state.id, now_ms)
    transaction.change("INSERT INTO idempotent_requests VALUES (%s, %s, %s, %s)", *values)
    orders.create(transaction, post.state)
    transaction.change("DELETE FROM idempotent_requests WHERE taken_at_ms < %s", now_ms - KEPT_MS)
    return orders.one(transaction, post.state.id)


def _created_before(transaction: Transaction, post: Post) -> Order:
    asked = "SELECT request_digest, order_id FROM idempotent_requests WHERE key_digest = %s"
    rows = transaction.rows(asked, post.key_digest)
    if not rows:
        raise OrderExists(post.state.number)
    if str(rows[0][0]) != post.request_digest:
        raise KeyReused(post.key)
    return orders.one(transaction, str(rows[0][1]))
