"""The small program's workplace."""

import pytest

from localcloud.gateway import Gateway
from tests.engine.linode.place import Place
from tests.engine.workplace import MISSING, engine
from tests.localcloud.linode.bench import Bench


@pytest.fixture(scope="session")
def empty_place(listening: tuple[Gateway, str], tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The program's workplace with nothing deployed. Not to be changed."""
    found = engine()
    if found is None:
        pytest.skip(MISSING)
    return Place.laid_out(tmp_path_factory.mktemp("small"), found, listening[1])


@pytest.fixture
def place(empty_place: Place, account: Bench, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The program's workplace with nothing deployed, and an account to deploy into."""
    assert empty_place.linode == account.endpoint
    return empty_place.copied(tmp_path_factory.mktemp("place"))
