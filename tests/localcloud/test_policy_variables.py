"""A session's tags stand in policies for what is its own, and for nothing where it has none."""

import json
from collections.abc import Mapping

import pytest

from localcloud import iam
from localcloud.iam import Access, PolicyError, Values

NODE = "${aws:PrincipalTag/lifeboat-node}"
TABLE = "arn:aws:dynamodb:us-east-1:1:table/control"


def verdict(resource: str, key: str, context: Mapping[str, Values]) -> iam.Verdict:
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [f"node#{NODE}"]}}
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": resource, "Condition": condition}
    asked = {"dynamodb:leadingkeys": (key,), **context}
    parsed = iam.parse(json.dumps({"Statement": [statement]}))
    return iam.judge(parsed, Access(action="dynamodb:GetItem", resource=TABLE, context=asked))


TAGGED: Mapping[str, Values] = {"aws:principaltag/lifeboat-node": ("7",)}


@pytest.mark.parametrize(
    ("key", "context", "expected"),
    [
        ("node#7", TAGGED, "allowed"),
        ("node#70", TAGGED, "not mentioned"),
        ("node#8", TAGGED, "not mentioned"),
        ("node#", {}, "not mentioned"),
        (f"node#{NODE}", {}, "not mentioned"),
        ("node#7", {"aws:principaltag/lifeboat-pool": ("7",)}, "not mentioned"),
    ],
)
def test_a_condition_compares_with_the_tag(key: str, context: Mapping[str, Values], expected: str) -> None:
    assert verdict(TABLE, key, context) == expected


def test_a_resource_is_named_by_the_tag() -> None:
    named = TABLE.replace("control", "${aws:PrincipalTag/table}")
    assert verdict(named, "node#7", {**TAGGED, "aws:principaltag/table": ("control",)}) == "allowed"
    assert verdict(named, "node#7", {**TAGGED, "aws:principaltag/table": ("canary",)}) == "not mentioned"
    assert verdict(named, "node#7", TAGGED) == "not mentioned"


@pytest.mark.parametrize("name", ["aws:username", "aws:SourceIp", "s3:prefix"])
def test_a_variable_that_is_not_known_here_is_refused_by_name(name: str) -> None:
    with pytest.raises(PolicyError, match=name):
        verdict(f"{TABLE}/${{{name}}}", "node#7", TAGGED)
