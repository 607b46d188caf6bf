"""A test authority for the embedded cloud: made for one certificate, its key forgotten at once. No system trusts it."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509

from failover.certificate_building import Body, certificate, extension
from failover.certificates.keys import PrivateKey
from failover.certificates.request import alternative_names

LIFE: Final = timedelta(days=90)
SLACK: Final = timedelta(minutes=5)  # clocks of those who look at it


def issued(key: PrivateKey, names: tuple[str, ...], now: datetime) -> tuple[str, str]:
    """Return the chain for the names, and the root that verifies it, both PEM."""
    authority = PrivateKey.generate()
    title = x509.Name.build({"common_name": "Lifeboat throw-away test authority"})
    root = _body(title, title, authority, now, _ca_extensions(authority))
    nobody, of_leaf = x509.Name.build({}), [*_leaf_extensions(authority), alternative_names(names)]
    leaf = _body(title, nobody, key, now, of_leaf)
    return certificate(leaf, authority.sign_der), certificate(root, authority.sign_der)


def _body(
    issuer: x509.Name, subject: x509.Name, key: PrivateKey, now: datetime, extensions: list[x509.Extension]
) -> Body:
    return Body(
        issuer=issuer,
        subject=subject,
        key=key.public_info(),
        serial=secrets.randbits(120),
        not_before=now - SLACK,
        not_after=now + LIFE,
        extensions=extensions,
    )


def _ca_extensions(authority: PrivateKey) -> list[x509.Extension]:
    return [
        extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
        extension("key_usage", {"key_cert_sign"}, critical=True),
        extension("key_identifier", authority.public_info().sha1),
    ]


def _leaf_extensions(authority: PrivateKey) -> list[x509.Extension]:
    return [
        extension("basic_constraints", {"ca": False}, critical=True),
        extension("key_usage", {"digital_signature"}, critical=True),
        extension("extended_key_usage", ["server_auth"]),
        extension("authority_key_identifier", {"key_identifier": authority.public_info().sha1}),
    ]
