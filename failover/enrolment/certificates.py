"""X.509 certificates (https://www.rfc-editor.org/rfc/rfc5280) of the internal authority: its roots and its nodes'.

Built with asn1crypto alone and signed by whoever holds the key, which is KMS: no private key is ever here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from asn1crypto import pem, x509
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo

from failover.enrolment.node import Node
from failover.enrolment.public_key import PublicKey

Sign = Callable[[bytes], bytes]
"""Signs a message by ECDSA on P-256 over its SHA-256; returns DER."""

ROOT_LIFE: Final = timedelta(days=3650)
NODE_LIFE: Final = timedelta(hours=24)
# A machine's clock may be behind when it is given its certificate.
BACKDATED: Final = timedelta(minutes=10)
SERIAL_BITS: Final = 128
ALGORITHM: Final = {"algorithm": "sha256_ecdsa"}


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
        _extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
        _extension("key_usage", {"key_cert_sign"}, critical=True),
        _extension("key_identifier", key.fingerprint),
    ]
    life = (moment.now - BACKDATED, moment.now + ROOT_LIFE)
    return Root(label=label, pem=_signed(_body(name, name, key, moment.serial, life, extensions), sign))


def node_certificate(stack: str, node: Node, root: Root, moment: Moment, sign: Sign) -> str:
    """Make a node's certificate in PEM, to call and to be called by: its names are the row's, never the CSR's."""
    place, key = node.enrolled.place, node.enrolled.key
    names = {"organization_name": f"lifeboat {stack}", "organizational_unit_name": place.pool}
    name = x509.Name.build({**names, "common_name": f"node-{node.id}"})
    extensions = [
        _extension("basic_constraints", {"ca": False}, critical=True),
        _extension("key_usage", {"digital_signature"}, critical=True),
        _extension("extended_key_usage", ["client_auth", "server_auth"]),
        _extension("subject_alt_name", _names(stack, node.id, place.site, node.enrolled.addresses)),
        _extension("key_identifier", key.fingerprint),
        _extension("authority_key_identifier", {"key_identifier": root.key_id}),
    ]
    life = (moment.now - BACKDATED, moment.now + NODE_LIFE)
    return _signed(_body(root.subject, name, key, moment.serial, life, extensions), sign)


def serial_of(noise: bytes) -> int:
    """Make a serial number, above zero and of at most 20 bytes, of random bytes."""
    return 1 + int.from_bytes(noise[: SERIAL_BITS // 8])


def _names(stack: str, node: int, site: str, addresses: tuple[str, ...]) -> list[x509.GeneralName]:
    dns = f"node-{node}.{site}.{stack}.lifeboat.internal"
    own = [x509.GeneralName(name="ip_address", value=x509.IPAddress(address)) for address in addresses]
    return [x509.GeneralName(name="dns_name", value=x509.DNSName(dns)), *own]


# asn1crypto's structures take values of any kind, each field its own.
def _extension(name: str, value: Any, *, critical: bool = False) -> dict[str, object]:
    return {"extn_id": name, "critical": critical, "extn_value": value}


def _body(
    issuer: x509.Name,
    subject: x509.Name,
    key: PublicKey,
    serial: int,
    life: tuple[datetime, datetime],
    extensions: list[dict[str, object]],
) -> x509.TbsCertificate:
    algorithm = {"algorithm": "ec", "parameters": ("named", "secp256r1")}
    return x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial,
            "signature": SignedDigestAlgorithm(ALGORITHM),
            "issuer": issuer,
            "validity": {"not_before": _time(life[0]), "not_after": _time(life[1])},
            "subject": subject,
            "subject_public_key_info": {"algorithm": algorithm, "public_key": key.point},
            "extensions": extensions,
        }
    )


def _time(at: datetime) -> x509.Time:
    """Write a time: RFC 5280 4.1.2.5 wants two digits of a year before 2050, and no fraction."""
    whole = at.replace(microsecond=0)
    return x509.Time({"utc_time" if whole.year < 2050 else "general_time": whole})


def _signed(body: x509.TbsCertificate, sign: Sign) -> str:
    whole = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": SignedDigestAlgorithm(ALGORITHM),
            "signature_value": sign(body.dump()),
        }
    )
    return str(pem.armor("CERTIFICATE", whole.dump()), "ascii")
