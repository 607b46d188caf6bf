import json

import pytest

from localcloud import iam
from localcloud.iam import Access, PolicyError, Verdict
from tests.localcloud.deploying import allow

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/control"
LEADING = "dynamodb:leadingkeys"


def deny(action: object, **more: object) -> dict[str, object]:
    return {**allow(action, "*", **more), "Effect": "Deny"}


def when(operator: str, key: str, *values: str) -> dict[str, object]:
    return {operator: {key: list(values)}}


def leading(operator: str, *values: str) -> dict[str, object]:
    return allow("dynamodb:PutItem", TABLE, Condition=when(operator, "dynamodb:LeadingKeys", *values))


def put(*keys: str, resource: str = TABLE) -> Access:
    return Access(action="dynamodb:PutItem", resource=resource, context={LEADING: keys} if keys else {})


OWN = "vote#data#us-east-1"


@pytest.mark.parametrize(
    ("statements", "access", "verdict"),
    [
        ([], put(), "not mentioned"),
        ([allow("dynamodb:PutItem", TABLE)], put(), "allowed"),
        ([allow("DynamoDB:putitem", TABLE)], put(), "allowed"),
        ([allow(["dynamodb:GetItem", "dynamodb:Put*"], TABLE)], put(), "allowed"),
        ([allow("dynamodb:GetItem", TABLE)], put(), "not mentioned"),
        ([allow("dynamodb:PutIte?", TABLE)], put(), "allowed"),
        ([allow("dynamodb:PutIt", TABLE)], put(), "not mentioned"),
        ([allow("*", "*")], put(), "allowed"),
        ([allow("dynamodb:PutItem", TABLE + "-2")], put(), "not mentioned"),
        ([allow("dynamodb:PutItem", TABLE[:-1] + "*")], put(), "allowed"),
        ([allow("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/control")], put(), "allowed"),
        ([allow("dynamodb:PutItem", TABLE.replace("east-1", "west-2"))], put(), "not mentioned"),
        ([allow("dynamodb:PutItem", TABLE.upper())], put(), "not mentioned"),
        ([allow("dynamodb:PutItem", TABLE), deny("dynamodb:PutItem")], put(), "denied"),
        ([deny("dynamodb:*"), allow("*", "*")], put(), "denied"),
        ([allow("dynamodb:PutItem", TABLE), deny("dynamodb:DeleteItem")], put(), "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], put(), "allowed"),
        ([{"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}], put(), "not mentioned"),
        ([{"Effect": "Deny", "Action": "*", "NotResource": TABLE}, allow("*", "*")], put(), "allowed"),
        ([{"Effect": "Deny", "Action": "*", "NotResource": "other"}, allow("*", "*")], put(), "denied"),
        ([leading("ForAllValues:StringEquals", OWN)], put(OWN), "allowed"),
        ([leading("ForAllValues:StringEquals", OWN)], put("vote#data#us-east-2"), "not mentioned"),
        ([leading("ForAllValues:StringEquals", OWN)], put(OWN, "tier#data"), "not mentioned"),
        ([leading("ForAnyValue:StringEquals", OWN)], put(OWN, "tier#data"), "allowed"),
        ([leading("ForAllValues:StringEquals", OWN)], put(), "allowed"),
        ([leading("ForAnyValue:StringEquals", OWN)], put(), "not mentioned"),
        ([leading("StringEquals", OWN)], put(), "not mentioned"),
        ([leading("StringEqualsIfExists", OWN)], put(), "allowed"),
        ([leading("ForAllValues:StringEquals", "vote#*")], put(OWN), "not mentioned"),
        ([leading("ForAllValues:StringLike", "tier#*", "vote#*")], put(OWN, "tier#data"), "allowed"),
        ([leading("ForAllValues:StringLike", "tier#*")], put("tire#data"), "not mentioned"),
        ([leading("ForAllValues:StringNotLike", "tier#*")], put("tier#data"), "not mentioned"),
        ([leading("ForAllValues:StringNotEquals", "tier#data", OWN)], put(OWN), "not mentioned"),
        ([leading("ForAllValues:StringNotEquals", "tier#data")], put(OWN), "allowed"),
        (
            [allow("dynamodb:PutItem", TABLE), deny("*", Condition=when("StringEquals", "dynamodb:leadingKEYS", OWN))],
            put(OWN),
            "denied",
        ),
    ],
)
def test_what_policies_make_of_an_access(statements: list[object], access: Access, verdict: Verdict) -> None:
    assert iam.judge(iam.parse(json.dumps({"Statement": statements})), access) == verdict


@pytest.mark.parametrize(
    ("wanted", "source", "matches"),
    [
        ("arn:aws:sns:us-east-1:1:signals", "arn:aws:sns:us-east-1:1:signals", True),
        ("arn:aws:sns:*:1:signals", "arn:aws:sns:us-east-1:1:signals", True),
        ("arn:aws:sns:*:signals", "arn:aws:sns:us-east-1:1:signals", False),
        ("arn:aws:sns:us-east-1:1:sig*", "arn:aws:sns:us-east-1:1:signals", True),
        ("arn:aws:sns:us-east-1:1:alerts", "arn:aws:sns:us-east-1:1:signals", False),
    ],
)
def test_arns_are_compared_part_by_part(wanted: str, source: str, matches: bool) -> None:
    statement = allow("sqs:SendMessage", "*", Condition=when("ArnEquals", "aws:SourceArn", wanted))
    access = Access(action="sqs:SendMessage", resource="queue", context={"aws:sourcearn": (source,)})
    assert (iam.judge(iam.parse(json.dumps({"Statement": statement})), access) == "allowed") is matches


@pytest.mark.parametrize(
    "document",
    [
        "nonsense",
        "{}",
        json.dumps({"Statement": [allow("*", "*", Condition=when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]}),
        json.dumps({"Statement": [allow("*", "*", Condition=when("StringEquals", "a", "${aws:username}"))]}),
        json.dumps({"Statement": [allow("*", "*", NotPrincipal="*")]}),
    ],
)
def test_a_policy_that_is_not_understood_is_no_policy(document: str) -> None:
    with pytest.raises(PolicyError):
        iam.parse(document)
