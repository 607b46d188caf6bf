"""A small HTTPS server on loopback that misbehaves as it is told."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from failover.certificates.keys import PrivateKey
from failover.certificates.throwaway_authority import issued

Manner = Callable[[ssl.SSLSocket, threading.Event], None]


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where it listens, and what trusts it."""

    url: str
    trust: ssl.SSLContext


def says(content: bytes) -> Manner:
    """Return the manner of one who says all at once and closes."""

    def speak(channel: ssl.SSLSocket, _over: threading.Event) -> None:
        channel.sendall(content)

    return speak


def trickles(channel: ssl.SSLSocket, over: threading.Event) -> None:
    """Send a byte of an endless answer now and then: no single read ever waits for long."""
    channel.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    until = time.monotonic() + 30
    while not over.wait(0.05) and time.monotonic() < until:
        channel.sendall(b"x")


def silent(_channel: ssl.SSLSocket, over: threading.Event) -> None:
    """Take the request and never answer."""
    over.wait(30)


@contextlib.contextmanager
def serving(place: Path, manner: Manner) -> Iterator[Served]:
    """Serve in this manner until the block ends."""
    key = PrivateKey.generate()
    chain, root = issued(key, ("localhost",), datetime.now(UTC))
    (place / "server.pem").write_text(chain + key.pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "server.pem")
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, context, manner, over), daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        yield Served(url=f"https://localhost:{port}/path?query=1", trust=ssl.create_default_context(cadata=root))
        over.set()


def _serve(listening: socket.socket, context: ssl.SSLContext, manner: Manner, over: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while not over.is_set():
            plain, _ = listening.accept()
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as channel:
                channel.recv(65536)
                manner(channel, over)
