"""A machine's own key, ECDSA on P-256: made here, never sent anywhere."""

from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from nodes.agent.atomic_file import write_atomically

FOR_ROOT = 0o600


class UnusableKey(Exception):
    """The key's file holds something else."""


class NodeKey:
    """Signs what the machine says."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private

    @classmethod
    def kept_in(cls, path: Path) -> Self:
        """Read the machine's key, or make one and keep it.

        Raises:
            UnusableKey: the file is there and holds no such key.
            OSError: it cannot be read or written.
        """
        if not path.exists():
            private = ec.generate_private_key(ec.SECP256R1())
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_atomically(path, pem.decode(), FOR_ROOT)
            return cls(private)
        try:
            found = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            raise UnusableKey(f"{path} holds no private key; move it away, and the machine enrols anew") from error
        if not isinstance(found, ec.EllipticCurvePrivateKey) or not isinstance(found.curve, ec.SECP256R1):
            raise UnusableKey(f"{path} holds another kind of key; move it away, and the machine enrols anew")
        return cls(found)

    def csr(self) -> str:
        """Return a certificate signing request without a name: names are not for the machine to choose."""
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        return builder.sign(self._private, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def sign(self, message: bytes) -> bytes:
        """Sign: ECDSA over SHA-256, in DER."""
        return self._private.sign(message, ec.ECDSA(hashes.SHA256()))
