"""Production deployed once by the real engine; each test has a copy of what that left."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from localcloud.gateway import Gateway
from tests.engine.workplace import MISSING, Workplace, engine
from tests.localcloud.linode.bench import Bench
from tests.localcloud.linode.live import listening_cloud, live_account


@pytest.fixture(scope="session")
def linode() -> Iterator[Bench]:
    """The Linode account of production and of every copy of it. Only what is run time's may be changed in it."""
    with listening_cloud() as (gateway, endpoint), live_account(gateway, endpoint) as account:
        yield account


@pytest.fixture(scope="session")
def listening() -> Iterator[tuple[Gateway, str]]:
    """A cloud for accounts of tests' own, and where it listens."""
    with listening_cloud() as found:
        yield found


@pytest.fixture
def account(listening: tuple[Gateway, str]) -> Iterator[Bench]:
    """A Linode account with nothing in it."""
    with live_account(*listening) as found:
        yield found


@pytest.fixture(scope="session")
def empty(linode: Bench, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace in which nothing is deployed. Not to be changed."""
    found = engine()
    if found is None:
        pytest.skip(MISSING)
    return Workplace.made(tmp_path_factory.mktemp("empty"), found, linode.endpoint)


@pytest.fixture
def fresh(empty: Workplace, account: Bench, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace in which nothing is deployed, with an account of its own."""
    return replace(empty.copied(tmp_path_factory.mktemp("fresh")), linode=account.endpoint)


@pytest.fixture(scope="session")
def deployed(empty: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Production, deployed. Not to be changed."""
    place = empty.copied(tmp_path_factory.mktemp("deployed"))
    place.up()
    return place


@pytest.fixture
def workplace(deployed: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Production, deployed, to be changed."""
    return deployed.copied(tmp_path_factory.mktemp("workplace"))
