"""A service as it is deployed: gunicorn in a process of its own, asked over real HTTP."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.nodes.app.servers import free_port
from tests.nodes.app.surroundings import Place
from tests.waiting import eventually

START_SECONDS = 90.0
ANSWER_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that answers; `workers` are the processes that do."""

    port: int
    process: "subprocess.Popen[bytes]"

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Ask once, on a connection of its own; raises OSError or HTTPException if there is no answer."""
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)) as connection:
            connection.request(method, path, body or None, dict(headers or {}))
            response = connection.getresponse()
            return Answer(status=response.status, body=response.read(), headers=dict(response.headers))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("GET", path, headers=headers)

    def connection(self) -> socket.socket:
        """Open a connection to write to by hand."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    @property
    def workers(self) -> list[int]:
        """Return the processes that gunicorn's first one has started."""
        return children(self.process.pid)

    def answers(self) -> bool:
        try:
            return self.get("/livez").status == 200
        except OSError:
            return False


def children(process: int) -> list[int]:
    """Return the processes that a single-threaded process has started and that were not waited for."""
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextlib.contextmanager
def served(place: Place, service: str) -> Iterator[Served]:
    """Serve until the block ends; whatever the place's settings say, but for the port."""
    port = free_port()
    at = place.with_settings(bind=f"127.0.0.1:{port}")
    with tempfile.TemporaryDirectory(prefix="lifeboat-counts-") as counts:
        environment = {**os.environ, **at.environment(), "PROMETHEUS_MULTIPROC_DIR": counts}
        command = [sys.executable, "-m", "nodes.app.serve", service]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                running = Served(port=port, process=process)
                eventually(running.answers, START_SECONDS, f"{service} answers")
                yield running
            finally:
                _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the first process and, as its children notice only after a second, those too."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
