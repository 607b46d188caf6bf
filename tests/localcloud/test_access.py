import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from localcloud.access import Naming, UnknownOperation, accesses
from localcloud.caller import Caller
from localcloud.request import Request

NAMING = Naming(
    account="1",
    partition_key=lambda region, table: "pk",  # noqa: ARG005
    secret_arn=lambda region, secret: f"arn:aws:secretsmanager:{region}:1:secret:{secret}-AbCdEf",
)
TABLE = "arn:aws:dynamodb:us-east-1:1:table/control"
LEADING = "dynamodb:leadingkeys"


def call(service: str, operation: str, params: Mapping[str, object]) -> Request:
    return Request(
        caller=Caller.parse("lambda.us-east-1.checker.0"),
        region="us-east-1",
        service=service,
        operation=operation,
        params=params,
        body=json.dumps(params).encode(),
        environ={},
    )


def pk(value: str) -> dict[str, object]:
    return {"pk": {"S": value}, "sk": {"S": "row"}}


PUT = {"TableName": "control", "Item": pk("vote#a")}
MIXED = [{"Put": PUT}, {"ConditionCheck": {"TableName": "control", "Key": pk("tier#data")}}]


@pytest.mark.parametrize(
    ("operation", "params", "needed"),
    [
        ("PutItem", PUT, [("PutItem", TABLE, ("vote#a",))]),
        ("GetItem", {"TableName": "control", "Key": pk("tier#data")}, [("GetItem", TABLE, ("tier#data",))]),
        ("DeleteItem", {"TableName": "control", "Key": pk("x")}, [("DeleteItem", TABLE, ("x",))]),
        ("UpdateItem", {"TableName": TABLE, "Key": pk("x")}, [("UpdateItem", TABLE, ("x",))]),
        (
            "BatchGetItem",
            {"RequestItems": {"control": {"Keys": [pk("a"), pk("b")]}, "other": {"Keys": [pk("c")]}}},
            [("BatchGetItem", TABLE, ("a", "b")), ("BatchGetItem", TABLE.replace("control", "other"), ("c",))],
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"control": [{"PutRequest": {"Item": pk("a")}}, {"DeleteRequest": {"Key": pk("b")}}]}},
            [("BatchWriteItem", TABLE, ("a", "b"))],
        ),
        (
            "TransactWriteItems",
            {"TransactItems": MIXED},
            [("PutItem", TABLE, ("vote#a",)), ("ConditionCheckItem", TABLE, ("tier#data",))],
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "control", "Key": pk("a")}}]},
            [("GetItem", TABLE, ("a",))],
        ),
        (
            "Query",
            {
                "TableName": "control",
                "IndexName": "by-shop",
                "KeyConditionExpression": "sk > :x AND #p = :p",
                "ExpressionAttributeNames": {"#p": "pk"},
                "ExpressionAttributeValues": {":p": {"S": "a"}, ":x": {"S": "0"}},
            },
            [("Query", f"{TABLE}/index/by-shop", ("a",))],
        ),
        ("Scan", {"TableName": "control"}, [("Scan", TABLE, ())]),
    ],
)
def test_dynamodb_calls_need_their_tables_and_partition_keys(
    operation: str, params: Mapping[str, object], needed: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    found = accesses(call("dynamodb", operation, params), NAMING)
    assert [(each.action, each.resource, each.context.get(LEADING, ())) for each in found] == [
        (f"dynamodb:{action}", resource, keys) for action, resource, keys in needed
    ]


@pytest.mark.parametrize(
    ("service", "operation", "params", "action", "resource"),
    [
        (
            "sqs",
            "GetQueueAttributes",
            {"QueueUrl": "http://h/1/orders"},
            "sqs:GetQueueAttributes",
            "arn:aws:sqs:us-east-1:1:orders",
        ),
        ("sns", "Publish", {"TopicArn": "arn:t"}, "sns:Publish", "arn:t"),
        ("lambda", "Invoke", {"FunctionName": "f"}, "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:1:function:f"),
        ("lambda", "Invoke", {"FunctionName": "arn:f"}, "lambda:InvokeFunction", "arn:f"),
        ("lambda", "GetAccountSettings", {}, "lambda:GetAccountSettings", "*"),
        (
            "lambda",
            "UpdateEventSourceMapping",
            {"UUID": "u"},
            "lambda:UpdateEventSourceMapping",
            "arn:aws:lambda:us-east-1:1:event-source-mapping:u",
        ),
        ("dynamodbstreams", "DescribeStream", {"StreamArn": "arn:s"}, "dynamodb:DescribeStream", "arn:s"),
        ("dynamodbstreams", "GetRecords", {"ShardIterator": "arn:s|1|abc"}, "dynamodb:GetRecords", "arn:s"),
        ("s3", "GetObject", {"Bucket": "b", "Key": "a/b"}, "s3:GetObject", "arn:aws:s3:::b/a/b"),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "a"}, "s3:GetObject", "arn:aws:s3:::b/a"),
        ("s3", "ListObjectsV2", {"Bucket": "b"}, "s3:ListBucket", "arn:aws:s3:::b"),
        (
            "scheduler",
            "GetSchedule",
            {"Name": "look"},
            "scheduler:GetSchedule",
            "arn:aws:scheduler:us-east-1:1:schedule/default/look",
        ),
        (
            "cloudwatch",
            "DescribeAlarms",
            {"AlarmNames": ["lifeboat-a"]},
            "cloudwatch:DescribeAlarms",
            "arn:aws:cloudwatch:us-east-1:1:alarm:*",
        ),
        ("ssm", "GetParameter", {"Name": "/a/b"}, "ssm:GetParameter", "arn:aws:ssm:us-east-1:1:parameter/a/b"),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "slack"},
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:1:secret:slack-AbCdEf",
        ),
        (
            "secretsmanager",
            "PutSecretValue",
            {"SecretId": "slack"},
            "secretsmanager:PutSecretValue",
            "arn:aws:secretsmanager:us-east-1:1:secret:slack-AbCdEf",
        ),
        ("route53", "GetChange", {"Id": "/change/C1"}, "route53:GetChange", "arn:aws:route53:::change/C1"),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "/aws/lambda/f", "logStreamName": "s"},
            "logs:PutLogEvents",
            "arn:aws:logs:us-east-1:1:log-group:/aws/lambda/f:log-stream:s",
        ),
    ],
)
def test_other_calls_need_one_action_on_one_resource(
    service: str, operation: str, params: Mapping[str, object], action: str, resource: str
) -> None:
    (found,) = accesses(call(service, operation, params), NAMING)
    assert (found.action, found.resource) == (action, resource)


def test_a_change_of_records_tells_conditions_each_name_type_and_action() -> None:
    record = "<Change><Action>{}</Action><ResourceRecordSet><Name>{}</Name><Type>{}</Type></ResourceRecordSet></Change>"
    changes = (("UPSERT", "_Acme-Challenge.Shop.example.com.", "TXT"), ("DELETE", "shop.example.com", "A"))
    body = "".join(record.format(*change) for change in changes).encode()
    request = replace(call("route53", "ChangeResourceRecordSets", {"Id": "Z1"}), body=body)
    (found,) = accesses(request, NAMING)
    assert (found.action, found.resource) == (
        "route53:ChangeResourceRecordSets",
        "arn:aws:route53:::hostedzone/Z1",
    )
    assert found.context == {
        "route53:changeresourcerecordsetsnormalizedrecordnames": (
            "_acme-challenge.shop.example.com",
            "shop.example.com",
        ),
        "route53:changeresourcerecordsetsrecordtypes": ("A", "TXT"),
        "route53:changeresourcerecordsetsactions": ("DELETE", "UPSERT"),
    }


@pytest.mark.parametrize(
    ("service", "operation"),
    [("dynamodb", "ExecuteStatement"), ("lambda", "Unknown"), ("iam", "CreateRole"), ("ec2", "RunInstances")],
)
def test_a_call_without_a_rule_is_nobodys(service: str, operation: str) -> None:
    with pytest.raises(UnknownOperation):
        accesses(call(service, operation, {"TableName": "control"}), NAMING)
