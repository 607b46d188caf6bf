"""Sites for tests: each has a database and an inbox of its own; the servers are shared by the session."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.app.settings import ENGINE_NAMES, EngineName
from tests.nodes.app.servers import SqlServer, sql_server
from tests.nodes.app.surroundings import KEYS, Place, model_server, moto_server, place


class Servers:
    """Started when first asked for."""

    def __init__(self, held: contextlib.ExitStack) -> None:
        self._held = held
        self._running = dict[EngineName, SqlServer]()

    def of(self, engine: EngineName) -> SqlServer:
        if engine not in self._running:
            self._running[engine] = self._held.enter_context(sql_server(engine))
        return self._running[engine]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with contextlib.ExitStack() as held:
        yield Servers(held)


@pytest.fixture(scope="session")
def model() -> Iterator[str]:
    with model_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def aws(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": model}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=ENGINE_NAMES)
def site(request: pytest.FixtureRequest, servers: Servers, aws: None, tmp_path: Path) -> Iterator[Place]:
    """A site on each kind of database."""
    with place(servers.of(request.param), tmp_path) as made:
        yield made


@pytest.fixture
def one_site(servers: Servers, aws: None, tmp_path: Path) -> Iterator[Place]:
    """A site on PostgreSQL, for what does not ask the database anything new."""
    with place(servers.of("postgresql"), tmp_path) as made:
        yield made
