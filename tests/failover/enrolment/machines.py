"""Machines and roots for tests of enrolment: their keys are here, which they never are in life."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from failover.enrolment.certificates import Moment, Root, key_of_spki, root_certificate
from failover.enrolment.decision import Applicant
from failover.enrolment.instance import Instance
from failover.enrolment.messages import SessionRequest
from failover.enrolment.node import Enrolled, Node
from failover.enrolment.place import Place
from failover.enrolment.public_key import PublicKey
from failover.enrolment.session_text import session_text

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
STACK = "prod"
OWN, OTHER = "192.0.2.7", "192.0.2.8"
TAGS = ("lifeboat:prod", "pool:web", "site:primary")
PLACE = Place(site="primary", pool="web")


@dataclass(frozen=True)
class Machine:
    """One machine with its key."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def spki(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def key(self) -> PublicKey:
        return PublicKey.of(self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))

    def csr(self, name: str = "whatever I say") -> str:
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        return builder.sign(self.private, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def applies(self, generation: int = 1, source: str = OWN) -> Applicant:
        return Applicant(id=7, generation=generation, key=self.key, source=source)

    def enrolled(self, generation: int = 1, counter: int = 0) -> Node:
        enrolled = Enrolled(key=self.key, place=PLACE, addresses=(OWN, "2001:db8::7"), at=NOW)
        return Node(id=7, generation=generation, enrolled=enrolled, counter=counter)

    def asks(
        self, counter: int = 1, generation: int = 1, stack: str = STACK, roots: tuple[str, ...] = ()
    ) -> SessionRequest:
        text = session_text(stack=stack, node=7, generation=generation, counter=counter, roots=roots)
        return SessionRequest(node=7, generation=generation, counter=counter, roots=roots, signature=self.sign(text))


def instance(age: timedelta = timedelta(minutes=1), tags: tuple[str, ...] = TAGS) -> Instance:
    """Return what Linode says of the machine's instance."""
    return Instance(id=7, tags=tags, created=NOW - age, addresses=(OWN, "2001:db8::7"))


def root_of(label: str, machine: Machine, now: datetime = NOW) -> Root:
    """Make a root whose key is at hand."""
    return root_certificate(STACK, label, key_of_spki(machine.spki), Moment(now=now, serial=1), machine.sign)


def told_of_linode(**changes: object) -> Mapping[str, object]:
    """Return an answer of Linode's about the instance."""
    told = {"id": 7, "tags": list(TAGS), "created": "2026-11-26T11:59:00", "ipv4": [OWN], "ipv6": "2001:db8::7/128"}
    return {**told, **changes}


def digest(text: str) -> str:
    """Return a fingerprint that some root might have."""
    return hashlib.sha256(text.encode()).hexdigest()
