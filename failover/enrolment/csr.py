"""A certificate signing request (PKCS#10, https://www.rfc-editor.org/rfc/rfc2986): whose key it is, and that it is his.

Only the key is taken from it. Its subject and attributes are what a stranger says of himself.
"""

from asn1crypto import pem
from asn1crypto.csr import CertificationRequest

from failover.enrolment.public_key import NoKey, PublicKey

# asn1crypto reads when it is asked, and meets a stranger's bytes with any of these.
NO_CSR = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


class NoProof(Exception):
    """The request is none, or not signed by the key that it holds."""


def key_of_csr(text: str) -> PublicKey:
    """Return the key of a request in PEM.

    Raises:
        NoProof: it cannot be read, has another kind of key, or another key has signed it.
    """
    try:
        key, signature, signed = _parts(text)
    except NoKey as error:
        raise NoProof(str(error)) from None
    except NO_CSR as error:
        raise NoProof(f"the CSR cannot be read: {type(error).__name__}") from None
    if not key.signed(signature, signed):
        raise NoProof("the CSR is not signed by its own key")
    return key


def _parts(text: str) -> tuple[PublicKey, bytes, bytes]:
    name, _, der = pem.unarmor(text.encode())
    if name not in ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"):
        raise NoProof("the PEM holds no CSR")
    request = CertificationRequest.load(der, strict=True)
    info = request["certification_request_info"]
    held = info["subject_pk_info"]
    if held["algorithm"]["algorithm"].native != "ec" or held["algorithm"]["parameters"].native != "secp256r1":
        raise NoProof("the CSR's key is not ECDSA on P-256")
    if request["signature_algorithm"]["algorithm"].native != "sha256_ecdsa":
        raise NoProof("the CSR is not signed by ECDSA over SHA-256")
    point = held["public_key"].native
    return PublicKey.of(bytes(point)), bytes(request["signature"].native), bytes(info.dump())
