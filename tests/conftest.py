"""Evaluations are shared by the whole session: each takes about a second."""

import functools
import gc
import threading
from collections.abc import Callable, Mapping

import hypothesis
import pytest
import typer.main
import typer.testing
from moto.core.model import OperationModel, ServiceModel

from evaluation import Evaluation, committed, evaluate
from localcloud.moto_speed import hurry
from tests.quick_sessions import hurry_sessions

EU_DATA: Mapping[str, object] = {
    "primaryRegion": "eu-west-1",
    "secondaryRegion": "eu-central-1",
    "mode": "mrsc",
    "tables": {"orders": {"partitionKey": {"name": "id"}, "sortKey": {"name": "at", "type": "N"}}},
}
STREAMS_DATA: Mapping[str, object] = {
    "primaryRegion": "ap-northeast-1",
    "secondaryRegion": "us-west-2",
    "mode": "streams",
    "tables": {"orders": {"partitionKey": {"name": "id"}, "ttlAttribute": "expires"}},
}
RELEASES = {
    "channel": "https://releases.example.com/lifeboat",
    "publicKey": "MCowBQYDK2VwAyEAYvRro59UNxctZbpGKUxOzI7VQM4IgixbohvPqybeiRI=",
}
USERS = {"prefix": "shop", "enrolmentEmail": "a@example.com", "failoverEmail": "b@example.com"}
MANAGED_APP: Mapping[str, object] = {
    "primaryRegion": "fr-par",
    "secondaryRegion": "nl-ams",
    "observerRegion": "se-sto",
    "releases": RELEASES,
    "database": {"operator": "managed", "engine": "mysql", "type": "g6-standard-4"},
    "files": "rsync",
    "linodeUsers": USERS,
}
MARIADB_APP: Mapping[str, object] = {
    "primaryRegion": "jp-osa",
    "secondaryRegion": "us-lax",
    "observerRegion": "us-iad",
    "releases": RELEASES,
    "database": {"engine": "mariadb", "replication": "semi-sync", "members": 3},
    "linodeUsers": USERS,
}
LINODE_TRAFFIC: Mapping[str, object] = {
    "provider": "linode",
    "name": "shop.example.com",
    "zone": "example.com",
    "certificates": {"contact": "ops@example.com", "termsAgreed": True},
}
VARIANTS: Mapping[str, Mapping[str, object]] = {
    "prod": {},
    "mrsc": {"control": {"regions": ["eu-west-1", "eu-west-2", "eu-central-1"]}, "data": EU_DATA, "app": MANAGED_APP},
    "streams": {"data": STREAMS_DATA, "app": MARIADB_APP, "traffic": LINODE_TRAFFIC},
}
Evaluate = Callable[[str], Evaluation]
# Tests that have moto in their own process wait for it as others wait for the embedded cloud.
hurry()
# Tests begin with fresh sessions, each of which would read the services' models from disk: 80 ms a client.
hurry_sessions()
# Each verb that a test runs would build the whole command line first: 20 ms, more than most verbs take.
typer.testing._get_command = functools.cache(typer.main.get_command)  # type: ignore[attr-defined]  # noqa: SLF001
# For a moment another thread finds botocore's operation where moto keeps its own: both cache it under the same key.
_finding_an_operation = threading.RLock()
_operation_model: Callable[[ServiceModel, str], OperationModel] = ServiceModel.operation_model


def _operation_alone(model: ServiceModel, name: str) -> OperationModel:
    with _finding_an_operation:
        return _operation_model(model, name)


setattr(ServiceModel, "operation_model", _operation_alone)  # noqa: B010 moto's is not meant to be replaced
# A busy machine is slow, which is no fault of the code.
hypothesis.settings.register_profile("lifeboat", deadline=None)
hypothesis.settings.load_profile("lifeboat")

# The heap is large from the start: collecting it as often as by default is a seventh of all the time.
gc.set_threshold(100_000, 20, 100)


def pytest_collection_finish() -> None:
    """Leave out of every collection what stays to the end: the tests and what they import."""
    gc.collect()
    gc.freeze()


@functools.cache
def _evaluated(variant: str) -> Evaluation:
    return evaluate("prod", config=VARIANTS[variant]) if VARIANTS[variant] else committed("prod")


@pytest.fixture(params=sorted(VARIANTS), scope="session")
def stack(request: pytest.FixtureRequest) -> Evaluation:
    """Production, and production with its data in each of the other modes, other regions and databases too."""
    return _evaluated(str(request.param))


@pytest.fixture(scope="session")
def prod() -> Evaluation:
    """Production."""
    return _evaluated("prod")


@pytest.fixture(scope="session")
def variant() -> Evaluate:
    """Return production in a mode by its name."""
    return _evaluated
