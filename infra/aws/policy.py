"""Policy documents, written as statements that each say what they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi

Condition = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One permission, or what takes some back: ``sid`` names its purpose, conditions narrow it."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    condition: Condition = field(default_factory=dict)
    effect: Literal["Allow", "Deny"] = "Allow"
    service: str | None = None
    """The AWS service that is allowed, in a resource's own policy; absent in a role's."""
    everybody: bool = False
    """In a resource's own policy: whoever calls, with credentials or without."""


def leading_keys(*patterns: str) -> Condition:
    """Return the condition that each partition key of a request matches one of the patterns.

    ``*`` stands for any text (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
    """
    operator = "StringLike" if any("*" in pattern for pattern in patterns) else "StringEquals"
    return {f"ForAllValues:{operator}": {"dynamodb:LeadingKeys": list(patterns)}}


def document(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """Return the policy as JSON."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [_statement(one) for one in statements]})


def trust(service: str, condition: Condition | None = None) -> pulumi.Output[str]:
    """Return the policy that lets an AWS service take a role."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    conditioned = {**statement, "Condition": condition} if condition else statement
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Assume", **conditioned}]})


def trust_roles(account_id: str, actions: Sequence[str], condition: Condition) -> pulumi.Output[str]:
    """Return the policy that lets roles of the account take a role; the condition says which.

    Naming them as principals would need each of them to exist first, in all their regions
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
    """
    statement = {
        "Sid": "AssumeByRole",
        "Effect": "Allow",
        "Action": list(actions),
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Condition": condition,
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust_tokens(
    provider_arn: pulumi.Input[str], issuer: str, claims: Mapping[str, Sequence[str]]
) -> pulumi.Output[str]:
    """Return the policy that lets the holder of an identity provider's token take a role.

    Each claim must have one of its values; GitHub's that AWS compares are listed at
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif.
    """
    condition = {"StringEquals": {f"{issuer}:{claim}": list(values) for claim, values in claims.items()}}
    statement = {
        "Sid": "AssumeByToken",
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider_arn},
        "Condition": condition,
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})


def _statement(one: Statement) -> dict[str, object]:
    return {
        "Sid": one.sid,
        "Effect": one.effect,
        "Action": list(one.actions),
        "Resource": list(one.resources),
        **({"Principal": {"Service": one.service}} if one.service else {}),
        **({"Principal": "*"} if one.everybody else {}),
        **({"Condition": one.condition} if one.condition else {}),
    }
