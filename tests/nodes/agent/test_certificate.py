"""A balancer serves the secret's certificate as soon as its agent looks, and loses no request by it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from failover.certificates.keys import PrivateKey
from failover.certificates.throwaway_authority import issued
from failover.certificates.value import CertificateValue, UnreadableValue
from nodes.agent.certificate import Change, SiteCertificate, UnusableCertificate, fingerprint
from nodes.agent.haproxy_certificates import HaproxyCertificates, HaproxyRefused
from tests.nodes.templates.https_client import HOST
from tests.nodes.templates.site_under_test import Haproxy, folder, needs_haproxy, running_haproxy

SECONDS = 10


def value() -> CertificateValue:
    key = PrivateKey.generate()
    chain, root = issued(key, (HOST,), datetime.now(UTC))
    return CertificateValue(chain=chain, key=key.pem(), issuer="internal", root=root)


@dataclass
class Balancer:
    """A secret, and the file and the HAProxy that should have what it holds."""

    place: Path
    secret: str

    @property
    def pem(self) -> Path:
        return self.place / "site.pem"

    def agent(self) -> SiteCertificate:
        runtime = HaproxyCertificates(self.place / "agent.sock", deadline_seconds=2)
        return SiteCertificate(read=lambda: self.secret, haproxy=runtime, path=self.pem)


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    with folder() as place:
        yield Balancer(place, value().to_json())


def configuration(balancer: Balancer, port: int) -> str:
    return f"""
global
    stats socket {balancer.place}/agent.sock mode 660 level admin
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 1s
frontend site
    bind 127.0.0.1:{port} ssl crt {balancer.pem}
    http-request return status 200 content-type text/plain string whole
"""


@contextmanager
def serving(balancer: Balancer) -> Iterator[tuple[Haproxy, int]]:
    """Write the first certificate and start HAProxy with it."""
    assert balancer.agent().converge() is Change.WRITTEN
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running_haproxy(configuration(balancer, port), balancer.place) as haproxy:
        yield haproxy, port


def served(port: int, *trusted: CertificateValue) -> str:
    """Make a new connection and a request on it; return which certificate it saw."""
    context = ssl.create_default_context(cadata="".join(one.root for one in trusted))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as secured,
    ):
        secured.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        assert b"".join(iter(lambda: secured.recv(65536), b"")).endswith(b"whole")
        seen = secured.getpeercert(binary_form=True)
    assert seen is not None
    return fingerprint(ssl.DER_cert_to_PEM_cert(seen))


@needs_haproxy
def test_new_connections_see_the_new_certificate_and_none_fails(balancer: Balancer) -> None:
    first = CertificateValue.from_json(balancer.secret)
    others = [value() for _ in range(5)]
    seen: list[str] = []
    failed: list[Exception] = []
    over = threading.Event()

    def clients() -> None:
        while not over.is_set():
            try:
                seen.append(served(port, first, *others))
            except (OSError, AssertionError) as error:
                failed.append(error)

    with serving(balancer) as (haproxy, port), ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(clients) for _ in range(4)]
        try:
            for other in others:
                balancer.secret = other.to_json()
                assert balancer.agent().converge() is Change.SERVED
                assert served(port, other) == fingerprint(other.pem())
        finally:
            over.set()
        for one in asking:
            one.result()
        assert haproxy.process.poll() is None
    assert failed == []
    assert seen
    assert set(seen) <= {fingerprint(one.pem()) for one in (first, *others)}


@needs_haproxy
def test_a_second_look_changes_nothing(balancer: Balancer) -> None:
    with serving(balancer):
        assert balancer.agent().converge() is Change.NOTHING


@needs_haproxy
def test_a_crash_between_file_and_haproxy_is_mended_by_the_next_look(balancer: Balancer) -> None:
    with serving(balancer) as (_haproxy, port):
        new = value()
        balancer.secret = new.to_json()
        balancer.pem.write_text(new.pem(), encoding="ascii")
        assert balancer.agent().converge() is Change.SERVED
        assert served(port, new) == fingerprint(new.pem())


@needs_haproxy
def test_a_restarted_haproxy_reads_the_same_certificate(balancer: Balancer) -> None:
    new = value()
    with serving(balancer):
        balancer.secret = new.to_json()
        balancer.agent().converge()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running_haproxy(configuration(balancer, port), balancer.place):
        assert served(port, new) == fingerprint(new.pem())


@needs_haproxy
def test_a_certificate_that_haproxy_does_not_take_is_told_and_the_former_one_served_on(balancer: Balancer) -> None:
    first = CertificateValue.from_json(balancer.secret)
    with serving(balancer) as (_haproxy, port):
        unknown = SiteCertificate(
            read=lambda: value().to_json(), haproxy=balancer.agent().haproxy, path=balancer.place / "unknown.pem"
        )
        with pytest.raises(HaproxyRefused, match="not referenced"):
            unknown.converge()
        assert served(port, first) == fingerprint(first.pem())


def test_a_certificate_with_another_ones_key_is_not_written(balancer: Balancer) -> None:
    first, other = CertificateValue.from_json(balancer.secret), value()
    balancer.agent().converge()
    balancer.secret = CertificateValue(chain=other.chain, key=first.key, issuer="internal").to_json()
    with pytest.raises(UnusableCertificate, match="KEY_VALUES_MISMATCH"):
        balancer.agent().converge()
    assert balancer.pem.read_text() == first.pem()


def test_without_haproxy_the_file_waits_for_it(balancer: Balancer) -> None:
    assert balancer.agent().converge() is Change.WRITTEN
    assert balancer.agent().converge() is Change.NOTHING
    assert balancer.pem.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in balancer.place.iterdir()] == ["site.pem"]


@pytest.mark.parametrize("secret", ["", "{}", '{"schema": 2}', '{"schema": 1, "chain": 7, "key": "", "issuer": ""}'])
def test_a_secret_that_cannot_be_read_leaves_the_file_alone(balancer: Balancer, secret: str) -> None:
    balancer.agent().converge()
    before = balancer.pem.read_bytes()
    balancer.secret = secret
    with pytest.raises(UnreadableValue):
        balancer.agent().converge()
    assert balancer.pem.read_bytes() == before
