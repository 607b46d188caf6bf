"""Roles, functions and queues made through the front, as tests need them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.localcloud.archives import archive

ACCOUNT = "123456789012"
LOGS = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
ClientOf = Callable[..., Any]


def allow(action: object, resource: object, **more: object) -> dict[str, object]:
    """Return a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def make_role(client: ClientOf, name: str, statements: Sequence[Mapping[str, object]] = (LOGS,)) -> str:
    """Create a role with one policy and return its ARN."""
    iam = client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy)
    return arn


def make_function(
    client: ClientOf, name: str, source: str, role: str, region: str = "us-east-1", **more: object
) -> str:
    """Create a function with its log group and return its ARN."""
    client("logs", region).create_log_group(logGroupName=f"/aws/lambda/{name}")
    settings = {"Timeout": 10, "MemorySize": 256, "LoggingConfig": {"LogFormat": "JSON"}, **more}
    arn: str = client("lambda", region).create_function(
        FunctionName=name,
        Role=role,
        Handler="code.handle",
        Runtime="python3.12",
        Code={"ZipFile": archive(source)},
        **settings,
    )["FunctionArn"]
    return arn


def make_queue(client: ClientOf, name: str, region: str = "us-east-1", **attributes: str) -> tuple[str, str]:
    """Create a queue and return its URL and ARN."""
    url = client("sqs", region).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"


def let_in(client: ClientOf, url: str, queue_arn: str, topic_arn: str) -> None:
    """Let a topic send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("sqs", queue_arn.split(":")[3]).set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
