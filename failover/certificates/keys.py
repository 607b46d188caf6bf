"""Private keys on P-256, as accounts and certificates have them.

`ecdsa` is pure Python, which an archive for another kind of processor can carry. It does not hide how long it computes
(https://github.com/tlsfuzzer/python-ecdsa/security/advisories/GHSA-wj6h-64fc-37mp); here it signs a handful of times a
quarter, and nobody measures a Lambda from within. Machines sign handshakes with OpenSSL.
"""

import hashlib

from asn1crypto import keys
from ecdsa import NIST256p, SigningKey
from ecdsa.util import sigencode_der, sigencode_string


class PrivateKey:
    """One key; its text is a secret, so it has no other."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "PrivateKey":
        """Make a new one from the system's randomness."""
        return cls(SigningKey.generate(curve=NIST256p))

    @classmethod
    def from_pem(cls, text: str) -> "PrivateKey":
        """Read what ``pem`` gave.

        Raises:
            ValueError: it is no key on P-256.
        """
        try:
            key = SigningKey.from_pem(text)
        except Exception:  # noqa: BLE001 - the library raises many kinds, and a text of theirs may quote the key
            raise ValueError("no private key can be read from this PEM") from None
        if key.curve != NIST256p:
            raise ValueError("the private key is not on P-256")
        return cls(key)

    def pem(self) -> str:
        """Return the key as PKCS #8, which HAProxy reads."""
        return str(self._key.to_pem(format="pkcs8").decode())

    def coordinates(self) -> tuple[bytes, bytes]:
        """Return x and y of the public key, 32 bytes each."""
        point = self._key.verifying_key.to_string()
        return point[:32], point[32:]

    def public_info(self) -> keys.PublicKeyInfo:
        """Return the public key as certificates and requests hold it."""
        return keys.PublicKeyInfo.load(self._key.verifying_key.to_der())

    def sign_raw(self, message: bytes) -> bytes:
        """Sign with SHA-256; r and s one after the other, as JWS has it (RFC 7518, 3.4)."""
        return bytes(self._key.sign(message, hashfunc=hashlib.sha256, sigencode=sigencode_string))

    def sign_der(self, message: bytes) -> bytes:
        """Sign with SHA-256; as X.509 has it."""
        return bytes(self._key.sign(message, hashfunc=hashlib.sha256, sigencode=sigencode_der))
