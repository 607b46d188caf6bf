"""A server that keeps what arrived before it does anything else; a process of its own, of the standard library alone.

Arguments: port, the file that it keeps arrivals in, a line each, and its manner.
"""

import json
import os
import socket
import struct
import sys
import threading
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

TOLD_HEADERS = ("x-forwarded-for", "x-forwarded-proto", "x-lifeboat-forwarded")
SLOW_SECONDS = 2.5


class Manner(StrEnum):
    """What becomes of a request once it is kept; the check is always answered."""

    WELL = "well"
    SLOW = "slow"
    SILENT = "silent"
    RESETS = "resets"


class Handler(BaseHTTPRequestHandler):
    """Answers with who it is and what it was told of the client."""

    arrivals: int
    manner: Manner
    server: HTTPServer

    def do_GET(self) -> None:
        """Answer the check; keep and treat anything else."""
        if self.path in {"/livez", "/balancer"}:
            self._answer(b"ok")
            return
        os.write(self.arrivals, f"{self.command} {self.path}\n".encode())
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self._treat()

    do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 the library's names

    def _treat(self) -> None:
        if self.manner is Manner.RESETS:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if self.manner is not Manner.WELL:
            threading.Event().wait(SLOW_SECONDS if self.manner is Manner.SLOW else None)
        told = {header: self.headers.get(header) for header in TOLD_HEADERS}
        self._answer(json.dumps({"port": self.server.server_port, **told}).encode())

    def _answer(self, body: bytes) -> None:
        """Answer by one write: an answer that was begun can be repeated by nobody, and a kill would fall into it."""
        head = f"HTTP/1.0 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Say nothing: arrivals are in the file."""


class Server(ThreadingHTTPServer):
    """Many connections may wait at once; those that the peer cut are nothing to tell."""

    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave a connection that broke."""


def main() -> None:
    """Serve until killed."""
    port, path, manner = sys.argv[1:]
    Handler.arrivals = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    Handler.manner = Manner(manner)
    Server(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
