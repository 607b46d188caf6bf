"""One HTTPS request and its answer, over by a deadline whatever the server does."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import urlsplit

DEADLINE_SECONDS: Final = 10.0
LARGEST_BYTES: Final = 1_000_000
Headers = Mapping[str, str]
NONE: Final[Headers] = MappingProxyType({})


class NoAnswer(Exception):
    """No whole answer came in time: the server may have acted."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``headers`` are by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange(Protocol):
    """Sends a request and returns the answer, or raises NoAnswer."""

    def __call__(self, method: str, url: str, body: bytes | None = None, headers: Headers = NONE) -> Answer: ...


class HttpsExchange:
    """A connection for each request, for there are few; redirects are answers like any other."""

    def __init__(self, seconds: float = DEADLINE_SECONDS, context: ssl.SSLContext | None = None) -> None:
        self._seconds = seconds
        self._context = context or ssl.create_default_context()

    def __call__(self, method: str, url: str, body: bytes | None = None, headers: Headers = NONE) -> Answer:
        """Send the request.

        Raises:
            NoAnswer: no HTTPS address, nobody there, nobody trusted, or no whole answer in time.
        """
        place = urlsplit(url)
        if place.scheme != "https" or not place.hostname:
            raise NoAnswer(f"{url!r} is no https:// address")
        connection = http.client.HTTPSConnection(
            place.hostname, place.port, timeout=self._seconds, context=self._context
        )
        target = f"{place.path or '/'}?{place.query}" if place.query else place.path or "/"
        try:
            connection.connect()
            with _cut_off(connection, self._seconds):
                connection.request(method, target, body, {"User-Agent": "lifeboat", **headers})
                return _answer(connection)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"{place.hostname}: {type(error).__name__}: {error}") from error
        finally:
            connection.close()


def _answer(connection: http.client.HTTPSConnection) -> Answer:
    answer = connection.getresponse()
    if answer.length is None and not answer.chunked:
        raise http.client.HTTPException("the answer does not say where it ends, so nobody could tell a cut one")
    content = answer.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise http.client.HTTPException(f"the answer is longer than {LARGEST_BYTES} bytes")
    if answer.length:
        raise http.client.IncompleteRead(content, answer.length)
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(status=answer.status, headers=headers, body=content)


@contextmanager
def _cut_off(connection: http.client.HTTPSConnection, seconds: float) -> Iterator[None]:
    """End the exchange when time is up: a socket's own timeout begins anew with each byte that trickles in."""
    over = threading.Event()
    channel: socket.socket = connection.sock

    def cut() -> None:
        over.set()
        with suppress(OSError):
            channel.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if over.is_set():
            raise TimeoutError(f"no whole answer within {seconds:g} s")
