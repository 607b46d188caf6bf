"""Real HAProxy before real servers, all of them processes on loopback that end with the test."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evaluation import ROOT
from tests.nodes.templates.counting_server import Manner
from tests.waiting import eventually

SERVER = str(Path(__file__).with_name("counting_server.py"))
needs_haproxy = pytest.mark.skipif(
    any(shutil.which(one) is None for one in ("haproxy", "openssl")) or os.geteuid() != 0,
    reason="needs root, and HAProxy: apt-get install -y haproxy openssl",
)


def may_make_networks() -> bool:
    """Whether we may make networks of our own: root may not, in a container without that capability."""
    tools = all(shutil.which(one) for one in ("ip", "unshare"))
    return (
        tools
        and subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, check=False).returncode == 0
    )


@dataclass(frozen=True)
class Haproxy:
    """A HAProxy and the socket that an agent drives it by."""

    process: "subprocess.Popen[bytes]"
    folder: Path

    def say(self, *commands: str) -> str:
        """Say what an agent would say; return all answers."""
        with socket.socket(socket.AF_UNIX) as agent:
            agent.settimeout(5)
            agent.connect(str(self.folder / "agent.sock"))
            agent.sendall("; ".join(commands).encode() + b"\n")
            return b"".join(iter(lambda: agent.recv(65536), b"")).decode()

    def fill(self, server: str, port: int, address: str = "127.0.0.1") -> None:
        """Give a slot (BACKEND/SERVER) a machine and let it take traffic."""
        self.say(f"set server {server} addr {address} port {port}", f"set server {server} state ready")

    def empty(self, server: str) -> None:
        """Take a slot out of traffic."""
        self.say(f"set server {server} state maint")

    def is_up(self, server: str) -> bool:
        """Whether HAProxy sends to a slot."""
        backend, name = server.split("/")
        lines = [line.split(",") for line in self.say("show stat").splitlines()]
        return any(line[17].startswith(("UP", "no check")) for line in lines if line[:2] == [backend, name])


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder with a path that is short enough for sockets, and that HAProxy's user may enter."""
    with tempfile.TemporaryDirectory(prefix="lb-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def running_haproxy(text: str, place: Path, *options: str) -> Iterator[Haproxy]:
    """Run HAProxy with a configuration until the block ends."""
    (place / "haproxy.cfg").write_text(text)
    with (
        (place / "haproxy.log").open("wb") as log,
        ended(["haproxy", "-db", "-f", str(place / "haproxy.cfg"), *options], log.fileno()) as process,
    ):
        haproxy = Haproxy(process, place)
        eventually(lambda: process.poll() is not None or _answers(haproxy), 10, "HAProxy answers its agent")
        assert process.poll() is None, (place / "haproxy.log").read_text()
        yield haproxy


def _answers(haproxy: Haproxy) -> bool:
    try:
        return f"Pid: {haproxy.process.pid}\n" in haproxy.say("show info")
    except OSError:
        return False


@dataclass(frozen=True)
class CountingServer:
    """A server of a pool and what arrived at it."""

    process: "subprocess.Popen[bytes]"
    port: int
    kept: Path

    def arrivals(self) -> list[str]:
        """Return what arrived, METHOD PATH each, in order."""
        return self.kept.read_text().splitlines() if self.kept.exists() else []

    def kill(self) -> None:
        """Let it die at once, with all that it was doing."""
        self.process.send_signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Let its kernel go on taking connections while nobody reads them."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on with all that waits for it."""
        self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def counting_server(place: Path, manner: Manner = Manner.WELL) -> Iterator[CountingServer]:
    """Run a server until the block ends."""
    port = free_port()
    kept = place / f"arrivals-{port}"
    with ended([sys.executable, "-I", "-S", SERVER, str(port), str(kept), manner]) as process:
        eventually(lambda: listens(port), 20, "the server listens")
        yield CountingServer(process, port, kept)


@contextlib.contextmanager
def ended(command: list[str], output: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command that is killed when the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port of loopback."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel gives to clients."""
    while True:
        port = 15_000 + secrets.randbelow(15_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
