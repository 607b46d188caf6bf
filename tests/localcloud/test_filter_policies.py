"""Which messages a subscription gets."""

import json

import pytest

from localcloud.filter_policies import wanted

ORDERS = {"kind": ["wake", "failover"]}
PAGES = {"$or": [{"kind": ["page"]}, {"AlarmName": [{"exists": True}]}]}


@pytest.mark.parametrize(
    ("policy", "body", "expected"),
    [
        (ORDERS, {"kind": "wake"}, True),
        (ORDERS, {"kind": "page"}, False),
        (ORDERS, {}, False),
        (ORDERS, [], False),
        (ORDERS, "wake", False),
        (PAGES, {"kind": "page"}, True),
        (PAGES, {"AlarmName": "dead letters"}, True),
        (PAGES, {"kind": "wake"}, False),
        ({**PAGES, "tier": ["data"]}, {"kind": "page", "tier": "data"}, True),
        ({**PAGES, "tier": ["data"]}, {"kind": "page", "tier": "app"}, False),
        ({"detail": {"kind": ["page"]}}, {"detail": {"kind": "page"}}, True),
        ({"detail": {"kind": ["page"]}}, {"kind": "page"}, False),
        ({"Records": {"from": ["s3"]}}, {"Records": [{"from": "s3"}]}, True),
        ({"Records": {"from": ["s3"]}}, {"Records": [{"from": "sqs"}, {"from": "s3"}]}, True),
        ({"Records": {"from": ["s3"]}}, {"Records": [{"from": "sqs"}]}, False),
        ({"Records": {"from": ["s3"]}}, {"Records": []}, False),
        ({"Records": {"from": ["s3"]}}, {"Event": "s3:TestEvent"}, False),
    ],
)
def test_a_body_passes_when_the_policy_wants_it(policy: object, body: object, expected: bool) -> None:
    assert wanted(json.dumps(policy), "MessageBody", json.dumps(body), {}) is expected


@pytest.mark.parametrize(("kind", "expected"), [("page", True), ("wake", False), (None, False)])
def test_attributes_pass_when_the_policy_wants_them(kind: str | None, expected: bool) -> None:
    attributes = {"kind": {"Type": "String", "Value": kind}} if kind else {}
    assert wanted('{"kind": ["page"]}', "MessageAttributes", "not JSON", attributes) is expected


def test_without_a_policy_everything_passes() -> None:
    assert wanted("", "MessageBody", "not JSON", {})


def test_a_body_that_is_no_json_never_passes_a_filter_on_bodies() -> None:
    assert not wanted(json.dumps(ORDERS), "MessageBody", "wake", {})
