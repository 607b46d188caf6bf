"""The certificate that a running HAProxy serves, read and replaced by its runtime socket: no reload, no lost request.

https://docs.haproxy.org/2.6/management.html#9.3-set%20ssl%20cert
"""

import re
import socket
from pathlib import Path
from typing import Final

DEADLINE_SECONDS: Final = 5.0
LARGEST_BYTES: Final = 1_000_000
FINGERPRINT: Final = re.compile(r"^SHA1 FingerPrint: ([0-9A-F]+)$", re.MULTILINE)


class HaproxyRefused(Exception):
    """HAProxy does not take the certificate; it serves the one that it had."""


class NotRunning(Exception):
    """Nobody listens at the socket: when HAProxy starts, it reads the file."""


class HaproxyCertificates:
    """Speaks to one HAProxy."""

    def __init__(self, runtime_socket: Path, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._socket = runtime_socket
        self._deadline_seconds = deadline_seconds

    def fingerprint(self, path: Path) -> str:
        """Return the SHA-1 of what is served from a file, upper case hex; empty if nothing is.

        Raises:
            NotRunning: there is no HAProxy.
        """
        found = FINGERPRINT.search(self._say(f"show ssl cert {path}"))
        return found[1] if found else ""

    def replace(self, path: Path, pem: str) -> None:
        """Serve this PEM in place of the file's, from the next connection on.

        Raises:
            NotRunning: there is no HAProxy.
            HaproxyRefused: it cannot use it, or does not serve the file.
        """
        told = self._say(f"set ssl cert {path} <<\n{pem}")
        if "Transaction created" not in told and "Transaction updated" not in told:
            raise HaproxyRefused(_said(told))
        told = self._say(f"commit ssl cert {path}")
        if "Success!" not in told:
            self._say(f"abort ssl cert {path}")
            raise HaproxyRefused(_said(told))

    def _say(self, command: str) -> str:
        """Say one command; a payload ends with an empty line."""
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(self._deadline_seconds)
            try:
                talk.connect(str(self._socket))
                talk.sendall(f"{command}\n".encode())
                return _heard(talk)
            except OSError as error:
                raise NotRunning(f"{self._socket}: {type(error).__name__}") from error


def _heard(talk: socket.socket) -> str:
    heard = bytearray()
    while (part := talk.recv(65_536)) and len(heard) < LARGEST_BYTES:
        heard += part
    return heard.decode(errors="replace")


def _said(told: str) -> str:
    return " ".join(told.split())[:200] or "HAProxy says nothing"
