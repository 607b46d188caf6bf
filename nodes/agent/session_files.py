"""What a session leaves on the machine: certificates, and AWS credentials that programs read by `credential_process`.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from nodes.agent.atomic_file import write_atomically

FOR_THE_GROUP, FOR_ALL = 0o640, 0o644
NAMES = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")


class UnreadableSession(Exception):
    """The answer lacks what every session has. Never says what it has."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """An answer: ``credentials`` as AWS names them, the certificate, the roots to trust, all in PEM."""

    credentials: Mapping[str, str]
    lifetime_seconds: float
    certificate: str
    authorities: tuple[str, ...]

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Self:
        """Read an answer.

        Raises:
            UnreadableSession: a part is missing.
        """
        given, roots = fields.get("credentials"), fields.get("authorities")
        lifetime, certificate = fields.get("lifetime_seconds"), fields.get("certificate")
        if not isinstance(given, Mapping) or not all(isinstance(given.get(name), str) for name in NAMES):
            raise UnreadableSession("the answer has no whole credentials")
        if not isinstance(roots, list) or not roots or not isinstance(certificate, str):
            raise UnreadableSession("the answer has no certificates")
        if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime <= 0:
            raise UnreadableSession("the answer says no lifetime")
        return cls(
            credentials={name: given[name] for name in NAMES},
            lifetime_seconds=lifetime,
            certificate=certificate,
            authorities=tuple(str(root) for root in roots),
        )


class SessionFiles:
    """The files of one directory, which is of the group that may read the credentials."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def aws_config(self) -> Path:
        """Return the file that AWS_CONFIG_FILE of services names: it holds no secret, but where one is read."""
        return self._directory / "aws.config"

    def keep(self, session: Session) -> None:
        """Write a session: what to trust before what is trusted."""
        credentials = self._directory / "credentials.json"
        write_atomically(self._directory / "authorities.pem", "".join(session.authorities), FOR_ALL)
        write_atomically(self._directory / "certificate.pem", session.certificate, FOR_ALL)
        write_atomically(credentials, json.dumps({"Version": 1, **session.credentials}), FOR_THE_GROUP)
        write_atomically(self.aws_config, f"[default]\ncredential_process = /bin/cat {credentials}\n", FOR_ALL)

    def roots(self) -> tuple[str, ...]:
        """Return the fingerprints of the roots that are on the disk, none before the first session."""
        try:
            pem = (self._directory / "authorities.pem").read_bytes()
            found = x509.load_pem_x509_certificates(pem)
        except (FileNotFoundError, ValueError):
            return ()
        return tuple(one.fingerprint(hashes.SHA256()).hex() for one in found)
