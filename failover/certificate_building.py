"""X.509 certificates on P-256, built with asn1crypto alone and signed by whoever holds the key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import pem, x509
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo

Sign = Callable[[bytes], bytes]
"""Signs with SHA-256; the signature in DER, as X.509 has it."""
ALGORITHM: Final = {"algorithm": "sha256_ecdsa"}


@dataclass(frozen=True, kw_only=True)
class Body:
    """What is signed: whose key it is, who says so, and for how long."""

    issuer: x509.Name
    subject: x509.Name
    key: PublicKeyInfo
    serial: int
    not_before: datetime
    not_after: datetime
    extensions: Sequence[x509.Extension]


# asn1crypto's structures take values of any kind, each field its own.
def extension(name: str, value: Any, *, critical: bool = False) -> x509.Extension:
    """Return one extension by asn1crypto's name of it."""
    return x509.Extension({"extn_id": name, "critical": critical, "extn_value": value})


def certificate(body: Body, sign: Sign) -> str:
    """Return the signed certificate in PEM."""
    signed = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": body.serial,
            "signature": SignedDigestAlgorithm(ALGORITHM),
            "issuer": body.issuer,
            "validity": {"not_before": _time(body.not_before), "not_after": _time(body.not_after)},
            "subject": body.subject,
            "subject_public_key_info": body.key,
            "extensions": list(body.extensions),
        }
    )
    whole = x509.Certificate(
        {
            "tbs_certificate": signed,
            "signature_algorithm": SignedDigestAlgorithm(ALGORITHM),
            "signature_value": sign(signed.dump()),
        }
    )
    return str(pem.armor("CERTIFICATE", whole.dump()), "ascii")


def _time(at: datetime) -> x509.Time:
    """Write a time: RFC 5280 4.1.2.5 wants two digits of a year before 2050, and no fraction."""
    whole = at.replace(microsecond=0)
    return x509.Time({"utc_time" if whole.year < 2050 else "general_time": whole})
