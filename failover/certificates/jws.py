"""Signed requests of ACME: flattened JSON Web Signatures with ES256.

https://www.rfc-editor.org/rfc/rfc8555#section-6.2, https://www.rfc-editor.org/rfc/rfc7638 (thumbprints)
"""

import base64
import hashlib
import json
from collections.abc import Mapping

from failover.certificates.keys import PrivateKey


def base64url(content: bytes) -> str:
    """Return the text without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class AccountKey:
    """The key that an account is known by."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def jwk(self) -> dict[str, str]:
        """Return the public key; a server knows a new account by it."""
        x, y = self._key.coordinates()
        return {"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)}

    def thumbprint(self) -> str:
        """Return the digest of the public key."""
        return base64url(hashlib.sha256(_packed(self.jwk())).digest())

    def signed(self, header: Mapping[str, object], payload: Mapping[str, object] | None) -> bytes:
        """Return the request's body; ``header`` has nonce, URL and whose it is, no payload is a POST-as-GET."""
        protected = base64url(_packed({"alg": "ES256", **header}))
        content = "" if payload is None else base64url(_packed(payload))
        signature = self._key.sign_raw(f"{protected}.{content}".encode())
        return _packed({"protected": protected, "payload": content, "signature": base64url(signature)})

    def proof(self, token: str) -> str:
        """Return what the TXT record of a dns-01 challenge must say (RFC 8555, 8.4)."""
        return base64url(hashlib.sha256(f"{token}.{self.thumbprint()}".encode()).digest())


def _packed(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
