"""Evaluations are shared by the whole session: each takes about a second."""

import functools
import os
from collections.abc import Callable, Mapping

import hypothesis
import pytest

from evaluation import Evaluation, evaluate
from tests.scheduling import Scheduling

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
VARIANTS: Mapping[str, Mapping[str, object]] = {
    "prod": {},
    "mrsc": {"control": {"regions": ["eu-west-1", "eu-west-2", "eu-central-1"]}, "data": EU_DATA},
    "streams": {"data": STREAMS_DATA},
}
GIVING_WAY = 10
Evaluate = Callable[[str], Evaluation]
# A busy machine is slow, which is no fault of the code.
hypothesis.settings.register_profile("lifeboat", deadline=None)
hypothesis.settings.load_profile("lifeboat")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the tests of the whole cloud go first: their timings are real, and a tenth of what is deployed."""
    if "tests/cloud" not in item.nodeid and os.getpriority(os.PRIO_PROCESS, 0) < GIVING_WAY:
        os.setpriority(os.PRIO_PROCESS, 0, GIVING_WAY)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Keep the tests of the whole cloud on one worker."""
    return Scheduling(config, log)


@functools.cache
def _evaluated(variant: str) -> Evaluation:
    return evaluate("prod", config=VARIANTS[variant])


@pytest.fixture(params=sorted(VARIANTS), scope="session")
def stack(request: pytest.FixtureRequest) -> Evaluation:
    """Production, and production with its data in each of the other modes, other regions too."""
    return _evaluated(str(request.param))


@pytest.fixture(scope="session")
def prod() -> Evaluation:
    """Production."""
    return _evaluated("prod")


@pytest.fixture(scope="session")
def variant() -> Evaluate:
    """Return production in a mode by its name."""
    return _evaluated
