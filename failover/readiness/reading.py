"""One function for each thing that is read, in AWS's words on one side and as facts on the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from failover.readiness.facts import AlarmFacts, FunctionFacts, TableFacts, TopicFacts
from failover.rehearsal import KIND

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

OUTPUTS_KEY = {"pk": {"S": "outputs"}, "sk": {"S": "copy"}}
CURRENT = "AWSCURRENT"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
ALARMS_AT_ONCE = 100
PENDING = "PendingConfirmation"
NO_SOURCE = "no event source mapping"
WELL = "Enabled"


def table(client: DynamoDBClient, name: str) -> TableFacts:
    """Read one replica's description and its backups."""
    found: dict[str, Any] = dict(client.describe_table(TableName=name)["Table"])
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    on_demand = found.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    return TableFacts(
        status=found["TableStatus"],
        replicas={one["RegionName"]: one.get("ReplicaStatus", "unknown") for one in found.get("Replicas", ())},
        keys=tuple(one["AttributeName"] for one in found["KeySchema"]),
        stream=found.get("StreamSpecification", {}).get("StreamViewType"),
        recovery=backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED",
        protected=found.get("DeletionProtectionEnabled", False),
        on_demand=on_demand,
        writes=_most_writes(found, on_demand),
    )


def _most_writes(found: dict[str, Any], on_demand: bool) -> int | None:
    """Return the units that limit writes; -1 is how on-demand tables spell none."""
    if not on_demand:
        return int(found["ProvisionedThroughput"]["WriteCapacityUnits"])
    limit = found.get("OnDemandThroughput", {}).get("MaxWriteRequestUnits", -1)
    return None if limit < 0 else int(limit)


def function(client: LambdaClient, name: str) -> FunctionFacts:
    """Read one function's configuration, the newest one, and what it has reserved."""
    found = client.get_function_configuration(FunctionName=name)
    return _function(found, client.get_function_concurrency(FunctionName=name))


def reader(client: LambdaClient, name: str) -> FunctionFacts:
    """Read the same of one function among many: Lambda answers 100 such calls a second, and 15 of all others together.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    found = client.get_function(FunctionName=name)
    return _function(found["Configuration"], found.get("Concurrency", {}))


def _function(found: Mapping[str, Any], concurrency: Mapping[str, Any]) -> FunctionFacts:
    return FunctionFacts(
        state=found.get("State", "unknown"),
        update=found.get("LastUpdateStatus", "unknown"),
        code=found["CodeSha256"],
        runtime=found.get("Runtime", "none"),
        timeout_seconds=found["Timeout"],
        reserved=concurrency.get("ReservedConcurrentExecutions"),
        environment=found.get("Environment", {}).get("Variables", {}),
    )


def source(client: LambdaClient, name: str) -> str:
    """Read the state of the one queue that a function reads, and the last trouble with it."""
    found = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    return _state(found[0]) if found else NO_SOURCE


def sources(client: LambdaClient, prefix: str) -> dict[str, str]:
    """Read the same of every function of a region whose name begins so, by the rest of its name, a page at a time.

    Of a function that reads several, one that is not well says it for all.
    """
    found: dict[str, str] = {}
    for page in client.get_paginator("list_event_source_mappings").paginate():
        for one in page["EventSourceMappings"]:
            name, state = one["FunctionArn"].rpartition(":")[2], _state(one)
            found[name] = found.get(name, state) if state == WELL else state
    return {name.removeprefix(prefix): state for name, state in found.items() if name.startswith(prefix)}


def _state(mapping: Mapping[str, Any]) -> str:
    state, last = str(mapping["State"]), str(mapping.get("LastProcessingResult") or "")
    return f"{state}, last result {last}" if last.startswith("PROBLEM") else state


def concurrency(client: LambdaClient) -> int:
    """Read how many runs at once the account has left for functions that reserved none."""
    return client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]


def rehearsal(client: LambdaClient, name: str) -> dict[str, str]:
    """Have an orchestrator make every call of a failover without effect; see ``failover.rehearsal``."""
    answer = client.invoke(FunctionName=name, Payload=json.dumps({"kind": KIND}).encode())
    told = json.loads(answer["Payload"].read())
    if "rehearsed" in told:
        return dict(told["rehearsed"])
    return {"start": f"{told.get('errorType', 'unknown answer')}: {told.get('errorMessage', '')}"}


def schedule(client: EventBridgeSchedulerClient, name: str) -> str:
    """Read whether a schedule fires."""
    return client.get_schedule(Name=name)["State"]


def visible(client: SQSClient, name: str) -> int:
    """Read how many messages wait in a queue."""
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def topic(client: SNSClient, arn: str) -> TopicFacts:
    """Count a topic's first hundred subscriptions, which is all that ours can have."""
    found = client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    arns = [one["SubscriptionArn"] for one in found]
    return TopicFacts(confirmed=sum(one.startswith("arn:") for one in arns), pending=arns.count(PENDING))


def alarms(client: CloudWatchClient, prefix: str, names: tuple[str, ...]) -> dict[str, AlarmFacts]:
    """Read alarms with these names after the prefix; another stack's may begin alike."""
    wanted = [f"{prefix}{name}" for name in names]
    lots = [wanted[first : first + ALARMS_AT_ONCE] for first in range(0, len(wanted), ALARMS_AT_ONCE)]
    found = [one for lot in lots for one in _alarms(client, lot)]
    return {
        one["AlarmName"].removeprefix(prefix): AlarmFacts(state=one["StateValue"], since=one["StateUpdatedTimestamp"])
        for one in found
    }


def _alarms(client: CloudWatchClient, names: list[str]) -> list[MetricAlarmTypeDef]:
    return client.describe_alarms(AlarmNames=names, MaxRecords=ALARMS_AT_ONCE)["MetricAlarms"]


def secret(client: SecretsManagerClient, name: str) -> str:
    """Read the version of a secret's current value, "" without one that can be read; never the value."""
    found: dict[str, Any] = dict(client.describe_secret(SecretId=name))
    versions = {} if found.get("DeletedDate") else found.get("VersionIdsToStages", {})
    return next((version for version, stages in versions.items() if CURRENT in stages), "")


def parameter(client: SSMClient, name: str) -> str:
    """Read a parameter's value."""
    return client.get_parameter(Name=name)["Parameter"]["Value"]


def outputs_copy(client: DynamoDBClient, table_name: str) -> bool:
    """Say whether the control table holds a copy of the stack's outputs."""
    answer = client.get_item(TableName=table_name, Key=OUTPUTS_KEY, ConsistentRead=True, ProjectionExpression="pk")
    return "Item" in answer
