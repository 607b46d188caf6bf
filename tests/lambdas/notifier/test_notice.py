"""Pages and alarms become one short text; anything else is an error that says what it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.pages import Page, Severity
from lambdas.notifier.message import UnknownEvent
from lambdas.notifier.notice import Notice, read_notice

PAGE = Page(
    id="p1-moved",
    tier="data",
    epoch=7,
    severity=Severity.CRITICAL,
    summary="secondary is active",
    reason="plan p1 has run",
    next_step="lifeboat journal",
    by="us-east-2/1",
)
# As CloudWatch publishes it, without what nobody reads.
ALARM = {
    "AlarmName": "lifeboat-prod-observer-silent",
    "AlarmDescription": "The observer in us-east-1 is not started.",
    "AWSAccountId": "111122223333",
    "NewStateValue": "ALARM",
    "NewStateReason": "no datapoints were received for 3 periods",
    "StateChangeTime": "2026-01-02T03:04:05.678+0000",
    "Region": "US East (N. Virginia)",
    "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:lifeboat-prod-observer-silent",
    "OldStateValue": "OK",
    "Trigger": {"MetricName": "Invocations"},
}


def alarm(**changes: object) -> str:
    return json.dumps({**ALARM, **changes})


def test_a_page_of_the_control_plane_is_read_as_it_is_written() -> None:
    notice = read_notice(PAGE.to_json())
    assert (notice.id, notice.severity, notice.next_step) == ("p1-moved", "critical", "lifeboat journal")
    assert notice.text("prod").splitlines() == [
        "[critical] lifeboat prod: secondary is active",
        "Why: plan p1 has run",
        "From: us-east-2/1, tier data, epoch 7",
        "Incident: p1-moved",
        "Next: lifeboat journal -s prod",
    ]


def test_an_alarms_description_is_its_next_step() -> None:
    notice = read_notice(alarm())
    assert notice.severity == "critical"
    assert notice.next_step == "The observer in us-east-1 is not started."
    assert "lifeboat-prod-observer-silent is ALARM" in notice.text("prod")


@pytest.mark.parametrize("description", [None, ""])
def test_an_alarm_without_description_has_a_next_step_all_the_same(description: str | None) -> None:
    assert "lifeboat status" in read_notice(alarm(AlarmDescription=description)).next_step


def test_the_same_alarm_at_another_time_or_in_another_region_is_another_incident() -> None:
    elsewhere = ALARM["AlarmArn"].replace("us-east-1", "us-west-2") if isinstance(ALARM["AlarmArn"], str) else ""
    ids = {read_notice(body).id for body in (alarm(), alarm(StateChangeTime="later"), alarm(AlarmArn=elsewhere))}
    assert len(ids) == 3


@pytest.mark.parametrize(("state", "severity"), [("OK", "info"), ("INSUFFICIENT_DATA", "warning"), ("NEW", "warning")])
def test_an_alarms_state_is_its_severity(state: str, severity: str) -> None:
    assert read_notice(alarm(NewStateValue=state)).severity == severity


def page(**changes: object) -> str:
    return json.dumps({**json.loads(PAGE.to_json()), **changes})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "not JSON"),
        ("[]", "JSON list"),
        ("{}", "kind None"),
        (page(kind="wake"), "kind 'wake'"),
        (page(schema=2), "schema 2"),
        (page(severity="loud"), "severity 'loud'"),
        ('{"schema": 1, "kind": "page", "severity": "info"}', "without 'id'"),
        ('{"AlarmName": "a", "NewStateValue": "ALARM"}', "without 'StateChangeTime'"),
    ],
)
def test_anything_else_is_refused_with_what_it_was(body: str, why: str) -> None:
    with pytest.raises(UnknownEvent, match=why):
        read_notice(body)


@given(st.text())
def test_any_body_is_read_or_refused(body: str) -> None:
    with pytest.raises(UnknownEvent):
        read_notice(body)


@given(st.text(), st.text())
def test_a_subject_is_one_that_sns_takes(summary: str, stack: str) -> None:
    notice = Notice(id="i", severity="info", summary=summary, reason="", next_step="", origin="")
    subject = notice.subject(stack)
    assert 0 < len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()
