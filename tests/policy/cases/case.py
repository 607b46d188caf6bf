"""A rule's case, and what the programs of cases are made of."""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_linode as linode

from evaluation import Evaluation, evaluate

ACCOUNT = "111122223333"
HOME = "us-east-1"
Program = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """``breaks`` breaks the rule by one resource, of which ``says`` is said; ``keeps`` does the same rightly."""

    rule: str
    breaks: Program
    keeps: Program
    resource: str
    says: str
    shown_to_engines: bool = True

    def __str__(self) -> str:
        return f"{self.rule}: {self.says}"


@functools.cache
def evaluated(program: Program, preview: bool = False) -> Evaluation:
    """Evaluate a program once, as production."""
    return evaluate("prod", program=program, preview=preview)


def within(aws_region: str = HOME) -> pulumi.ResourceOptions:
    """Declare a region's provider and return the options that put a resource there."""
    provider = aws.Provider(f"aws-{aws_region}", region=aws_region, allowed_account_ids=[ACCOUNT])
    return pulumi.ResourceOptions(provider=provider)


def at_linode() -> pulumi.ResourceOptions:
    """Declare Linode's provider and return the options that put a resource there."""
    return pulumi.ResourceOptions(provider=linode.Provider("linode", token="made-up"))


def also(options: pulumi.ResourceOptions, **more: object) -> pulumi.ResourceOptions:
    """Return the options with more of them."""
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(**more))  # type: ignore[arg-type]


def document(**statement: object) -> str:
    """Return a policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def function(
    name: str, here: pulumi.ResourceOptions, environment: Mapping[str, str] | None = None, **more: object
) -> aws.lambda_.Function:
    """Declare a function."""
    return aws.lambda_.Function(
        f"{name}-aws-{more.pop('aws_region', HOME)}",
        name=name,
        role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        environment={"variables": dict(environment or {})},
        opts=here,
        **more,
    )
