"""One embedded cloud with the `local` stack at a tenth of its timings, for all tests of this folder."""

from collections.abc import Iterator

import pytest

from localcloud.cloud import EmbeddedCloud
from tests.cloud.stage import Stage

TIME_SCALE = 0.1
# A machine's own delays do not shrink along, so what would mistake them for a fault gets more room.
PROTOCOL = {"timeScale": TIME_SCALE, "probeDeadline": 2.9, "maxLag": 15}


@pytest.fixture(scope="session")
def whole_stage() -> Iterator[Stage]:
    """The stage as it was deployed; ``stage`` gives it to each case."""
    with EmbeddedCloud.start(profile="cloud", seed=3, time_scale=TIME_SCALE) as cloud:
        deployment = cloud.deploy("local", {"lifeboat:protocol": PROTOCOL})
        yield Stage.of(cloud, deployment.outputs)


@pytest.fixture
def stage(whole_stage: Stage) -> Iterator[Stage]:
    """Everything whole, the primary active in an epoch of its own, armed, observed from three regions."""
    whole_stage.set()
    yield whole_stage
    whole_stage.cloud.faults.clear()
    whole_stage.cloud.regions.restore()
