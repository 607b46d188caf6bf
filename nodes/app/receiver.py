"""Where Shopify delivers: an event is in the inbox before it is answered 200, and only then.

Shopify repeats what is not answered 200 within five seconds, eight times in four hours, and sends nothing a second time
that was: https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks. So whatever is in doubt is a 503.
"""

import logging
from pathlib import Path

from flask import Blueprint, Request, Response, request

from nodes.app import metrics
from nodes.app.body import TooLong, TooSlow, raw_body
from nodes.app.events import Event
from nodes.app.inbox import INBOX_ERRORS, Inbox
from nodes.app.secret_files import SecretUnusable
from nodes.app.signatures import signed_body, signing_secrets
from nodes.app.waiting import TooLarge

log = logging.getLogger(__name__)

MOST_BYTES = 2_000_000
ANSWERS = {
    "taken": 200,
    "repeated": 200,
    "malformed": 400,
    "forged": 401,
    "slow": 408,
    "too large": 413,
    "refused": 503,
}


def receiver(inbox: Inbox, secrets: Path, body_seconds: float) -> Blueprint:
    """Return the receiver's one route."""
    routes = Blueprint("webhooks", __name__)

    @routes.post("/webhooks/shopify")
    def take() -> Response:
        outcome = received(inbox, secrets, request, body_seconds)
        metrics.webhooks.labels(outcome).inc()
        return answer(outcome)

    return routes


def received(inbox: Inbox, secrets: Path, delivery: Request, body_seconds: float) -> str:
    """Take one delivery; return the key of `ANSWERS` that says what became of it."""
    try:
        body = raw_body(delivery.environ["wsgi.input"], delivery.environ, most_bytes=MOST_BYTES, seconds=body_seconds)
        if not signed_body(signing_secrets(secrets), body, delivery.headers.get("X-Shopify-Hmac-Sha256", "")):
            return "forged"
        return "taken" if inbox.take(event_of(delivery, body)) else "repeated"
    except (TooLong, TooLarge):
        return "too large"
    except TooSlow:
        return "slow"
    except ValueError:
        return "malformed"
    except (*INBOX_ERRORS, SecretUnusable) as error:
        log.error("webhook refused", extra={"reason": str(error)})
        return "refused"


def event_of(delivery: Request, body: bytes) -> Event:
    """Read an event's names; raises ValueError as `Event`.

    The signature covers the body alone: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries. TLS keeps the
    headers from being changed on their way.
    """
    return Event(
        shop=delivery.headers.get("X-Shopify-Shop-Domain", ""),
        topic=delivery.headers.get("X-Shopify-Topic", ""),
        event_id=delivery.headers.get("X-Shopify-Event-Id", ""),
        body=body,
    )


def answer(outcome: str) -> Response:
    """Return the answer to a delivery; after a body that was not read to its end the connection closes."""
    response = Response(f"{outcome}\n", ANSWERS[outcome], mimetype="text/plain")
    if response.status_code == 503:
        response.headers["Retry-After"] = "5"
    if outcome in ("slow", "too large"):
        response.headers["Connection"] = "close"
    return response
