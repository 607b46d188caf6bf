"""Brings the site's certificate from its secret to the balancer: on the disk for its next start, and served at once.

Aims at a state, so it may run at any time and after any crash: the file is compared, then what HAProxy serves.
"""

import enum
import hashlib
import logging
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from failover.certificates.value import CertificateValue
from nodes.agent.atomic_file import write_atomically
from nodes.agent.haproxy_certificates import HaproxyCertificates, NotRunning

log = logging.getLogger(__name__)
SITE_PEM: Final = Path("/etc/lifeboat/tls/site.pem")
FOR_THE_GROUP: Final = 0o640


class Change(enum.StrEnum):
    """What a run changed."""

    NOTHING = "nothing"
    WRITTEN = "written"  # HAProxy is not running; it reads the file when it starts
    SERVED = "served"


class UnusableCertificate(Exception):
    """The certificate is not for its key, or is none: HAProxy would not start with it."""


@dataclass(frozen=True, kw_only=True)
class SiteCertificate:
    """``read`` gives the secret's text, or raises what it cannot be read for."""

    read: Callable[[], str]
    haproxy: HaproxyCertificates
    path: Path = SITE_PEM

    def converge(self) -> Change:
        """Make file and HAProxy agree with the secret.

        Raises:
            UnreadableValue, UnusableCertificate: the secret holds something else; nothing is changed.
            HaproxyRefused: it serves the former one still; the file is new.
            OSError: the file cannot be written; nothing is changed.
        """
        pem = CertificateValue.from_json(self.read()).pem()
        written = self._write(pem)
        try:
            served = self._serve(pem)
        except NotRunning:
            served = False
        change = Change.SERVED if served else Change.WRITTEN if written else Change.NOTHING
        log.info("certificate", extra={"change": change.value, "fingerprint": fingerprint(pem)})
        return change

    def _write(self, pem: str) -> bool:
        if self.path.is_file() and self.path.read_text(encoding="ascii") == pem:
            return False
        _try(pem, self.path.parent)
        write_atomically(self.path, pem, FOR_THE_GROUP)
        return True

    def _serve(self, pem: str) -> bool:
        if self.haproxy.fingerprint(self.path) == fingerprint(pem):
            return False
        self.haproxy.replace(self.path, pem)
        return True


def _try(pem: str, folder: Path) -> None:
    """Have OpenSSL load the file, which is what HAProxy does."""
    with tempfile.NamedTemporaryFile("w", encoding="ascii", prefix=".site-", dir=folder) as file:
        file.write(pem)
        file.flush()
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file.name)
        except ssl.SSLError as error:
            raise UnusableCertificate(f"OpenSSL does not take it: {error.reason}") from None


def fingerprint(pem: str) -> str:
    """Return what HAProxy tells a certificate by: the SHA-1 of the first one, upper case hex."""
    ending = "-----END CERTIFICATE-----"
    leaf = ssl.PEM_cert_to_DER_cert(pem.partition(ending)[0] + ending)
    return hashlib.sha1(leaf, usedforsecurity=False).hexdigest().upper()
