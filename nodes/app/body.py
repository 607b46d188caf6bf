"""The raw body of a request, bounded in size and in time."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Protocol

from gunicorn.http.errors import ParseException


class TooLong(Exception):
    """The body is longer than it may be."""


class TooSlow(Exception):
    """The body was not there in time, or ended before it was whole."""


class Readable(Protocol):
    """A WSGI input."""

    def read(self, size: int, /) -> bytes: ...


def raw_body(stream: Readable, environ: Mapping[str, object], *, most_bytes: int, seconds: float) -> bytes:
    """Read a whole body.

    Raises:
        TooLong: by its length as announced, or as read.
        TooSlow: after ``seconds``, however steadily it trickles.
    """
    announced = int(str(environ.get("CONTENT_LENGTH") or 0))
    if announced > most_bytes:
        raise TooLong(f"more than {most_bytes} bytes")
    with _cut_after(seconds, environ.get("gunicorn.socket")):
        try:
            body = stream.read(most_bytes + 1)
        except (OSError, ParseException) as error:
            raise TooSlow(type(error).__name__) from error
    if len(body) > most_bytes:
        raise TooLong(f"more than {most_bytes} bytes")
    if len(body) < announced:
        raise TooSlow(f"{len(body)} of {announced} bytes came")
    return body


@contextlib.contextmanager
def _cut_after(seconds: float, connection: object) -> Iterator[None]:
    """End reading, and only that: the answer can still be sent. A timeout of the socket would begin anew each byte."""
    timer = threading.Timer(seconds, _no_more, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _no_more(connection: object) -> None:
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):  # it is closed already
            connection.shutdown(socket.SHUT_RD)
