"""Calls that show what these credentials may do and change nothing: reads, Lambda's dry run, conditions never met."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from failover import aws_clients, rows
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS, dynamodb
from ops.deployed import Deployed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NEVER = "attribute_exists(pk) AND attribute_not_exists(pk)"
Call = Callable[[], object]


def table_calls(deployed: Deployed) -> dict[str, Call]:
    """Return a consistent read of the control table in each control region."""
    clients = {region: dynamodb(region) for region in deployed.control_regions}
    key, table = rows.copy_key(), deployed.control_table
    return {
        region: partial(client.get_item, TableName=table, Key=key, ConsistentRead=True)
        for region, client in clients.items()
    }


def identity_call(region: str) -> Call:
    """Return the question whose credentials these are, to a control region's own STS endpoint."""
    config = aws_clients.fail_fast(connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    client: Any = boto3.client("sts", region_name=region, config=config)
    return partial(client.get_caller_identity)


def needed_calls(deployed: Deployed, region: str) -> dict[str, Call]:
    """Return what a move takes, by IAM action and resource, through a control region that answers."""
    keys: Any = {deployed.control_table: {"Keys": [rows.tier_key("data")], "ConsistentRead": True}}
    reads: Call = partial(dynamodb(region).batch_get_item, RequestItems=keys)
    calls: dict[str, Call] = {f"dynamodb:BatchGetItem on {deployed.control_table}": reads}
    for other, function in deployed.orchestrators.items():
        functions = aws_clients.client("lambda", other, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        calls[f"lambda:InvokeFunction in {other}"] = partial(
            functions.invoke, FunctionName=function, InvocationType="DryRun"
        )
    return calls


def useful_calls(deployed: Deployed, region: str) -> dict[str, Call]:
    """Return what single verbs take: `arm`, `journal`, `status`, `secret set`, the lists of `acknowledge`, `retire`."""
    calls = {f"{action} on {deployed.control_table}": call for action, call in _on_table(deployed, region).items()}
    for other in deployed.control_regions:
        parameters = aws_clients.client("ssm", other, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        secrets = aws_clients.client(
            "secretsmanager", other, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS
        )
        calls[f"ssm:GetParameter in {other}"] = partial(parameters.get_parameter, Name=deployed.active_parameter)
        calls[f"secretsmanager:DescribeSecret in {other}"] = partial(
            secrets.describe_secret, SecretId=deployed.slack_webhook_secret
        )
    return calls


def _on_table(deployed: Deployed, region: str) -> dict[str, Call]:
    client, table, row = dynamodb(region), deployed.control_table, rows.tier_key("data")
    return {
        "dynamodb:Scan": partial(client.scan, TableName=table, Limit=1),
        "dynamodb:Query": partial(_query, client, table),
        "dynamodb:UpdateItem": partial(
            client.update_item,
            TableName=table,
            Key=row,
            UpdateExpression="REMOVE never",
            ConditionExpression=NEVER,
        ),
        "dynamodb:PutItem": partial(client.put_item, TableName=table, Item=rows.copy_key(), ConditionExpression=NEVER),
    }


def _query(client: "DynamoDBClient", table: str) -> object:
    return client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "journal#doctor"}},
        ConsistentRead=True,
    )
