"""What a merchant sees: the shop's orders. A session begins with a query that Shopify signed."""

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from nodes.app import orders, sessions
from nodes.app.database import Database, Transaction
from nodes.app.events import SHOP
from nodes.app.signatures import signed_query, signing_secrets

COOKIE = "lifeboat_session"
PAGE = 50
LAUNCH_MS = 15 * 60_000  # a signed query counts this long; hosts' clocks may be five minutes apart
POLICY = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'"


def pages(database: Database, secrets: Path, now_ms: Callable[[], int]) -> Blueprint:
    """Return the pages' routes."""
    routes = Blueprint("pages", __name__, template_folder="templates")

    @routes.get("/launch")
    def launch() -> AnyResponse:
        shop = launched_by(secrets, now_ms())
        with database.writing() as transaction:
            token = sessions.begin(transaction, shop, now_ms())
        response = redirect("/orders")
        life_seconds = sessions.LIFE_MS // 1000
        response.set_cookie(COOKIE, token, max_age=life_seconds, secure=True, httponly=True, samesite="Lax")
        return response

    @routes.get("/orders")
    def listed() -> Response:
        with database.reading() as transaction:
            shop = signed_in(transaction, now_ms())
            found = orders.page(transaction, wanted(shop))
        after = found[-1].cursor if len(found) == PAGE else None
        return page("orders.html", shop=shop, orders=found, after=after)

    @routes.get("/orders/<order_id>")
    def one(order_id: str) -> Response:
        with database.reading() as transaction:
            shop = signed_in(transaction, now_ms())
            found = orders.one(transaction, order_id)
        if found.state.shop != shop:
            raise orders.NoSuchOrder(order_id)
        return page("order.html", shop=shop, order=found)

    return routes


def launched_by(secrets: Path, now_ms: int) -> str:
    """Return the shop that a signed query opens the app for; 401 if it is not signed, or long ago."""
    query = request.args.to_dict()
    shop, at = query.get("shop", ""), query.get("timestamp", "")
    fresh = at.isdecimal() and len(at) < 12 and abs(now_ms - int(at) * 1000) <= LAUNCH_MS
    if not signed_query(signing_secrets(secrets), query) or not fresh or not SHOP.fullmatch(shop):
        abort(401)
    return shop


def signed_in(transaction: Transaction, now_ms: int) -> str:
    """Return the shop of this session; 401 without one."""
    shop = sessions.shop_of(transaction, request.cookies.get(COOKIE, ""), now_ms)
    if shop is None:
        abort(401)
    return shop


def wanted(shop: str) -> orders.Wanted:
    """Return the page that was asked for; 400 if the cursor is none of ours."""
    after = request.args.get("after")
    if after is not None and not orders.CURSOR.fullmatch(after):
        abort(400)
    return orders.Wanted(limit=PAGE, after=after, shop=shop)


def page(template: str, **values: object) -> Response:
    """Fill in a page that nothing may be put into and nobody keeps."""
    response = make_response(render_template(template, **values))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
