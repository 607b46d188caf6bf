"""Calls moto, in this process, one call at a time for each service."""

import io
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractContextManager
from wsgiref.types import WSGIApplication

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from localcloud.moto_speed import hurry
from localcloud.request import Request, Response

OWN_HEADERS = frozenset({"connection", "date", "server", "transfer-encoding"})
MOTO_NAMES = {"dynamodbstreams": "dynamodb"}


def moto_app() -> WSGIApplication:
    """Make moto's dispatcher."""
    hurry()
    app: WSGIApplication = DomainDispatcherApplication(create_backend_app)
    return app


class MotoCloud:
    """moto behind one lock per service: its checks and its writes are separate steps that threads would interleave."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def lock(self, service: str) -> AbstractContextManager[bool]:
        """Give the lock to hold while touching a service's moto backend; the same thread may take it again."""
        return self._locks[MOTO_NAMES.get(service, service)]

    def call(self, request: Request) -> Response:
        """Let moto answer."""
        with self.lock(request.service):
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> object:
            started.append((status, headers))
            return None

        environ = {**request.environ, "wsgi.input": io.BytesIO(request.body), "CONTENT_LENGTH": str(len(request.body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        body = _whole(self._app(environ, start_response))  # type: ignore[arg-type]
        status, headers = started[-1]
        dropped = OWN_HEADERS if request.environ["REQUEST_METHOD"] == "HEAD" else OWN_HEADERS | {"content-length"}
        kept = {name: value for name, value in headers if name.lower() not in dropped}
        return Response(status=int(status.split()[0]), headers=kept, body=body)


def _whole(chunks: Iterable[bytes]) -> bytes:
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    return body
