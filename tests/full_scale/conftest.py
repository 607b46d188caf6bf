"""One embedded cloud with the `local` stack at production's timings, for all tests of this folder; they mostly wait."""

from collections.abc import Iterator

import pytest

from localcloud.cloud import EmbeddedCloud
from tests.cloud.stage import Stage


@pytest.fixture(scope="session")
def whole_stage() -> Iterator[Stage]:
    """The stage as it was deployed; its observers are set off at once, which their schedules do within a minute."""
    with EmbeddedCloud.start(profile="cloud", seed=7) as cloud:
        stage = Stage.of(cloud, cloud.deploy("local").outputs)
        for region in stage.control_regions:
            stage.client("lambda", region).invoke(FunctionName=stage.observer, InvocationType="Event", Payload=b"{}")
        yield stage


@pytest.fixture
def stage(whole_stage: Stage) -> Iterator[Stage]:
    """Whatever a case broke is whole again afterwards."""
    yield whole_stage
    whole_stage.cloud.faults.clear()
    whole_stage.cloud.regions.restore()
