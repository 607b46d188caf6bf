"""A node's public key, ECDSA on P-256, and what it says about signatures; pure Python, as Lambda's archives are."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final, Self

from ecdsa import BadSignatureError, NIST256p, VerifyingKey
from ecdsa.errors import MalformedPointError
from ecdsa.util import sigdecode_der

POINT_BYTES: Final = 65
# What the decoder of a stranger's signature may raise: der.UnexpectedDER is not all of it.
NO_SIGNATURE: Final = (BadSignatureError, ValueError, TypeError, IndexError, AssertionError)


class NoKey(Exception):
    """The bytes are no uncompressed point of P-256."""


@dataclass(frozen=True)
class PublicKey:
    """``point`` is X9.62's uncompressed form: 4, x, y (https://www.rfc-editor.org/rfc/rfc5480#section-2.2)."""

    point: bytes

    @classmethod
    def of(cls, point: bytes) -> Self:
        """Take a point of the curve.

        Raises:
            NoKey: it is none.
        """
        if len(point) != POINT_BYTES or point[0] != 4:
            raise NoKey("a key is an uncompressed point of P-256")
        try:
            VerifyingKey.from_string(point, curve=NIST256p)
        except MalformedPointError:
            raise NoKey("the point is not on P-256") from None
        return cls(point)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what ``text`` wrote."""
        return cls(base64.b64decode(text))

    @property
    def text(self) -> str:
        """Return the key as rows keep it: base64 of the point."""
        return base64.b64encode(self.point).decode()

    @property
    def fingerprint(self) -> bytes:
        """Return what certificates name the key by (https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.2)."""
        return hashlib.sha1(self.point).digest()  # noqa: S324 a name, not a proof

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Say whether the key's holder signed the message: ECDSA over SHA-256, in DER."""
        key = VerifyingKey.from_string(self.point, curve=NIST256p, validate_point=False)
        try:
            return bool(key.verify(signature, message, hashlib.sha256, sigdecode=sigdecode_der))
        except NO_SIGNATURE:
            return False
