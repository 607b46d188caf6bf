"""One embedded cloud front for all tests of this folder; each test leaves it whole."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localcloud.front import Front
from localcloud.functions import Surroundings
from localcloud.latency import Profile
from localcloud.leftovers import own_directory
from localcloud.machinery import Machinery, assemble
from localcloud.machinery_admin import set_admin_routes
from localcloud.streams import RETENTION_SECONDS
from tests.localcloud.gate import Gate
from tests.localcloud.stream_bench import StreamBench

PATIENT = Config(connect_timeout=10, read_timeout=30, retries={"total_max_attempts": 1})
HURRIED = PATIENT.merge(Config(read_timeout=2))
"""For calls that are not answered: gives up after 2 s."""

SESSION = boto3.Session()
ClientOf = Callable[..., Any]
"""Gives a boto3 client: ``(service, region="us-east-1", *, caller=..., config=...)``."""


@pytest.fixture(scope="session")
def whole_front() -> Iterator[Front]:
    front = Front.open(Profile(), seed=7)
    front.warming.join()
    yield front
    front.close()


@pytest.fixture
def front(whole_front: Front) -> Iterator[Front]:
    yield whole_front
    whole_front.gateway.faults.clear()
    whole_front.gateway.world.restore()


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Let threads interleave as often as the interpreter can, so that a missing lock shows."""
    former = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(former)


@cache
def connect(front: Front, service: str, region: str, caller: str, config: Config = PATIENT) -> Any:
    return SESSION.client(
        service,  # type: ignore[call-overload]
        region_name=region,
        endpoint_url=front.endpoint,
        aws_access_key_id=caller,
        aws_secret_access_key="embedded",
        config=config,
    )


@pytest.fixture
def client(front: Front) -> ClientOf:
    def give(service: str, region: str = "us-east-1", *, caller: str = "", config: Config = PATIENT) -> Any:
        return connect(front, service, region, caller or f"client.{region}.test.0", config)

    return give


@pytest.fixture(scope="module")  # its clockwork would judge the alarms of tests that bring their own
def whole_machinery(whole_front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machinery]:
    directory = own_directory(tmp_path_factory.mktemp("clouds"))
    surroundings = Surroundings(endpoint=whole_front.endpoint, directory=directory)
    gateway, dynamodb = whole_front.gateway, whole_front.dynamodb
    machinery = assemble(gateway, dynamodb, gateway.roles, surroundings, time_scale=1.0)
    set_admin_routes(whole_front.gateway, machinery)
    yield machinery
    machinery.stop()


@pytest.fixture
def machinery(front: Front, whole_machinery: Machinery) -> Machinery:
    return whole_machinery


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    closed = Gate(tmp_path)
    yield closed
    closed.open()


@pytest.fixture
def mapped(front: Front, client: ClientOf, request: pytest.FixtureRequest) -> Iterator[StreamBench]:
    """Give a table whose stream the test may map."""
    name = f"read-{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"
    yield StreamBench(front, client, name)
    front.dynamodb.streams.retention_seconds = RETENTION_SECONDS
