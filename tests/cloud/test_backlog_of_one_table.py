"""A planned move of a `streams` stack is refused while one table's changes do not arrive, whatever the canary says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation import ROOT
from failover.tier import Phase
from localcloud.cloud import EmbeddedCloud
from localcloud.faults import Fault
from tests.cloud.person import Person, Said
from tests.cloud.stage import Stage
from tests.waiting import eventually

TABLE = "lifeboat-local-sessions"
MOVED_SECONDS = 90.0
SWITCHOVER = "lifeboat switchover -s local --yes --reason INC-42"
TOO_BUSY = ("let it catch up", "no quorum sees", "lost: ", "NoAnswerInTime", "ReadTimeout")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The stack with tables that replicators of ours keep alike, observed by all."""
    config = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text(encoding="utf-8"))["config"]
    with EmbeddedCloud.start(profile="cloud", seed=3) as cloud:
        deployment = cloud.deploy("local", {"lifeboat:data": {**config["lifeboat:data"], "mode": "streams"}})
        stage = Stage.of(cloud, deployment.outputs)
        stage.await_votes(stage.row())
        yield stage


@pytest.fixture
def person(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    yield Person.near(stage, tmp_path, monkeypatch)
    stage.cloud.faults.clear()


def item(stage: Stage, region: str) -> dict[str, Any]:
    client = stage.client("dynamodb", region)
    return dict(client.get_item(TableName=TABLE, Key={"session_id": {"S": "a"}}, ConsistentRead=True).get("Item", {}))


@pytest.mark.minutes
def test_one_tables_backlog_refuses_a_switchover_that_goes_once_it_has_arrived(stage: Stage, person: Person) -> None:
    blocked = Fault(effect="throttle", operation="PutItem", table=TABLE, region=stage.secondary, caller_kind="lambda")
    cause = stage.cloud.faults.add(blocked)
    stage.client("dynamodb", stage.primary).put_item(TableName=TABLE, Item={"session_id": {"S": "a"}})

    refused = ends_with(person, "have not all arrived")
    assert "sessions (" in refused.output
    assert "orders (" not in refused.output
    assert (stage.row().epoch, stage.row().active, stage.row().phase) == (1, "primary", Phase.STEADY)
    assert item(stage, stage.secondary) == {}

    stage.cloud.faults.clear(cause)
    ends_with(person, "secondary is active")
    assert item(stage, stage.secondary) == item(stage, stage.primary) != {}


def ends_with(person: Person, words: str) -> Said:
    """Order the switchover until it ends so; a machine that was too busy for another reason is asked again."""

    def order() -> list[Said]:
        said = person.does(SWITCHOVER)
        assert words in said.output or any(why in said.output for why in TOO_BUSY), said.output
        return [said] if words in said.output else []

    (said,) = eventually(order, MOVED_SECONDS, f"a switchover ends with {words!r}")
    return said
