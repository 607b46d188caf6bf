"""An account for each test, and the small program's workplace."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from localcloud.gateway import Gateway
from localcloud.latency import Latency, Profile
from localcloud.linode.delays import LinodeDelays
from localcloud.moto_cloud import MotoCloud, moto_app
from localcloud.regions import World
from localcloud.server import Server
from localcloud.timers import Timers
from tests.engine.linode.place import MISSING as NO_PLUGIN
from tests.engine.linode.place import PLUGIN, Place
from tests.engine.workplace import MISSING, engine
from tests.localcloud.linode.bench import Bench

DELAYS = LinodeDelays(provision_seconds=0.2, boot_seconds=0.2, shutdown_seconds=0.1, job_seconds=0.1)


@pytest.fixture(scope="session")
def listening() -> Iterator[tuple[Gateway, str]]:
    """A cloud of which only Linode is used, and where it listens."""
    gateway = Gateway(MotoCloud(moto_app()), World(), latency=Latency(Profile(linode=DELAYS)))
    server = Server(gateway)
    server.start()
    yield gateway, server.endpoint
    server.stop()


@pytest.fixture
def account(listening: tuple[Gateway, str]) -> Iterator[Bench]:
    """An account with nothing in it, whose time passes by itself."""
    gateway, endpoint = listening
    timers = Timers()
    timers.start()
    yield Bench(gateway, endpoint, timers)
    timers.stop()
    gateway.faults.clear()
    gateway.world.restore()


@pytest.fixture(scope="session")
def empty_place(listening: tuple[Gateway, str], tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The program's workplace with nothing deployed. Not to be changed."""
    found = engine()
    if found is None:
        pytest.skip(MISSING)
    if not PLUGIN.exists():
        pytest.skip(NO_PLUGIN)
    return Place.laid_out(tmp_path_factory.mktemp("small"), found, listening[1])


@pytest.fixture
def place(empty_place: Place, account: Bench, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The program's workplace with nothing deployed, and the account to deploy into."""
    return replace(empty_place, root=empty_place.copied(tmp_path_factory.mktemp("place")).root, endpoint=account.endpoint)
