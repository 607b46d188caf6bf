"""What the authority signs is what others call a certificate: openssl and cryptography are asked."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from failover.enrolment.certificates import BACKDATED, NODE_LIFE, Moment, Root, node_certificate, serial_of
from tests.failover.enrolment.machines import OWN, STACK, Machine, root_of

AUTHORITY, OTHER_AUTHORITY, MACHINE = Machine(), Machine(), Machine()
TODAY = datetime.now(UTC).replace(microsecond=0)  # openssl judges by this machine's clock
A, B = root_of("a", AUTHORITY, TODAY), root_of("b", OTHER_AUTHORITY, TODAY)


def certificate_of(root: Root, authority: Machine, now: datetime = TODAY) -> str:
    moment = Moment(now=now, serial=serial_of(b"s" * 16))
    return node_certificate(STACK, MACHINE.enrolled(), root, moment, authority.sign)


def verify(folder: Path, certificate: str, trusted: str, *options: str) -> bool:
    """Ask openssl, as strictly as it can."""
    (folder / "trusted.pem").write_text(trusted)
    (folder / "certificate.pem").write_text(certificate)
    command = ["openssl", "verify", "-x509_strict", *options, "-CAfile", "trusted.pem", "certificate.pem"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("purpose", ["sslclient", "sslserver"])
@pytest.mark.parametrize(("root", "authority"), [(A, AUTHORITY), (B, OTHER_AUTHORITY)])
def test_either_roots_certificate_is_taken_by_whoever_trusts_both(
    tmp_path: Path, purpose: str, root: Root, authority: Machine
) -> None:
    assert verify(tmp_path, certificate_of(root, authority), A.pem + B.pem, "-purpose", purpose)


def test_a_certificate_of_one_root_is_nothing_to_whoever_trusts_the_other_alone(tmp_path: Path) -> None:
    assert not verify(tmp_path, certificate_of(A, AUTHORITY), B.pem)


def test_a_certificate_that_another_key_signed_is_taken_by_nobody(tmp_path: Path) -> None:
    assert not verify(tmp_path, certificate_of(A, OTHER_AUTHORITY), A.pem + B.pem)


def test_a_certificate_is_worth_nothing_after_a_day_and_ten_minutes(tmp_path: Path) -> None:
    certificate = certificate_of(A, AUTHORITY)
    ends = int((TODAY + NODE_LIFE).timestamp())
    assert verify(tmp_path, certificate, A.pem, "-attime", str(ends - 1))
    assert not verify(tmp_path, certificate, A.pem, "-attime", str(ends + 1))
    begins = int((TODAY - BACKDATED).timestamp())
    assert not verify(tmp_path, certificate, A.pem, "-attime", str(begins - 1))


def test_a_node_can_sign_for_nobody_else(tmp_path: Path) -> None:
    """A certificate that a node signed with its own key, under its own name, is no certificate."""
    own = x509.load_pem_x509_certificate(certificate_of(A, AUTHORITY).encode())
    assert own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    forger = Root(label="x", pem=certificate_of(A, AUTHORITY))
    forged = node_certificate(STACK, Machine().enrolled(), forger, Moment(now=TODAY, serial=5), MACHINE.sign)
    (tmp_path / "chain.pem").write_text(certificate_of(A, AUTHORITY))
    assert not verify(tmp_path, forged, A.pem, "-untrusted", "chain.pem")


def test_names_are_the_rows_and_never_the_machines() -> None:
    found = x509.load_pem_x509_certificate(certificate_of(A, AUTHORITY).encode())
    assert found.subject.rfc4514_string() == "CN=node-7,OU=web,O=lifeboat prod"
    assert found.issuer.rfc4514_string() == "CN=root a,O=lifeboat prod"
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["node-7.primary.prod.lifeboat.internal"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == [OWN, "2001:db8::7"]
    assert found.not_valid_after_utc - found.not_valid_before_utc == NODE_LIFE + BACKDATED


def test_a_root_is_named_by_the_fingerprint_that_openssl_gives_it() -> None:
    found = x509.load_pem_x509_certificate(A.pem.encode())
    assert A.fingerprint == found.fingerprint(hashes.SHA256()).hex()
    assert A.ends == found.not_valid_after_utc
    assert A.fingerprint != B.fingerprint


def test_a_root_that_lasts_past_2049_is_still_one(tmp_path: Path) -> None:
    """RFC 5280 writes such times in another form."""
    late = datetime(2045, 1, 1, tzinfo=UTC)
    root = root_of("z", AUTHORITY, late)
    certificate = certificate_of(root, AUTHORITY, late)
    assert verify(tmp_path, certificate, root.pem, "-attime", str(int((late + timedelta(hours=1)).timestamp())))


def test_serial_numbers_are_above_zero_and_fit_into_20_bytes() -> None:
    assert serial_of(b"\0" * 16) == 1
    assert 0 < serial_of(b"\xff" * 40) < 2**159


def test_a_node_without_addresses_still_has_a_name() -> None:
    node = MACHINE.enrolled()
    bare = replace(node, enrolled=replace(node.enrolled, addresses=()))
    pem = node_certificate(STACK, bare, A, Moment(now=TODAY, serial=9), AUTHORITY.sign)
    names = x509.load_pem_x509_certificate(pem.encode()).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert len(list(names.value)) == 1
