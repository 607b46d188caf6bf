"""Orders by REST; docs/applications.md has the requests, the answers and the errors."""

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify, request

from nodes.app import orders
from nodes.app.api_clients import Unauthorized, client_of
from nodes.app.body import TooLong, TooSlow, raw_body
from nodes.app.database import Database, NotServing
from nodes.app.idempotency import Created, KeyReused, OrderExists, Post, create_once
from nodes.app.orders import BadOrder, NoSuchOrder, Order, OrderState, Wanted
from nodes.app.secret_files import SecretUnusable
from nodes.app.settings import Settings

MOST_BYTES = 64_000
MOST_ORDERS = 100
FIELDS = {"shop", "number", "total", "currency", "customer"}
RETRY_SECONDS = "5"


class BadRequest(ValueError):
    """What was asked for is malformed; the message says what."""


# What each failure is called, and the status that tells a client whether to send the same again.
REFUSALS: Mapping[type[Exception], tuple[int, str]] = {
    BadRequest: (400, "bad_request"),
    BadOrder: (422, "bad_order"),
    Unauthorized: (401, "unauthorized"),
    NoSuchOrder: (404, "no_such_order"),
    OrderExists: (409, "order_exists"),
    KeyReused: (422, "idempotency_key_reused"),
    TooLong: (413, "too_long"),
    TooSlow: (408, "too_slow"),
    NotServing: (503, "not_serving"),
    SecretUnusable: (503, "not_serving"),
}


def api(database: Database, settings: Settings, now_ms: Callable[[], int]) -> Blueprint:
    """Return the API's routes."""
    routes, tokens = Blueprint("api", __name__, url_prefix="/api"), settings.api_tokens

    @routes.post("/orders")
    def create() -> tuple[Response, int, Mapping[str, str]]:
        client = client_of(tokens, request.headers.get("Authorization", ""))
        return created(create_once(database, posted(client, now_ms(), settings.body_seconds), now_ms()))

    @routes.get("/orders")
    def listed() -> Response:
        client_of(tokens, request.headers.get("Authorization", ""))
        asked = wanted(request.args)
        with database.reading() as transaction:
            found = orders.page(transaction, asked)
        after = found[-1].cursor if len(found) == asked.limit else None
        return jsonify(orders=[told(order) for order in found], after=after)

    @routes.get("/orders/<order_id>")
    def one(order_id: str) -> Response:
        client_of(tokens, request.headers.get("Authorization", ""))
        with database.reading() as transaction:
            return jsonify(told(orders.one(transaction, order_id)))

    for kind in REFUSALS:
        routes.register_error_handler(kind, refused)
    return routes


def posted(client: str, now_ms: int, body_seconds: float) -> Post:
    """Read a request to create an order.

    Raises:
        BadRequest, BadOrder, TooLong, TooSlow: it is none.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 255:
        raise BadRequest("an Idempotency-Key header of 1 to 255 characters is needed")
    raw = raw_body(request.environ["wsgi.input"], request.environ, most_bytes=MOST_BYTES, seconds=body_seconds)
    try:
        body = raw.decode()
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is no JSON") from error
    return Post(client=client, key=key, body=body, state=_state(fields, now_ms))


def _state(fields: object, now_ms: int) -> OrderState:
    if (
        not isinstance(fields, dict)
        or set(fields) != FIELDS
        or not all(isinstance(one, str) for one in fields.values())
    ):
        raise BadOrder(f"an order is an object of the texts {', '.join(sorted(FIELDS))}")
    return OrderState(**fields, status="open", changed_at_ms=now_ms)


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read which page of the list is wanted.

    Raises:
        BadRequest: naming the parameter.
    """
    limit, after = query.get("limit", "20"), query.get("after")
    if not limit.isdecimal() or not 1 <= int(limit[:9]) <= MOST_ORDERS:
        raise BadRequest(f"limit must be a number from 1 to {MOST_ORDERS}")
    if after is not None and not orders.CURSOR.fullmatch(after):
        raise BadRequest("after must be what the page before said")
    return Wanted(limit=int(limit), after=after, shop=query.get("shop"))


def told(order: Order) -> Mapping[str, object]:
    """Return an order as JSON has it."""
    return {"id": order.id, **vars(order.state), "revision": order.revision}


def created(made: Created) -> tuple[Response, int, Mapping[str, str]]:
    """Answer a POST: the same for each time that it came, but for a header that says so."""
    headers = {"Location": f"/api/orders/{made.order.id}"}
    if made.repeated:
        headers["Idempotent-Replayed"] = "true"
    return jsonify(told(made.order)), 201, headers


def refused(error: Exception) -> tuple[Response, int, Mapping[str, str]]:
    """Answer a request that failed: a word for programs, a sentence for people."""
    status, code = next(found for kind, found in REFUSALS.items() if isinstance(error, kind))
    said = "no database can serve this now" if status == 503 else str(error)
    headers = {"Retry-After": RETRY_SECONDS} if status == 503 else {}
    return jsonify(error={"code": code, "message": said}), status, headers
