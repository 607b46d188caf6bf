"""The Runtime API that one sandbox process talks to: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/2018-06-01/runtime/"
LOOK_AGAIN_SECONDS = 0.2
POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Event:
    """One invocation on its way into a sandbox; ``timeout_seconds`` counts from its delivery."""

    request_id: str
    payload: bytes
    function_arn: str
    timeout_seconds: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the process said: a response, or an error (of the invocation or of its initialisation)."""

    payload: bytes
    failed: bool


@dataclass(kw_only=True)
class Conversation:
    """All that one process and the cloud say to each other; a successor process gets a new one.

    So a poll that a dead process left behind can never swallow its successor's event. ``within_reach`` is set once
    ``freeze`` and ``thaw`` reach the process, which may poll before whoever starts it knows its number.
    """

    started: Callable[[], None]
    freeze: Callable[[], None]
    thaw: Callable[[], None]
    events: "queue.Queue[Event]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue)
    within_reach: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    delivered_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, event: Event) -> None:
        """Let the process run, and take the event at its next poll."""
        with self._lock:
            self.events.put(event)
            self.thaw()

    def next_event(self) -> Event | None:
        """Wait for an event; None once the conversation is over.

        A process that waits is frozen, as on AWS: its threads do nothing between invocations.
        """
        self.started()
        self.within_reach.wait()
        with self._lock:
            if self.events.empty():
                self.freeze()
        while not self.closed.is_set():
            try:
                event = self.events.get(timeout=LOOK_AGAIN_SECONDS)
            except queue.Empty:
                continue
            self.delivered_at = time.monotonic()
            return event
        return None


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "RuntimeApi"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Stay silent: the function's own log is what matters."""

    def do_GET(self) -> None:
        event = self.server.conversation.next_event()
        if event is None:
            self.close_connection = True
            return
        deadline_ms = int((time.time() + event.timeout_seconds) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
            "Content-Type": "application/json",
        }
        self._reply(200, event.payload, headers)

    def do_POST(self) -> None:
        body = self._body()
        what = self.path.removeprefix(PREFIX).split("/")
        failed = what[0] == "init" or what[-1] == "error"
        # before the reply, so that a process that exits on it has its answer on record
        self.server.conversation.answers.put(Answer(payload=body, failed=failed))
        self._reply(202, b'{"status":"OK"}', {})

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length")
        return self.rfile.read(int(length)) if length else b"".join(iter(self._chunk, b""))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class RuntimeApi(ThreadingHTTPServer):
    """Serves one conversation on a free loopback port until closed."""

    daemon_threads = True

    def __init__(self, conversation: Conversation) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.conversation = conversation
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), name="runtime-api", daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a killed process leaves broken connections behind, and that is no news."""

    def close(self) -> None:
        """End the conversation and give the port back; a poll that waits gets no answer."""
        self.conversation.closed.set()
        self.shutdown()
        self.server_close()
