"""The two services as Flask applications: which routes each has, and what they share."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from nodes.app import metrics
from nodes.app.api import api
from nodes.app.database import Database, NotServing
from nodes.app.draining import Draining
from nodes.app.health import Depth, Health, health
from nodes.app.inbox import Inbox
from nodes.app.orders import NoSuchOrder
from nodes.app.pages import pages
from nodes.app.receiver import receiver
from nodes.app.secret_files import SecretUnusable
from nodes.app.settings import Settings

log = logging.getLogger(__name__)


def time_of_day_ms() -> int:
    """Milliseconds since 1970, UTC, by the host's clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a service is given: where everything is, whether it is about to stop, the time of day."""

    settings: Settings
    draining: Draining
    now_ms: Callable[[], int] = time_of_day_ms


def web(given: Surroundings, inbox: Inbox) -> Flask:
    """Return the Shopify app's web service: the receiver, the pages."""
    settings, database = given.settings, Database(given.settings)
    app = _measured("web")
    app.register_blueprint(receiver(inbox, settings.webhook_secrets, settings.body_seconds))
    app.register_blueprint(pages(database, settings.webhook_secrets, given.now_ms))
    looks = Health(database, settings.active_file, given.draining, Depth(inbox))
    app.register_blueprint(health("/healthz", looks))
    app.register_error_handler(NoSuchOrder, _not_found)
    app.register_error_handler(NotServing, _try_again)
    app.register_error_handler(SecretUnusable, _try_again)
    return app


def rest(given: Surroundings) -> Flask:
    """Return the API service."""
    settings, database = given.settings, Database(given.settings)
    app = _measured("api")
    app.register_blueprint(api(database, settings, given.now_ms))
    looks = Health(database, settings.active_file, given.draining, depth=None)
    app.register_blueprint(health("/api/health", looks))
    app.register_error_handler(HTTPException, _in_json)
    return app


def _measured(service: str) -> Flask:
    app = Flask(service, static_folder=None)
    app.before_request(_begin)

    @app.after_request
    def end(response: Response) -> Response:
        labels = (service, request.endpoint or "none", str(response.status_code))
        metrics.requests.labels(*labels).observe(time.monotonic() - g.began)
        return response

    return app


def _begin() -> None:
    g.began = time.monotonic()


def _not_found(_error: Exception) -> Response:
    return Response("no such order\n", 404, mimetype="text/plain")


def _try_again(error: Exception) -> Response:
    log.warning("not serving", extra={"reason": str(error)})
    return Response("not now, try again soon\n", 503, {"Retry-After": "5"}, mimetype="text/plain")


def _in_json(error: HTTPException) -> tuple[dict[str, object], int]:
    code = error.name.lower().replace(" ", "_")
    return {"error": {"code": code, "message": error.description}}, error.code or 500
