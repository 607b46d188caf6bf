"""A whole `streams` stack: what its replicators cannot carry over, and what loses, is put right from a terminal."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation import ROOT
from failover.replication.stamps import Stamp
from failover.replication.versioned_writes import VersionedWrites, Write
from failover.sites import Site
from failover.tier import Change, Value
from localcloud.cloud import EmbeddedCloud
from localcloud.faults import Fault
from tests.cloud.person import Person, Said
from tests.cloud.stage import Stage
from tests.cloud.told import told_of
from tests.waiting import eventually

TABLE = "lifeboat-local-sessions"
SECONDS = 40.0
ALARM_SECONDS = 200.0  # a queue is counted each minute, and an alarm judges whole minutes


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The stack, disarmed: nothing moves but by hand."""
    config = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text(encoding="utf-8"))["config"]
    with EmbeddedCloud.start(profile="cloud", seed=3) as cloud:
        deployment = cloud.deploy("local", {"lifeboat:data": {**config["lifeboat:data"], "mode": "streams"}})
        stage = Stage.of(cloud, deployment.outputs)
        stage.control.apply("data", Change(expects={}, sets={"armed": False}))
        yield stage


@pytest.fixture
def person(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    yield Person.near(stage, tmp_path, monkeypatch)
    stage.cloud.faults.clear()


def region_of(stage: Stage, site: Site) -> str:
    return stage.primary if site == "primary" else stage.secondary


def put(stage: Stage, site: Site, name: str, epoch: int, value: str) -> None:
    key = {"session_id": {"S": name}}
    request = {"Item": {**key, "value": {"S": value}}}
    write = Write(verb="put", table=TABLE, request=request, key=key, epoch=epoch, here=site)
    writes = VersionedWrites(now=lambda: time.time_ns() // 1000, ttl_attribute="expires_at", tombstone_seconds=86_400)
    writes.carry_out(stage.client("dynamodb", region_of(stage, site)), write)


def item(stage: Stage, site: Site, name: str) -> dict[str, Any]:
    client = stage.client("dynamodb", region_of(stage, site))
    return dict(client.get_item(TableName=TABLE, Key={"session_id": {"S": name}}).get("Item", {}))


def dead_records(stage: Stage, region: str) -> tuple[int, str]:
    """Return how many messages wait in a region's queue, and the state of its alarm."""
    queues, alarms, name = (
        stage.client("sqs", region),
        stage.client("cloudwatch", region),
        "lifeboat-local-dead-records",
    )
    url = queues.get_queue_url(QueueName=name)["QueueUrl"]
    told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    (alarm,) = alarms.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return int(told["Attributes"]["ApproximateNumberOfMessages"]), str(alarm["StateValue"])


def says(person: Person, command: str, words: str) -> Said:
    """Give a command until its output has these words."""

    def look() -> list[Said]:
        said = person.does(command)
        return [said] if words in said.output else []

    (said,) = eventually(look, SECONDS, f"{command} says {words}")
    return said


@pytest.mark.minutes
def test_a_new_stack_has_no_dead_records_and_pages_nobody(stage: Stage) -> None:
    for region in (stage.primary, stage.secondary):
        eventually(lambda at=region: dead_records(stage, at)[1] == "OK", ALARM_SECONDS, f"{region} judged its queue")  # type: ignore[misc]
        assert dead_records(stage, region) == (0, "OK")
    assert not told_of(stage, 0, "dead-records")


@pytest.mark.minutes
def test_a_record_that_the_other_site_refused_is_redriven_once_the_cause_is_gone(stage: Stage, person: Person) -> None:
    refused = Fault(effect="error", status=400, code="ValidationException", operation="PutItem", table=TABLE)
    cause = stage.cloud.faults.add(Fault(**{**vars(refused), "region": stage.secondary, "caller_kind": "lambda"}))
    put(stage, "primary", "poison", 1, "x")
    listed = says(person, "lifeboat redrive -s local --dry-run", "1 waiting")
    assert "sessions" in listed.output
    assert "ValidationException" in listed.output
    eventually(lambda: told_of(stage, 0, "dead-records", stage.primary), ALARM_SECONDS, "people are paged")
    assert dead_records(stage, stage.primary) == (1, "ALARM")
    again = person.does("lifeboat redrive -s local --yes --reason INC-42")
    assert (again.code, "1 of 1 records failed again" in again.output) == (3, True)
    stage.cloud.faults.clear(cause)
    done = person.does("lifeboat redrive -s local --yes --reason INC-42")
    assert (done.code, "1 redriven" in done.output) == (0, True)
    assert item(stage, "secondary", "poison") == item(stage, "primary", "poison") != {}
    assert "no dead records" in person.does("lifeboat redrive -s local --dry-run").output


@pytest.mark.minutes
def test_a_write_that_lost_is_listed_and_written_again_and_both_sites_are_alike(stage: Stage, person: Person) -> None:
    cut = Fault(effect="throttle", operation="PutItem", table=TABLE, caller_kind="lambda")
    cause = stage.cloud.faults.add(cut)
    put(stage, "primary", "split", 1, "acknowledged, and lost")
    at = stage.now().isoformat()
    moved: dict[str, Value] = {"epoch": 2, "active": "secondary", "kind": "failover", "moved_at": {"secondary": at}}
    stage.control.apply("data", Change(expects={}, sets={**moved, "changed_at": at}))
    put(stage, "secondary", "split", 2, "newer")
    stage.cloud.faults.clear(cause)
    says(person, "lifeboat divergence -s local sessions", "value: acknowledged, and lost -> newer; open")
    eventually(lambda: item(stage, "primary", "split")["value"] == {"S": "newer"}, SECONDS, "the newer one wins")
    kept = person.does("lifeboat divergence -s local --keep theirs --yes --reason INC-42")
    assert (kept.code, "kept theirs: 1" in kept.output) == (0, True), kept.output
    assert item(stage, "secondary", "split")["value"] == {"S": "acknowledged, and lost"}
    eventually(lambda: item(stage, "primary", "split") == item(stage, "secondary", "split"), SECONDS, "both alike")
    stamp = Stamp.of(item(stage, "primary", "split"))
    assert stamp is not None
    assert (stamp.version.epoch, stamp.version.origin) == (2, "secondary")
    says(person, "lifeboat divergence -s local --state theirs", "kept-theirs by ")
