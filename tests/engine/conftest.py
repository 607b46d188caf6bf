"""Production deployed once by the real engine; each test has a copy of what that left."""

import pytest

from tests.engine.workplace import MISSING, Workplace, engine


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace in which nothing is deployed. Not to be changed."""
    found = engine()
    if found is None:
        pytest.skip(MISSING)
    return Workplace.made(tmp_path_factory.mktemp("empty"), found)


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
