"""A server that speaks as much of DynamoDB's protocol as boto3's client needs, and does nothing else."""

import json
import socketserver
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


class Refusal(Exception):
    """Answered as DynamoDB refuses: 400 and the code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Handler(socketserver.StreamRequestHandler):
    """One connection, kept alive; reads lines itself, as `http.server` takes longer than DynamoDB would."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while self.rfile.readline():
            headers = dict(self._headers())
            request = json.loads(self.rfile.read(int(headers["content-length"])))
            operation = headers["x-amz-target"].rpartition(".")[2]
            status, body = self._answered(operation, request)
            kind = f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}"
            self.wfile.write(f"HTTP/1.1 {status}\r\n{kind}\r\n\r\n".encode() + body)

    def _answered(self, operation: str, request: Mapping[str, Any]) -> tuple[str, bytes]:
        try:
            return "200 OK", json.dumps(self.server.answer(operation, request)).encode()  # type: ignore[attr-defined]
        except Refusal as refusal:
            return "400 Bad Request", json.dumps({"__type": refusal.code, "message": refusal.code}).encode()

    def _headers(self) -> list[tuple[str, str]]:
        found = list[tuple[str, str]]()
        while line := self.rfile.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            found.append((name.lower(), value.strip()))
        return found


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


class StubDynamoDB:
    """Answers every request with what ``answer`` makes of its operation and parameters."""

    def __init__(self, answer: Answer) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.answer = answer  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Return the endpoint for boto3."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
