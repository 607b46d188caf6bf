"""A CSR gives its key only to whoever holds it."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from failover.enrolment.csr import NoProof, key_of_csr
from failover.enrolment.public_key import NoKey, PublicKey
from tests.failover.enrolment.machines import Machine

MACHINE = Machine()
PEM = MACHINE.csr()
DER = base64.b64decode("".join(PEM.splitlines()[1:-1]))


def armoured(der: bytes, name: str = "CERTIFICATE REQUEST") -> str:
    return f"-----BEGIN {name}-----\n{base64.encodebytes(der).decode()}-----END {name}-----\n"


def csr_of(private: "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey", digest: hashes.SHA256 | hashes.SHA384) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(private, digest).public_bytes(Encoding.PEM).decode()


def test_the_key_of_a_request_is_whoever_made_its() -> None:
    assert key_of_csr(PEM) == MACHINE.key
    assert key_of_csr(armoured(DER)) == MACHINE.key


@pytest.mark.parametrize(
    "csr",
    [
        "",
        "no PEM",
        armoured(b""),
        armoured(DER, "CERTIFICATE"),
        armoured(DER + b"\0"),
        armoured(DER[:-1]),
        csr_of(ec.generate_private_key(ec.SECP384R1()), hashes.SHA256()),
        csr_of(ec.generate_private_key(ec.SECP256K1()), hashes.SHA256()),
        csr_of(rsa.generate_private_key(65537, 2048), hashes.SHA256()),
        csr_of(MACHINE.private, hashes.SHA384()),
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .sign(ed25519.Ed25519PrivateKey.generate(), None)
        .public_bytes(Encoding.PEM)
        .decode(),
    ],
)
def test_what_is_no_request_of_this_kind_proves_nothing(csr: str) -> None:
    with pytest.raises(NoProof):
        key_of_csr(csr)


def test_a_request_with_another_ones_key_proves_nothing() -> None:
    """Its signature is right for the stranger's own key, and the key inside is the machine's."""
    stranger = base64.b64decode("".join(Machine().csr().splitlines()[1:-1]))
    theirs = x509.load_der_x509_csr(stranger).public_key()
    assert isinstance(theirs, ec.EllipticCurvePublicKey)
    own = MACHINE.key.point
    point = theirs.public_numbers()
    forged = stranger.replace(point.x.to_bytes(32) + point.y.to_bytes(32), own[1:])
    assert forged != stranger
    with pytest.raises(NoProof, match="not signed by its own key"):
        key_of_csr(armoured(forged))


@given(st.integers(0, len(DER) * 8 - 1))
def test_a_request_with_any_bit_turned_never_gives_another_key(place: int) -> None:
    turned = bytearray(DER)
    turned[place // 8] ^= 1 << place % 8
    with pytest.raises(NoProof):
        key_of_csr(armoured(bytes(turned)))


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_prove_nothing(der: bytes) -> None:
    with pytest.raises(NoProof):
        key_of_csr(armoured(der))


@given(st.binary(min_size=64, max_size=64))
def test_what_is_no_point_of_the_curve_is_no_key(point: bytes) -> None:
    with pytest.raises(NoKey):
        PublicKey.of(b"\4" + point)
