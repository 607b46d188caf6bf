"""The handler reports exactly the messages that were not done with."""

import json
from collections.abc import Iterator

import pytest

from failover.environment import Misconfigured
from lambdas.notifier import handler
from lambdas.notifier.message import UnknownEvent
from tests.lambdas.notifier.conftest import REGION, SECRET, TABLE, People
from tests.lambdas.notifier.test_desk import PAGE

TOLD = ("STACK", "CONTROL_TABLE", "ALERTS_TOPIC_ARN", "SLACK_WEBHOOK_SECRET")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, people: People) -> Iterator[None]:
    for name, value in zip(TOLD, ("test", TABLE, people.alerts_arn, SECRET), strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REGION", REGION)
    handler.desk.cache_clear()
    yield
    handler.desk.cache_clear()


def record(id_: str, body: str) -> dict[str, object]:
    return {
        "messageId": id_,
        "body": body,
        "attributes": {"SentTimestamp": "1767322800000", "ApproximateReceiveCount": "1"},
    }


def test_only_the_message_that_cannot_be_read_comes_back(environment: None, people: People) -> None:
    event = {"Records": [record("good", json.dumps(PAGE)), record("bad", "a poem")]}
    assert handler.handle(event, None) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert len(people.alerts()) == 1


@pytest.mark.parametrize("event", [None, {}, [], {"Records": []}, {"Records": [{}]}, {"Records": ["x"]}, PAGE])
def test_an_event_of_another_kind_fails_the_invocation(environment: None, event: object) -> None:
    with pytest.raises(UnknownEvent):
        handler.handle(event, None)


@pytest.mark.parametrize("missing", TOLD)
def test_a_missing_variable_fails_the_invocation_and_is_named(
    environment: None, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    with pytest.raises(Misconfigured, match=missing):
        handler.handle({"Records": [record("good", json.dumps(PAGE))]}, None)
