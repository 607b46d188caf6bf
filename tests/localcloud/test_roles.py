import io
import json
import zipfile
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.front import Front
from localcloud.iam import PolicyError
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import ACCOUNT, allow
from tests.localcloud.tables import key, make, put

NUMBERS = count(1)
TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]})


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def role(client: ClientOf) -> str:
    name = f"role-{next(NUMBERS)}"
    made = client("iam").create_role(RoleName=name, Path="/lifeboat/prod/", AssumeRolePolicyDocument=TRUST)
    arn: str = made["Role"]["Arn"]
    return arn


def let(client: ClientOf, role: str, *statements: dict[str, object]) -> None:
    name = role.rpartition("/")[2]
    client("iam").put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document(*statements))


@pytest.fixture
def function(client: ClientOf, role: str) -> str:
    """Create a function with the role; gives the access key id of its sandbox."""
    archive, name = io.BytesIO(), f"function-{next(NUMBERS)}"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("handler.py", "")
    client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.12",
        Handler="handler.handle",
        Code={"ZipFile": archive.getvalue()},
    )
    return f"lambda.us-east-1.{name}.0"


def own_votes(table: str) -> dict[str, object]:
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["vote#1"]}}
    return allow("dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}", Condition=condition)


def denial(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return str(caught.value.response["Error"]["Code"])


def test_a_function_may_do_what_its_role_allows_and_no_more(client: ClientOf, role: str, function: str) -> None:
    table = make(client("dynamodb"))
    let(client, role, own_votes(table))
    dynamodb = client("dynamodb", caller=function)
    put(dynamodb, table, "vote#1", "healthy")
    assert denial(put, dynamodb, table, "vote#2", "healthy") == "AccessDeniedException"
    assert denial(dynamodb.get_item, TableName=table, Key=key("vote#1")) == "AccessDeniedException"


def test_whoever_is_refused_is_named_without_the_path_of_his_role(client: ClientOf, role: str, function: str) -> None:
    with pytest.raises(ClientError) as caught:
        client("dynamodb", caller=function).get_item(TableName="any", Key=key("a"))
    assumed = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/function-"
    assert f"User: {assumed}" in caught.value.response["Error"]["Message"]


def test_a_denied_call_leaves_nothing_behind(client: ClientOf, function: str) -> None:
    table = make(client("dynamodb"))
    assert denial(put, client("dynamodb", caller=function), table, "a", "1") == "AccessDeniedException"
    assert "Item" not in client("dynamodb").get_item(TableName=table, Key=key("a"))


def test_a_role_is_regional_where_its_resources_say_so(client: ClientOf, role: str, function: str) -> None:
    table = make(client("dynamodb"))
    let(client, role, own_votes(table))
    elsewhere = client("dynamodb", "us-west-2", caller=function)
    assert denial(put, elsewhere, table, "vote#1", "healthy") == "AccessDeniedException"


def test_a_permission_taken_away_is_gone_at_the_next_call(client: ClientOf, role: str, function: str) -> None:
    table = make(client("dynamodb"))
    let(client, role, own_votes(table))
    put(client("dynamodb", caller=function), table, "vote#1", "healthy")
    let(client, role, allow("sqs:*", "*"))
    assert denial(put, client("dynamodb", caller=function), table, "vote#1", "x") == "AccessDeniedException"


def test_an_attached_policy_counts_like_an_inline_one(client: ClientOf, role: str, function: str) -> None:
    table = make(client("dynamodb"))
    made = client("iam").create_policy(PolicyName=f"votes-{table}", PolicyDocument=document(own_votes(table)))
    client("iam").attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=made["Policy"]["Arn"])
    put(client("dynamodb", caller=function), table, "vote#1", "healthy")


@pytest.mark.parametrize(
    ("service", "call", "arguments", "code"),
    [
        (
            "sqs",
            "get_queue_attributes",
            {"QueueUrl": f"http://q/{ACCOUNT}/orders"},
            "AccessDeniedException",
        ),
        ("sns", "publish", {"TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:t", "Message": "x"}, "AuthorizationError"),
        ("ssm", "get_parameter", {"Name": "/a"}, "AccessDeniedException"),
        ("secretsmanager", "get_secret_value", {"SecretId": "a"}, "AccessDeniedException"),
        ("lambda", "invoke", {"FunctionName": "f"}, "AccessDeniedException"),
        ("logs", "create_log_stream", {"logGroupName": "g", "logStreamName": "s"}, "AccessDeniedException"),
        ("s3", "get_object", {"Bucket": "bucket", "Key": "k"}, "AccessDenied"),
        ("iam", "list_roles", {}, "AccessDenied"),
    ],
)
def test_each_service_denies_in_its_own_words(
    client: ClientOf, function: str, service: str, call: str, arguments: dict[str, str], code: str
) -> None:
    assert denial(getattr(client(service, caller=function), call), **arguments) == code


def test_anybody_may_ask_who_they_are(client: ClientOf, function: str) -> None:
    assert client("sts", caller=function).get_caller_identity()["Account"] == ACCOUNT


def test_a_function_that_does_not_exist_may_do_nothing(client: ClientOf) -> None:
    ghost = client("dynamodb", caller="lambda.us-east-1.ghost.0")
    assert denial(ghost.list_tables) == "AccessDeniedException"


def test_a_policy_that_is_not_understood_allows_nothing(
    front: Front, client: ClientOf, role: str, function: str
) -> None:
    let(client, role, allow("sqs:*", "*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    sqs = client("sqs", caller=function)
    assert denial(sqs.get_queue_attributes, QueueUrl=f"http://q/{ACCOUNT}/orders") == "AccessDeniedException"
    with pytest.raises(PolicyError):
        front.gateway.roles.role_allows(role, "sqs:GetQueueAttributes", "*")


def test_machinery_asks_by_role(front: Front, client: ClientOf, role: str) -> None:
    first, second = (f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}" for name in ("orders", "pages"))
    let(client, role, allow("sqs:ReceiveMessage", first))
    assert front.gateway.roles.role_allows(role, "sqs:ReceiveMessage", first)
    assert not front.gateway.roles.role_allows(role, "sqs:ReceiveMessage", second)
    assert not front.gateway.roles.role_allows(role + "-gone", "sqs:ReceiveMessage", first)


@pytest.mark.parametrize(
    ("service", "source", "allowed"),
    [
        ("sns.amazonaws.com", "arn:aws:sns:us-east-1:1:signals", True),
        ("sns.amazonaws.com", "arn:aws:sns:us-east-1:1:alerts", False),
        ("events.amazonaws.com", "arn:aws:sns:us-east-1:1:signals", False),
    ],
)
def test_a_queue_policy_admits_the_topic_that_it_names(front: Front, service: str, source: str, allowed: bool) -> None:
    only = {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:1:signals"}}
    statement = allow("sqs:SendMessage", "queue", Principal={"Service": "sns.amazonaws.com"}, Condition=only)
    policy = document(statement)
    assert front.gateway.roles.policy_allows(policy, service, "sqs:SendMessage", "queue", source) is allowed


def test_a_queue_without_a_policy_admits_no_topic(front: Front) -> None:
    assert not front.gateway.roles.policy_allows("", "sns.amazonaws.com", "sqs:SendMessage", "queue", "arn")
