"""A key of KMS that signs: it never leaves KMS, and a replica of it in each control region signs alike.

https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
"""

from collections.abc import Mapping
from typing import Literal, Protocol

Algorithm = Literal["ECDSA_SHA_256"]


class KmsClient(Protocol):
    """The calls of boto3's KMS client that are made."""

    def sign(
        self,
        *,
        KeyId: str,  # noqa: N803
        Message: bytes,  # noqa: N803
        MessageType: Literal["RAW"],  # noqa: N803
        SigningAlgorithm: Algorithm,  # noqa: N803
    ) -> Mapping[str, object]: ...

    def get_public_key(self, *, KeyId: str) -> Mapping[str, object]: ...  # noqa: N803


class SigningKey:
    """``key_id`` is the ARN of the key, or of its replica, in the client's region."""

    def __init__(self, key_id: str, client: KmsClient) -> None:
        self._key_id = key_id
        self._client = client

    def sign(self, message: bytes) -> bytes:
        """Sign a message of at most 4,096 bytes, which KMS hashes itself; returns the signature in DER.

        https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
        """
        answer = self._client.sign(
            KeyId=self._key_id, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return _bytes(answer["Signature"])

    def public_key(self) -> bytes:
        """Return the public half as SubjectPublicKeyInfo in DER."""
        return _bytes(self._client.get_public_key(KeyId=self._key_id)["PublicKey"])


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("KMS answered something that is no bytes")
    return value
