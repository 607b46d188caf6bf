"""Let's Encrypt's own test server, Pebble, and the DNS server that it asks for proofs.

https://github.com/letsencrypt/pebble
"""

import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dnslib import QTYPE, RCODE, RR, TXT, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer

from evaluation import ROOT
from failover.certificates.exchange import HttpsExchange
from failover.certificates.keys import PrivateKey
from failover.certificates.throwaway_authority import issued
from tests.waiting import eventually

INSTALL = "GOBIN=$PWD/.local/bin go install github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.3"
START_SECONDS = 20.0
Texts = Callable[[], Mapping[str, str]]


def pebble() -> str | None:
    """Return the program on PATH, or the one in this clone."""
    return shutil.which("pebble", path=f"{os.environ.get('PATH', '')}:{ROOT / '.local' / 'bin'}")


class Zone(BaseResolver):  # type: ignore[misc] # it ships no types
    """Answers TXT with what the records say at this moment."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:  # noqa: ARG002 - the base class passes it
        reply, name = request.reply(), str(request.q.qname).rstrip(".").lower()
        text = self._texts().get(name)
        if text is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif request.q.qtype == QTYPE.TXT:
            reply.add_answer(RR(request.q.qname, QTYPE.TXT, rdata=TXT(text), ttl=0))
        return reply


@contextmanager
def dns(texts: Texts) -> Iterator[str]:
    """Serve the records; yield the server's address."""
    zone, quiet = Zone(texts), DNSLogger("-request,-reply,-truncated,-error")
    [port] = _free_ports(1)
    servers = [DNSServer(zone, address="127.0.0.1", port=port, logger=quiet, tcp=tcp) for tcp in (False, True)]
    for one in servers:
        one.start_thread()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        for one in servers:
            one.stop()
            one.server.server_close()


@dataclass(frozen=True, kw_only=True)
class Pebble:
    """A running server; ``trust`` is what verifies its address, not what it issues."""

    directory: str
    management: str
    trust: ssl.SSLContext

    def exchange(self) -> HttpsExchange:
        """Return how the server is talked to."""
        return HttpsExchange(seconds=10.0, context=self.trust)

    def roots(self) -> str:
        """Return what verifies the certificates that it issues, PEM."""
        with urllib.request.urlopen(f"{self.management}/roots/0", timeout=5, context=self.trust) as answer:  # noqa: S310
            return str(answer.read().decode())


@contextmanager
def running(place: Path, dns_address: str, **environment: str) -> Iterator[Pebble]:
    """Start the server and wait until it listens."""
    program = pebble()
    assert program
    ports = _free_ports(2)
    trust = _identity(place)
    (place / "pebble.json").write_text(json.dumps(_configuration(place, *ports)))
    options = ["-strict", "-dnsserver", dns_address, "-config", str(place / "pebble.json")]
    told = {"PATH": os.environ["PATH"], "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", **environment}
    with (place / "pebble.log").open("wb") as log:
        process = subprocess.Popen([program, *options], env=told, stdout=log, stderr=subprocess.STDOUT)
    try:
        listens = f"Pebble listens, or see {place / 'pebble.log'}"
        eventually(lambda: all(map(_listens, ports)), START_SECONDS, listens)
        yield Pebble(
            directory=f"https://localhost:{ports[0]}/dir", management=f"https://localhost:{ports[1]}", trust=trust
        )
    finally:
        process.kill()
        process.wait()


def _identity(place: Path) -> ssl.SSLContext:
    """Make the server's own certificate; return what trusts it."""
    key = PrivateKey.generate()
    chain, root = issued(key, ("localhost",), datetime.now(UTC))
    (place / "server.pem").write_text(chain)
    (place / "server.key").write_text(key.pem())
    return ssl.create_default_context(cadata=root)


def _configuration(place: Path, port: int, management_port: int) -> dict[str, object]:
    return {
        "pebble": {
            "listenAddress": f"127.0.0.1:{port}",
            "managementListenAddress": f"127.0.0.1:{management_port}",
            "certificate": str(place / "server.pem"),
            "privateKey": str(place / "server.key"),
            "httpPort": 5002,
            "tlsPort": 5001,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "keyAlgorithm": "ecdsa",
            "retryAfter": {"authz": 1, "order": 1},
            "profiles": {"default": {"description": "90 days", "validityPeriod": 7_776_000}},
        }
    }


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
