"""The HTTP side: keep-alive connections on one loopback port, and connections that end badly on purpose."""

import logging
import os
import select
import socket
import struct
import threading
import time
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from uuid import uuid4
from wsgiref.types import WSGIEnvironment

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer

from localcloud.gateway import Gateway
from localcloud.request import Response, Severed

log = logging.getLogger(__name__)
LONGEST_HOLD_SECONDS = 900.0
HOLD_CHECK_MS = 100
CLIENT_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Connection(MotoRequestHandler):
    """One client connection: HTTP/1.1, kept alive, whole answers only."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: Gateway

    def run_wsgi(self) -> None:
        """Answer one request, or cut the connection."""
        environ: WSGIEnvironment = self.make_environ()
        if self.headers.get("Expect", "").lower() == "100-continue" and self.gateway.is_reached_by(environ):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = environ["wsgi.input"].read(*self._length(environ))
        try:
            self._send(self._answer(environ, body))
        except Severed as severed:
            self.close_connection = True
            self._sever(severed)

    def _answer(self, environ: WSGIEnvironment, body: bytes) -> Response:
        """Let the gateway answer; a service that breaks is a 500, as a caller of AWS would see it."""
        try:
            return self.gateway.answer(environ, body)
        except Severed:
            raise
        except Exception:
            log.exception("service failed", extra={"path": environ.get("PATH_INFO")})
            return Response(status=500, body=b"", headers={"x-amzn-ErrorType": "InternalFailure"})

    @staticmethod
    def _length(environ: dict[str, object]) -> tuple[int, ...]:
        """Give the body's length as arguments of ``read``: none for a chunked body, which ends by itself."""
        if environ.get("wsgi.input_terminated"):
            return ()
        return (int(str(environ.get("CONTENT_LENGTH") or 0)),)

    def _send(self, response: Response) -> None:
        """Write head and body in one packet."""
        head = _head(response, self.gateway.calendar.now(), self.command == "HEAD")
        self.wfile.write(head + (b"" if self.command == "HEAD" else response.body))

    def _sever(self, severed: Severed) -> None:
        if severed.cut == "blackhole":
            self._hold(severed)
        if severed.cut != "refuse":
            self._reset()

    def _reset(self) -> None:
        """Send RST: closed without lingering, and without the orderly shutdown that the server does otherwise."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _hold(self, severed: Severed) -> None:
        """Keep the connection open without a word until the client gives up or the hole is gone."""
        poll = select.poll()
        poll.register(self.connection, CLIENT_GONE)
        give_up = time.monotonic() + LONGEST_HOLD_SECONDS
        while severed.held() and time.monotonic() < give_up and not poll.poll(HOLD_CHECK_MS):
            pass

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the gateway has its own log of calls."""


def _head(response: Response, now: datetime, head_only: bool) -> bytes:
    length = {} if head_only else {"Content-Length": str(len(response.body))}
    headers = {
        "x-amzn-RequestId": str(uuid4()),
        **response.headers,
        "Date": format_datetime(now, usegmt=True),
        **length,
    }
    lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}", *(f"{n}: {v}" for n, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Server:
    """The gateway on one port of the loopback address, never reachable from another machine."""

    def __init__(self, gateway: Gateway, port: int = 0) -> None:
        connection = type("GatewayConnection", (Connection,), {"gateway": gateway})
        self._http: BaseWSGIServer = ThreadedWSGIServer("127.0.0.1", port, _no_app, connection)
        self._thread = threading.Thread(target=self._http.serve_forever, name="gateway", daemon=True)

    @property
    def endpoint(self) -> str:
        """Give the endpoint URL of every service in every region."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting; open connections end with the process."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _no_app(_environ: object, _start_response: object) -> list[bytes]:
    raise AssertionError("connections ask the gateway themselves")
