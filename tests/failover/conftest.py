"""Worlds for the tests of the domain, over moto or over a model of a conditional store."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.failover.world import World


@pytest.fixture
def model() -> World:
    return World()


@pytest.fixture(params=["model", "moto"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    if request.param == "model":
        yield World()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield World(moto=True)
