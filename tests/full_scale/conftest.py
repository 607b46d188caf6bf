"""One embedded cloud with the `local` stack at production's timings, for all tests of this folder; they mostly wait."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.cloud import OPERATOR, EmbeddedCloud
from tests.cloud.stage import Stage
from tests.full_scale.looker import Looker

FIRST, LAST = "test_ready", "test_unready"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See the stack as deployed before anything happens to it, and break it for good in the end."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    here.sort(key=lambda item: (item.path.stem != FIRST, item.path.stem == LAST))
    items[:] = [item for item in items if item not in here] + here


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


@pytest.fixture(scope="module")
def looker(whole_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looker]:
    """Everything whole and armed; outputs are read from a file, as in an outage."""
    whole_stage.set()
    file = tmp_path_factory.mktemp("outputs") / "outputs.json"
    file.write_text(json.dumps(whole_stage.outputs, default=dict))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", whole_stage.cloud.endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", OPERATOR.format(region="us-east-2"))
        patch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
        yield Looker(stage=whole_stage, outputs=file)
