"""X.509 certificates (https://www.rfc-editor.org/rfc/rfc5280) of the internal authority: its roots and its nodes'.

They are signed by whoever holds the key, which is KMS: no private key is ever here.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import pem, x509
from asn1crypto.keys import PublicKeyInfo

from failover.certificate_building import Body, Sign, certificate, extension
from failover.enrolment.node import Node
from failover.enrolment.public_key import PublicKey

ROOT_LIFE: Final = timedelta(days=3650)
NODE_LIFE: Final = timedelta(hours=24)
# A machine's clock may be behind when it is given its certificate.
BACKDATED: Final = timedelta(minutes=10)
SERIAL_BITS: Final = 128


class NoPublicKey(Exception):
    """The bytes are no SubjectPublicKeyInfo of a P-256 key."""


@dataclass(frozen=True, kw_only=True)
class Root:
    """A self-signed certificate that nodes trust; ``pem`` is all of it, the rest is read from it."""

    label: str
    pem: str

    @property
    def fingerprint(self) -> str:
        """Return SHA-256 of the DER, in hexadecimal digits, as `openssl x509 -fingerprint -sha256` without colons."""
        return hashlib.sha256(self._der()).hexdigest()

    @property
    def subject(self) -> x509.Name:
        """Return the name that issues."""
        return x509.Certificate.load(self._der()).subject

    @property
    def key_id(self) -> bytes:
        """Return the identifier of the key that issues."""
        return bytes(x509.Certificate.load(self._der()).key_identifier)

    @property
    def ends(self) -> datetime:
        """Return when nobody may trust it any more."""
        ends: datetime = x509.Certificate.load(self._der()).not_valid_after
        return ends

    def _der(self) -> bytes:
        return bytes(pem.unarmor(self.pem.encode())[2])


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What makes a certificate different from any other: AWS's time, and a number that nobody could foresee."""

    now: datetime
    serial: int


def key_of_spki(der: bytes) -> PublicKey:
    """Return the key of a SubjectPublicKeyInfo, as KMS tells it.

    Raises:
        NoPublicKey: it is none of P-256.
        NoKey: its point is none.
    """
    info = PublicKeyInfo.load(der)
    if info.algorithm != "ec" or info["algorithm"]["parameters"].native != "secp256r1":
        raise NoPublicKey("the authority's key is not ECDSA on P-256")
    return PublicKey.of(bytes(info["public_key"].native))


def root_certificate(stack: str, label: str, key: PublicKey, moment: Moment, sign: Sign) -> Root:
    """Make the root of a label: it may sign nodes' certificates, and no other authority's."""
    name = x509.Name.build({"organization_name": f"lifeboat {stack}", "common_name": f"root {label}"})
    extensions = [
        extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
        extension("key_usage", {"key_cert_sign"}, critical=True),
        extension("key_identifier", key.fingerprint),
    ]
    return Root(label=label, pem=certificate(_body(name, name, key, moment, ROOT_LIFE, extensions), sign))


def node_certificate(stack: str, node: Node, root: Root, moment: Moment, sign: Sign) -> str:
    """Make a node's certificate in PEM, to call and to be called by: its names are the row's, never the CSR's."""
    place, key = node.enrolled.place, node.enrolled.key
    names = {"organization_name": f"lifeboat {stack}", "organizational_unit_name": place.pool}
    name = x509.Name.build({**names, "common_name": f"node-{node.id}"})
    extensions = [
        extension("basic_constraints", {"ca": False}, critical=True),
        extension("key_usage", {"digital_signature"}, critical=True),
        extension("extended_key_usage", ["client_auth", "server_auth"]),
        extension("subject_alt_name", _names(stack, node.id, place.site, node.enrolled.addresses)),
        extension("key_identifier", key.fingerprint),
        extension("authority_key_identifier", {"key_identifier": root.key_id}),
    ]
    return certificate(_body(root.subject, name, key, moment, NODE_LIFE, extensions), sign)


def serial_of(noise: bytes) -> int:
    """Make a serial number, above zero and of at most 20 bytes, of random bytes."""
    return 1 + int.from_bytes(noise[: SERIAL_BITS // 8])


def _names(stack: str, node: int, site: str, addresses: tuple[str, ...]) -> list[x509.GeneralName]:
    dns = f"node-{node}.{site}.{stack}.lifeboat.internal"
    own = [x509.GeneralName(name="ip_address", value=x509.IPAddress(address)) for address in addresses]
    return [x509.GeneralName(name="dns_name", value=x509.DNSName(dns)), *own]


def _body(
    issuer: x509.Name,
    subject: x509.Name,
    key: PublicKey,
    moment: Moment,
    life: timedelta,
    extensions: list[x509.Extension],
) -> Body:
    algorithm = {"algorithm": "ec", "parameters": ("named", "secp256r1")}
    return Body(
        issuer=issuer,
        subject=subject,
        key=PublicKeyInfo({"algorithm": algorithm, "public_key": key.point}),
        serial=moment.serial,
        not_before=moment.now - BACKDATED,
        not_after=moment.now + life,
        extensions=extensions,
    )
