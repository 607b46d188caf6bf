import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from drills.events import EventLog, read_events
from drills.watcher import ControlTableLook, Seen, Watcher
from failover import rows
from failover.tier import Value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "control"
OBSERVERS = ("us-east-1", "us-east-2", "us-west-2")
VOTE: Mapping[str, Value] = {
    "site": "primary",
    "epoch": 1,
    "verdict": "healthy",
    "misses": 0,
    "reason": "answered",
    "standby": "healthy",
}


@dataclass
class Watched:
    """A real table behind the watcher, and its time."""

    client: "DynamoDBClient"
    log: Path
    now: float = 0.0
    watcher: Watcher = field(init=False)

    def __post_init__(self) -> None:
        events = EventLog(self.log, lambda: self.now)
        look = ControlTableLook(
            self.client, TABLE, tier="data", observers=OBSERVERS, vote_fresh=9, monotonic=lambda: self.now
        )
        self.watcher = Watcher([look], events)

    def put(self, key: Mapping[str, Any], **values: Value) -> None:
        self.client.put_item(TableName=TABLE, Item={**key, **rows.to_item(values)})

    def vote(self, counter: int, **values: Value) -> None:
        self.put(rows.vote_key("data", "us-east-2"), counter=counter, **{**VOTE, **values})

    def look_at(self, now: float) -> None:
        self.now = now
        self.watcher.look()

    def seen(self, source: str) -> list[Mapping[str, object]]:
        return [event.facts for event in read_events(self.log) if event.source == source]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-2", aws_access_key_id="x", aws_secret_access_key="embedded"
        )
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        yield Watched(client, tmp_path / "events.jsonl")


def test_a_row_is_recorded_once_and_again_when_it_changes(watched: Watched) -> None:
    for counter, phase in enumerate(("steady", "steady", "moving")):
        watched.put(rows.tier_key("data"), epoch=1, active="primary", phase=phase, owner_counter=counter)
        watched.look_at(counter)
    assert [facts["phase"] for facts in watched.seen("row")] == ["steady", "moving"]


def test_a_vote_is_recorded_when_the_opinion_changes_not_when_it_is_repeated(watched: Watched) -> None:
    for counter, misses in enumerate((0, 0, 1, 1)):
        watched.vote(counter, misses=misses)
        watched.look_at(counter)
    assert [facts["misses"] for facts in watched.seen("vote")] == [0, 1]


def test_a_still_counter_makes_a_vote_silent_and_a_moving_one_gives_it_its_voice_back(watched: Watched) -> None:
    for at, counter in ((0, 1), (3, 2), (11, 2), (12.5, 2), (13, 3)):
        watched.vote(counter)
        watched.look_at(at)
    assert [facts.get("silent", False) for facts in watched.seen("vote")] == [False, True, False]


def test_an_old_vote_found_at_the_first_look_gets_its_time_to_move(watched: Watched) -> None:
    watched.look_at(0)
    watched.vote(7)
    watched.look_at(20)
    watched.look_at(28)
    assert [facts.get("silent", False) for facts in watched.seen("vote")] == [False]


def test_the_steps_of_the_plan_that_the_row_names_are_recorded_at_their_begin_and_end(watched: Watched) -> None:
    watched.put(rows.tier_key("data"), epoch=2, active="secondary", phase="moving", plan_id="p1")
    watched.put(rows.journal_key("p1", 10, "us-west-2"), step="wait", owner="us-west-2", started_at="now")
    watched.look_at(0)
    watched.put(
        rows.journal_key("p1", 10, "us-west-2"), step="wait", owner="us-west-2", started_at="now", outcome="done"
    )
    watched.put(rows.journal_key("p2", 10, "us-west-2"), step="other plan", owner="us-west-2", started_at="now")
    watched.look_at(1)
    assert [(facts["step"], facts.get("outcome")) for facts in watched.seen("step")] == [
        ("wait", None),
        ("wait", "done"),
    ]


def test_a_look_that_fails_spoils_no_other_and_the_next_sees_what_was_missed(tmp_path: Path) -> None:
    answers: list[Exception | Seen] = [
        EndpointConnectionError(endpoint_url="http://gone"),
        Seen(source="row", key="row", facts={"epoch": 1}),
    ]

    def failing() -> Iterable[Seen]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield answer

    log = tmp_path / "events.jsonl"
    watcher = Watcher([failing, lambda: [Seen(source="lag", key="x", facts={"waiting": 1})]], EventLog(log, lambda: 0))
    watcher.look()
    watcher.look()
    assert [event.source for event in read_events(log)] == ["lag", "row"]


def test_a_line_cut_short_by_a_kill_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    EventLog(log, lambda: 1.0).write("row", None, epoch=1)
    with log.open("a") as file:
        file.write(json.dumps({"at": 2.0, "source": "row"})[:-4])
    assert len(read_events(log)) == 1
