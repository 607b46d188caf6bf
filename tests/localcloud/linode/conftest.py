"""An account for each test, all behind one gateway."""

from collections.abc import Iterator

import pytest

from localcloud.gateway import Gateway
from localcloud.latency import Latency, Profile
from localcloud.moto_cloud import MotoCloud, moto_app
from localcloud.regions import World
from localcloud.server import Server
from tests.localcloud.linode.bench import DELAYS, Bench


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Gateway, Server]]:
    gateway = Gateway(MotoCloud(moto_app()), World(), latency=Latency(Profile(linode=DELAYS)))
    made = Server(gateway)
    made.start()
    yield gateway, made
    made.stop()


@pytest.fixture
def bench(server: tuple[Gateway, Server]) -> Iterator[Bench]:
    gateway, listening = server
    yield Bench(gateway, listening.endpoint)
    gateway.faults.clear()
    gateway.world.restore()
