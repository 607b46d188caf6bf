"""A local receiver that stands for Slack, webhooks and mailboxes: what was sent to people, for drills to read."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEPT = 10_000


@dataclass(frozen=True, kw_only=True)
class Received:
    """Something that reached people; ``at`` is time.monotonic(), ``channel`` is slack, https, http, email or sms."""

    number: int
    at: float
    region: str
    channel: str
    endpoint: str
    body: str


class Sinks:
    """Keeps what was received; nothing is ever sent on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: deque[Received] = deque(maxlen=KEPT)
        self._last = 0

    def take(self, region: str, channel: str, endpoint: str, body: str) -> None:
        """Keep one message that came from ``region``."""
        with self._lock:
            self._last += 1
            self._received.append(
                Received(
                    number=self._last, at=time.monotonic(), region=region, channel=channel, endpoint=endpoint, body=body
                )
            )

    def since(self, number: int) -> list[Received]:
        """Return what came after the numbered message, oldest first."""
        with self._lock:
            return [one for one in self._received if one.number > number]


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "SinkServer"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Stay silent: what was received is kept."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        channel, region = [*self.path.strip("/").split("/"), "", ""][:2]
        if not self.server.up(region):
            self.close_connection = True
            return
        self.server.sinks.take(region, channel, self.path, body.decode(errors="replace"))
        self._reply(b"ok", "text/plain")

    def do_GET(self) -> None:
        since = int(parse_qs(urlsplit(self.path).query).get("since", ["0"])[0])
        received = [asdict(one) for one in self.server.sinks.since(since)]
        self._reply(json.dumps(received).encode(), "application/json")

    def _reply(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class SinkServer(ThreadingHTTPServer):
    """Takes POSTs to ``/CHANNEL/REGION``, as long as the sender's region is up; GET lists what came since a number."""

    daemon_threads = True

    def __init__(self, sinks: Sinks, up: Callable[[str], bool]) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.sinks = sinks
        self.up = up
        threading.Thread(target=self.serve_forever, name="sinks", daemon=True).start()

    @property
    def address(self) -> str:
        """Return the URL under which senders find it."""
        return f"http://127.0.0.1:{self.server_port}"
