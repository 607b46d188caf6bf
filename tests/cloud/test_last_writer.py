"""A whole `mrec` stack: what DynamoDB's last writer overruled is listed, and written again, from a terminal."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from failover.replication.stamps import Stamp
from failover.replication.versioned_writes import Verb, VersionedWrites, Write
from failover.sites import Site
from failover.tier import Change, Value
from localcloud.cloud import EmbeddedCloud
from tests.cloud.person import Person
from tests.cloud.stage import Stage
from tests.waiting import eventually

TABLE = "lifeboat-local-sessions"
SECONDS = 60.0
SITES: tuple[Site, Site] = ("primary", "secondary")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The stack, disarmed: nothing moves but by hand."""
    with EmbeddedCloud.start(profile="cloud", seed=3) as cloud:
        stage = Stage.of(cloud, cloud.deploy("local").outputs)
        stage.control.apply("data", Change(expects={}, sets={"armed": False}))
        yield stage


@pytest.fixture
def person(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    yield Person.near(stage, tmp_path, monkeypatch)
    stage.cloud.regions.restore()


def write(stage: Stage, site: Site, name: str, epoch: int, value: str) -> None:
    """Write as a client that believes in an epoch; no value is a deletion."""
    verb: Verb = "put" if value else "delete"
    key = {"session_id": {"S": name}}
    request: dict[str, Any] = {"Item": {**key, "value": {"S": value}}} if value else {"Key": key}
    asked = Write(verb=verb, table=TABLE, request=request, key=key, epoch=epoch, here=site)
    writes = VersionedWrites(now=lambda: time.time_ns() // 1000, ttl_attribute="expires_at", tombstone_seconds=86_400)
    writes.carry_out(stage.client("dynamodb", region_of(stage, site)), asked)


def region_of(stage: Stage, site: Site) -> str:
    return stage.primary if site == "primary" else stage.secondary


def item(stage: Stage, site: Site, name: str) -> dict[str, Any]:
    client = stage.client("dynamodb", region_of(stage, site))
    return dict(client.get_item(TableName=TABLE, Key={"session_id": {"S": name}}).get("Item", {}))


def alike(stage: Stage, name: str) -> bool:
    return item(stage, "primary", name) == item(stage, "secondary", name)


def has_canary(stage: Stage) -> bool:
    """Say whether an observer has written its canary at the primary."""
    client = stage.client("dynamodb", stage.primary)
    return any(Stamp.of(one) for one in client.scan(TableName=stage.outputs["canaryTable"])["Items"])


def listed(person: Person) -> list[str]:
    """Return the lines of the list, the last one being what it is worth."""
    return person.does("lifeboat divergence -s local sessions").output.splitlines()


def whole(person: Person) -> list[str]:
    """Return the lines once nothing is missing, and none before."""
    lines = listed(person)
    return lines if "listed; complete: " in lines[-1] else []


@pytest.mark.minutes
def test_what_the_last_writer_overruled_is_listed_and_written_again(stage: Stage, person: Person) -> None:
    write(stage, "primary", "deleted", 1, "before")
    eventually(lambda: alike(stage, "deleted") and has_canary(stage), 2 * SECONDS, "all is as on any day")
    stage.cloud.regions.isolate(stage.primary)
    for name in ("split", "deleted"):
        write(stage, "primary", name, 1, "acknowledged, and lost")
    at = stage.now().isoformat()
    moved: dict[str, Value] = {"epoch": 2, "active": "secondary", "kind": "failover", "moved_at": {"secondary": at}}
    stage.control.apply("data", Change(expects={}, sets={**moved, "changed_at": at}))
    write(stage, "secondary", "split", 2, "newer")
    write(stage, "secondary", "deleted", 2, "")
    assert listed(person)[-1].startswith("0 listed; waiting: ")
    stage.cloud.regions.restore()
    told = " ".join(eventually(lambda: whole(person), 2 * SECONDS, "all is listed"))
    assert "value: acknowledged, and lost -> newer; open" in told
    assert "value: acknowledged, and lost} -> deleted; open" in told
    kept = person.does("lifeboat divergence -s local --keep theirs --yes --reason INC-42")
    assert (kept.code, "kept theirs: 2" in kept.output) == (0, True), kept.output
    for name in ("split", "deleted"):
        eventually(lambda name=name: alike(stage, name), SECONDS, "both sites are alike")  # type: ignore[misc]
        assert item(stage, "primary", name)["value"] == {"S": "acknowledged, and lost"}
        stamp = Stamp.of(item(stage, "primary", name))
        assert stamp is not None
        assert (stamp.version.epoch, stamp.version.origin) == (2, "secondary")
    assert listed(person)[-1].startswith("0 listed; complete: ")


@pytest.mark.minutes
def test_the_list_is_the_one_that_the_writers_own_logs_make(stage: Stage, person: Person) -> None:
    dice = random.Random(5)  # noqa: S311 - repeatable on purpose
    before = len(open_ones(person))
    stage.cloud.regions.isolate(stage.primary)
    last: dict[str, dict[Site, str]] = {}
    newest: dict[str, str] = {}
    for number in range(40):
        key, site = f"key-{dice.randrange(8)}", dice.choice(SITES)
        write(stage, site, key, 1 if site == "primary" else 2, str(number))
        last.setdefault(key, {})[site] = newest[key] = str(number)
    stage.cloud.regions.restore()
    lost = {value for key, written in last.items() for value in written.values() if value != newest[key]}
    assert len(lost) > 3
    eventually(lambda: len(open_ones(person)) >= before + len(lost), 2 * SECONDS, "all is listed")
    eventually(lambda: all(alike(stage, key) for key in last), SECONDS, "both sites are alike")
    assert {one["lost"]["value"]["S"] for one in open_ones(person)} == lost
    assert {key: item(stage, "primary", key)["value"]["S"] for key in last} == newest


def open_ones(person: Person) -> list[dict[str, Any]]:
    """Return the open entries as facts."""
    writes: list[dict[str, Any]] = json.loads(person.does("lifeboat divergence -s local sessions --json").output)[
        "writes"
    ]
    return writes
