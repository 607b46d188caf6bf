"""A test authority for the embedded cloud: made for one certificate, its key forgotten at once. No system trusts it."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import algos, core, pem, x509

from failover.certificates.keys import PrivateKey
from failover.certificates.request import alternative_names

LIFE: Final = timedelta(days=90)
SLACK: Final = timedelta(minutes=5)  # clocks of those who look at it


def issued(key: PrivateKey, names: tuple[str, ...], now: datetime) -> tuple[str, str]:
    """Return the chain for the names, and the root that verifies it, both PEM."""
    authority = PrivateKey.generate()
    title = x509.Name.build({"common_name": "Lifeboat throw-away test authority"})
    root = _signed(_to_be_signed(title, title, authority, now, _ca_extensions(authority)), authority)
    leaf = _signed(
        _to_be_signed(title, x509.Name.build({}), key, now, [*_leaf_extensions(authority), alternative_names(names)]),
        authority,
    )
    return _armored(leaf), _armored(root)


def _to_be_signed(
    issuer: x509.Name, subject: x509.Name, key: PrivateKey, now: datetime, extensions: list[x509.Extension]
) -> x509.TbsCertificate:
    ends = {"not_before": _time(now - SLACK), "not_after": _time(now + LIFE)}
    return x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": secrets.randbits(120),
            "signature": _algorithm(),
            "issuer": issuer,
            "validity": x509.Validity(ends),
            "subject": subject,
            "subject_public_key_info": key.public_info(),
            "extensions": extensions,
        }
    )


def _signed(to_be_signed: x509.TbsCertificate, authority: PrivateKey) -> x509.Certificate:
    signature = core.OctetBitString(authority.sign_der(to_be_signed.dump()))
    return x509.Certificate(
        {"tbs_certificate": to_be_signed, "signature_algorithm": _algorithm(), "signature_value": signature}
    )


def _ca_extensions(authority: PrivateKey) -> list[x509.Extension]:
    basic = {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": True, "path_len_constraint": 0}}
    usage = {"extn_id": "key_usage", "critical": True, "extn_value": {"key_cert_sign"}}
    known = {"extn_id": "key_identifier", "critical": False, "extn_value": authority.public_info().sha1}
    return [x509.Extension(one) for one in (basic, usage, known)]


def _leaf_extensions(authority: PrivateKey) -> list[x509.Extension]:
    basic = {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}}
    usage = {"extn_id": "key_usage", "critical": True, "extn_value": {"digital_signature"}}
    purpose = {"extn_id": "extended_key_usage", "critical": False, "extn_value": ["server_auth"]}
    by = {"key_identifier": authority.public_info().sha1}
    signer = {"extn_id": "authority_key_identifier", "critical": False, "extn_value": by}
    return [x509.Extension(one) for one in (basic, usage, purpose, signer)]


def _algorithm() -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})


def _time(at: datetime) -> x509.Time:
    """Return a time in the form that RFC 5280, 4.1.2.5, wants until 2049."""
    return x509.Time({"utc_time": at.replace(microsecond=0)})


def _armored(certificate: x509.Certificate) -> str:
    return str(pem.armor("CERTIFICATE", certificate.dump()).decode())
