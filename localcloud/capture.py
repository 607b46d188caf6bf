"""Everything a sandbox's process writes, as whole log events: framed records and plain lines."""

import os
import selectors
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

HEADER_BYTES = 16
READ_BYTES = 65536


@dataclass(frozen=True, kw_only=True)
class LogEvent:
    """One event; ``at_ms`` counts from the epoch."""

    at_ms: int
    message: str


class _Frames:
    """The runtime's framing: 4 bytes type, 4 length, 8 microseconds, then the message; big-endian.

    https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
    """

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[LogEvent]:
        self._left += data
        events = []
        while len(self._left) >= HEADER_BYTES and len(self._left) >= HEADER_BYTES + self._length():
            end = HEADER_BYTES + self._length()
            at_ms = int.from_bytes(self._left[8:16], "big") // 1000
            events.append(LogEvent(at_ms=at_ms, message=self._left[HEADER_BYTES:end].decode(errors="replace")))
            self._left = self._left[end:]
        return events

    def _length(self) -> int:
        return int.from_bytes(self._left[4:8], "big")


class _Lines:
    """Plain output, one event a line; the last line may lack its end."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[LogEvent]:
        *whole, self._left = (self._left + data).split(b"\n")
        if not data and self._left:
            whole, self._left = [self._left], b""
        at_ms = int(time.time() * 1000)
        return [LogEvent(at_ms=at_ms, message=line.decode(errors="replace")) for line in whole if line.strip()]


class Capture:
    """Reads a process's plain output and its telemetry pipe, and passes each event on in order of arrival."""

    def __init__(self, plain: int, telemetry: int, emit: Callable[[LogEvent], None]) -> None:
        self._readers: dict[int, _Lines | _Frames] = {plain: _Lines(), telemetry: _Frames()}
        self._emit = emit
        self._lock = threading.Lock()
        for pipe in self._readers:
            os.set_blocking(pipe, False)
        self._thread = threading.Thread(target=self._follow, name="capture", daemon=True)
        self._thread.start()

    def drain(self) -> None:
        """Take what lies in the pipes now: all that was written before the answer that the caller has in hand."""
        with self._lock:
            for pipe in tuple(self._readers):
                self._read(pipe)

    def join(self) -> None:
        """Wait until both pipes have ended, which they do with the process and its children."""
        self._thread.join(timeout=2)

    def _follow(self) -> None:
        with selectors.DefaultSelector() as selector:
            for pipe in tuple(self._readers):
                selector.register(pipe, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select():
                    with self._lock:
                        if self._read(key.fd):
                            selector.unregister(key.fd)
                            self._close(key.fd)

    def _read(self, pipe: int) -> bool:
        """Read until there is nothing more now; True at the end of the pipe."""
        while True:
            try:
                data = os.read(pipe, READ_BYTES)
            except BlockingIOError:
                return False
            for event in self._readers[pipe].feed(data):
                self._emit(event)
            if not data:
                return True

    def _close(self, pipe: int) -> None:
        del self._readers[pipe]
        os.close(pipe)
