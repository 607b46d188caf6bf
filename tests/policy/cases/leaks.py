"""Programs that tell a secret. Every secret here is made up."""

import base64
from functools import partial

import pulumi
import pulumi_aws as aws
import pulumi_linode as linode

from tests.policy.cases.case import Case, also, at_linode, function, within

# In two halves, so that no scanner of this repository takes them for real.
MADE_UP = {
    "an AWS access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a Slack webhook": "https://hooks.slack.com" + "/services/T000000/B00000000",
    "a Slack token": "xoxb" + "-1234567890-abcdef",
    "a GitHub token": "ghp_" + "a" * 36,
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".abcdefghijkl",
    "an address with a password": "postgresql://app:" + "made-up@db.example.com/app",
    "a password": "password=" + "made-up-words",
}


def told(**variables: str) -> None:
    function("worker", within(), variables)


def machine(user_data: str) -> None:
    linode.Instance(
        "web-linode-us-ord",
        type="g6-nanode-1",
        region="us-ord",
        metadatas=[{"user_data": base64.b64encode(user_data.encode()).decode()}],
        opts=also(at_linode(), ignore_changes=["metadatas", "image"]),
    )


def key() -> None:
    linode.ObjectStorageKey("files", label="files", regions=["us-ord"], opts=at_linode())


def token() -> None:
    linode.Token("failover", label="failover", scopes="linodes:read_write", opts=at_linode())


def user() -> None:
    linode.User("failover", username="failover", email="oncall@example.com", restricted=True, opts=at_linode())


def topic(*, secret: bool) -> None:
    name = pulumi.Output.secret("Pages") if secret else "Pages"
    aws.sns.Topic("signals-aws-us-east-1", display_name=name, opts=within())


def webhook(*, declared_in: str) -> None:
    here = within()
    elsewhere = here if declared_in == "us-east-1" else within(declared_in)
    function("notifier", here, {"SLACK_WEBHOOK_SECRET": "lifeboat/prod/slack-webhook"})
    aws.secretsmanager.Secret(f"webhook-aws-{declared_in}", name="lifeboat/prod/slack-webhook", opts=elsewhere)


CASES = (
    Case(
        rule="secret-value",
        breaks=partial(topic, secret=True),
        keeps=partial(topic, secret=False),
        resource="signals-aws-us-east-1",
        says="is given a secret value, displayName",
    ),
    Case(
        rule="secret-output", breaks=key, keeps=user, resource="files", says="puts a key's secret half into the state"
    ),
    Case(rule="secret-output", breaks=token, keeps=user, resource="failover", says="puts a token into the state"),
    *(
        Case(
            rule="secret-shape",
            breaks=partial(told, SETTING=value),
            keeps=partial(told, SETTING="https://db.example.com:5432/app?token=", NAME="password:${PASSWORD}"),
            resource="worker-aws-us-east-1",
            says=f"holds {kind} in environment.variables.SETTING",
        )
        for kind, value in MADE_UP.items()
    ),
    Case(
        rule="secret-shape",
        breaks=partial(machine, f"#cloud-config\nwrite_files:\n  - content: {MADE_UP['a GitHub token']}\n"),
        keeps=partial(machine, "#cloud-config\nwrite_files:\n  - content: linode-us-ord\n"),
        resource="web-linode-us-ord",
        says="holds a GitHub token in userData",
    ),
    Case(
        rule="secret-variable",
        breaks=partial(told, DATABASE_PASSWORD="made up"),
        keeps=partial(told, DATABASE_PASSWORD_ARN="arn:aws:secretsmanager:us-east-1:1:secret:db", DATABASE="orders"),
        resource="worker-aws-us-east-1",
        says="is told a secret, DATABASE_PASSWORD",
    ),
    Case(
        rule="secret-variable",
        breaks=partial(webhook, declared_in="us-west-2"),
        keeps=partial(webhook, declared_in="us-east-1"),
        resource="notifier-aws-us-east-1",
        says="is told a secret, SLACK_WEBHOOK_SECRET",
    ),
)
