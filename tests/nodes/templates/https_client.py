"""A client of a site over TLS: one connection, kept; directly, or as a NodeBalancer passes it on."""

import atexit
import functools
import http.client
import ipaddress
import json
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

HOST = "shop.example.com"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"  # https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt


@functools.cache
def certificate(owner: str = "both sites") -> Path:
    """Return a file with a key and a certificate for the host and for loopback, signed by itself, one for an owner."""
    place = Path(tempfile.mkdtemp(prefix="lb-"))
    atexit.register(shutil.rmtree, place)
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    names = ["-subj", f"/O={owner}/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"]
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "certificate.pem")]
    subprocess.run([*request, *names, *files], check=True, capture_output=True)
    both = place / "site.pem"
    both.write_bytes((place / "certificate.pem").read_bytes() + (place / "key.pem").read_bytes())
    return both


@dataclass(frozen=True)
class Answer:
    """What came back, with what a counting server told."""

    status: int
    headers: dict[str, str]
    body: bytes

    def told(self) -> dict[str, object]:
        """Return the JSON of the answer."""
        told = json.loads(self.body)
        assert isinstance(told, dict)
        return told


class Client:
    """One client; ``told_address`` is what a NodeBalancer would tell of it before TLS begins, if there is one."""

    def __init__(self, port: int, authority: Path, told_address: str | None = None) -> None:
        self._connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30)
        self._context = ssl.create_default_context(cafile=str(authority))
        self._told_address = told_address

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Send one request on the kept connection, without a body: those are what HAProxy is able to send again.

        Raises:
            OSError, http.client.HTTPException: no whole answer came.
        """
        if self._connection.sock is None:
            self._connect()
        try:
            self._connection.request(method, path, None, headers or {})
            response = self._connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def _connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self._connection.port), timeout=30)
        if self._told_address:
            plain.sendall(_proxy_header(self._told_address))
        self._connection.sock = self._context.wrap_socket(plain, server_hostname=HOST)


def _proxy_header(address: str) -> bytes:
    packed = ipaddress.IPv4Address(address).packed
    ends = packed + ipaddress.IPv4Address("203.0.113.1").packed + struct.pack("!HH", 40000, 443)
    return SIGNATURE + struct.pack("!BBH", 0x21, 0x11, len(ends)) + ends
