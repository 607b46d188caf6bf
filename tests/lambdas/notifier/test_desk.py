"""People are told of each incident once, by one way at least, whatever else is broken."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from failover.aws_clients import client
from failover.incidents import Acknowledgement, acknowledge
from lambdas.notifier.desk import Desk
from lambdas.notifier.incidents import Incidents
from lambdas.notifier.message import Message
from lambdas.notifier.notice import read_notice
from tests.failover.model_table import refusal
from tests.lambdas.notifier.conftest import REGION, SECRET, TABLE, People

HOUR_MS = 3_600_000
PAGE = {
    "schema": 1,
    "kind": "page",
    "id": "data-7-moved",
    "tier": "data",
    "epoch": 7,
    "severity": "critical",
    "summary": "data: secondary is active",
    "reason": "plan p1 has run",
    "by": "us-east-2",
    "next_step": "lifeboat status",
}


def message(id_: str = "m1", sent_ms: int = 0, receives: int = 1, **changes: object) -> Message:
    return Message(id=id_, body=json.dumps({**PAGE, **changes}), sent_ms=sent_ms, receives=receives)


def told(people: People) -> tuple[int, int]:
    """Count what Slack and the alerts topic were given."""
    return len(people.slack.posts), len(people.alerts())


def test_a_page_reaches_slack_and_alerts_with_its_next_step_last(desk: Desk, people: People) -> None:
    assert desk.take(message())
    assert told(people) == (1, 1)
    assert people.slack.posts == people.alerts()
    lines = people.slack.posts[0].splitlines()
    assert lines[0] == "[critical] lifeboat test: data: secondary is active"
    assert lines[-1] == "Next: lifeboat status -s test"


def test_the_same_page_from_another_region_is_not_told_again(desk: Desk, people: People) -> None:
    assert desk.take(message("m1"))
    assert desk.take(message("m2"))
    assert told(people) == (1, 1)


def test_a_redelivery_is_not_told_again(desk: Desk, people: People) -> None:
    assert desk.take(message())
    assert desk.take(message())
    assert told(people) == (1, 1)


def test_a_page_that_reached_nobody_comes_back_and_is_told_then(desk: Desk, people: People) -> None:
    people.slack.status = 500
    boto3.client("sns", REGION).delete_topic(TopicArn=people.alerts_arn)
    assert not desk.take(message())
    people.slack.status = 200
    assert desk.take(message())
    assert people.slack.posts[1:] == [people.slack.posts[0]]


def claim_and_die() -> None:
    """Leave the incident as a notifier does whose region dies before it told."""
    incidents = Incidents(TABLE, boto3.client("dynamodb", REGION), lambda: None)
    incidents.open(read_notice(message("dead").body), message("dead"))


def test_a_page_that_was_claimed_and_never_told_is_told_by_one_that_comes_back(desk: Desk, people: People) -> None:
    claim_and_die()
    assert not desk.take(message("m2"))
    assert told(people) == (0, 0)
    assert desk.take(message("m2", receives=2))
    assert told(people) == (1, 1)


def test_a_page_that_waited_for_another_region_is_done_with_once_that_told(desk: Desk, people: People) -> None:
    claim_and_die()
    assert not desk.take(message("m2"))
    assert desk.take(message("dead"))
    assert desk.take(message("m2", receives=2))
    assert told(people) == (1, 1)


def test_an_incident_that_lasts_is_told_every_hour(desk: Desk, people: People) -> None:
    assert desk.take(message("m1", sent_ms=0))
    assert desk.take(message("m2", sent_ms=HOUR_MS))
    assert told(people) == (1, 1)
    assert desk.take(message("m3", sent_ms=HOUR_MS + 1))
    assert told(people) == (2, 2)


def test_an_acknowledged_incident_is_not_told_again_before_its_time(desk: Desk, people: People) -> None:
    assert desk.take(message("m1", sent_ms=0))
    until = datetime.fromtimestamp(3 * HOUR_MS / 1000, UTC)
    acknowledge(client("dynamodb", REGION), TABLE, "data-7-moved", Acknowledgement(by="ada", reason="x", until=until))
    assert desk.take(message("m2", sent_ms=2 * HOUR_MS))
    assert desk.take(message("other", sent_ms=2 * HOUR_MS, id="data-8-moved"))
    assert told(people) == (2, 2)
    assert desk.take(message("m3", sent_ms=3 * HOUR_MS + 1))
    assert told(people) == (3, 3)


class Contended:
    """A client whose first writes meet another region's."""

    def __init__(self, conflicts: int) -> None:
        self._client: Any = boto3.client("dynamodb", REGION)
        self.conflicts = conflicts

    def put_item(self, **request: Any) -> object:
        return self._write("put_item", request)

    def update_item(self, **request: Any) -> object:
        return self._write("update_item", request)

    def _write(self, operation: str, request: Any) -> object:
        if self.conflicts:
            self.conflicts -= 1
            raise refusal("ReplicatedWriteConflictException", operation)
        return getattr(self._client, operation)(**request)


def test_an_incident_that_another_region_writes_at_the_same_moment_is_not_told_twice(
    desk: Desk, people: People
) -> None:
    assert desk.take(message("m1"))
    contended: Any = Contended(3)
    late = replace(desk, incidents=Incidents(TABLE, contended, lambda: None))
    assert late.take(message("m2"))
    assert told(people) == (1, 1)


def test_what_was_told_is_noted_through_a_conflict(desk: Desk, people: People) -> None:
    contended: Any = Contended(0)
    first = replace(desk, incidents=Incidents(TABLE, contended, lambda: None))
    contended.conflicts = 3
    assert first.take(message("m1"))
    assert desk.take(message("m2"))
    assert told(people) == (1, 1)


def test_people_are_told_even_if_the_incident_cannot_be_written(desk: Desk, people: People) -> None:
    boto3.client("dynamodb", REGION).delete_table(TableName=TABLE)
    assert desk.take(message())
    assert told(people) == (1, 1)


@pytest.mark.parametrize("status", [500, 404, 0])
def test_people_are_told_by_alerts_if_slack_fails_or_hangs(desk: Desk, people: People, status: int) -> None:
    people.slack.status = status
    assert desk.take(message())
    assert len(people.alerts()) == 1


def test_people_are_told_by_slack_if_alerts_fail(desk: Desk, people: People) -> None:
    boto3.client("sns", REGION).delete_topic(TopicArn=people.alerts_arn)
    assert desk.take(message())
    assert len(people.slack.posts) == 1


def test_slack_is_left_out_while_nobody_set_it_up(desk: Desk, people: People) -> None:
    boto3.client("secretsmanager", REGION).delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    assert desk.take(message())
    assert told(people) == (0, 1)


@pytest.mark.parametrize("address", ["not an address", "http://127.0.0.1:1/very-secret"])
def test_the_webhooks_address_is_never_logged(
    desk: Desk, people: People, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    boto3.client("secretsmanager", REGION).put_secret_value(SecretId=SECRET, SecretString=address)
    with caplog.at_level(logging.DEBUG, logger="lambdas"):
        assert desk.take(message())
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "slack failed" in logged
    assert address not in logged


def test_what_cannot_be_read_comes_back_and_says_why(
    desk: Desk, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    assert not desk.take(Message(id="m1", body='{"kind": "poem"}', sent_ms=0))
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert vars(record)["why"] == "UnknownEvent"
    assert told(people) == (0, 0)
