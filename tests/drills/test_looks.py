import json

import pytest

from drills.looks import PagesLook, ReplicationLook
from lambdas.notifier.notice import Notice

NOTICE = Notice(
    id="1",
    severity="critical",
    summary="data moves",
    reason="a quorum",
    next_step="lifeboat status",
    origin="us-west-2",
)
TEXT = NOTICE.text("local")


def received(number: int, body: str) -> dict[str, object]:
    return {"number": number, "at": 1.0, "region": "us-west-2", "channel": "slack", "endpoint": "/", "body": body}


@pytest.mark.parametrize("body", [json.dumps({"text": TEXT}), json.dumps({"Subject": "x", "Message": TEXT}), TEXT])
def test_a_page_is_read_as_the_notifier_words_it_whatever_its_envelope(body: str) -> None:
    (seen,) = PagesLook(lambda _since: [received(1, body)])()
    assert seen.facts == {
        "severity": "critical",
        "summary": "lifeboat local: data moves",
        "reason": "a quorum",
        "by": "us-west-2",
        "next_step": "lifeboat status -s local",
    }


def test_the_same_page_by_slack_and_by_mail_is_one() -> None:
    bodies = [received(1, json.dumps({"text": TEXT})), received(2, json.dumps({"Message": TEXT}))]
    slack, mail = PagesLook(lambda _since: bodies)()
    assert slack == mail


def test_a_message_in_no_known_form_is_still_told() -> None:
    (seen,) = PagesLook(lambda _since: [received(1, "help")])()
    assert seen.facts == {"severity": "warning", "summary": "help"}


def test_each_look_asks_only_for_what_came_since_the_last() -> None:
    asked: list[int] = []

    def since(number: int) -> list[dict[str, object]]:
        asked.append(number)
        return [received(number + 3, TEXT)]

    look = PagesLook(since)
    list(look())
    list(look())
    assert asked == [0, 3]


def test_replication_is_told_by_link_with_how_many_wait_and_for_how_long() -> None:
    look = ReplicationLook(lambda: {"us-east-1->us-west-2": 4}, lambda: {"us-east-1->us-west-2": 1.13})
    (seen,) = look()
    assert seen.facts == {"from": "us-east-1", "to": "us-west-2", "waiting": 4, "seconds": 1.25}
