"""The ground of each case, and a real ACME server with a DNS server that tells the zone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from tests.failover.certificates import pebble
from tests.failover.certificates.ground import Ground


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Ground.made()


@pytest.fixture
def dns(ground: Ground) -> Iterator[str]:
    with pebble.dns(ground.proofs_in_dns) as address:
        yield address


@pytest.fixture
def server(dns: str, tmp_path: Path) -> Iterator[pebble.Pebble]:
    with pebble.running(tmp_path, dns) as running:
        yield running
