"""AWS's words as facts, where the embedded cloud cannot say them: the service's answers are recorded shapes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from failover.readiness import reading
from failover.readiness.facts import TopicFacts

OLD, NEW = "a" * 32, "b" * 32
NOW = datetime(2027, 1, 1, tzinfo=UTC)
DESCRIBED: Mapping[str, Any] = {
    "TableName": "orders",
    "TableStatus": "ACTIVE",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "ProvisionedThroughput": {"WriteCapacityUnits": 0, "ReadCapacityUnits": 0},
}
ON_DEMAND: Mapping[str, Any] = {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}


def answering(service: str, *answers: tuple[str, Mapping[str, Any]]) -> Any:
    """Return a client that gives the service's answers in their order, checked against its model."""
    client = boto3.client(  # type: ignore[call-overload]
        service, region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    stubber = Stubber(client)
    for operation, answer in answers:
        stubber.add_response(operation, dict(answer))
    stubber.activate()
    return client


def described(**more: Any) -> Any:
    backups = {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"},
    }
    return answering(
        "dynamodb",
        ("describe_table", {"Table": {**DESCRIBED, **more}}),
        ("describe_continuous_backups", {"ContinuousBackupsDescription": backups}),
    )


@pytest.mark.parametrize(
    ("more", "on_demand", "writes"),
    [
        (ON_DEMAND, True, None),
        ({**ON_DEMAND, "OnDemandThroughput": {"MaxWriteRequestUnits": -1}}, True, None),
        ({**ON_DEMAND, "OnDemandThroughput": {"MaxWriteRequestUnits": 40}}, True, 40),
        ({"ProvisionedThroughput": {"WriteCapacityUnits": 5}}, False, 5),
    ],
)
def test_what_limits_writes_is_read(more: Mapping[str, Any], on_demand: bool, writes: int | None) -> None:
    table = reading.table(described(**more), "orders")
    assert (table.on_demand, table.writes) == (on_demand, writes)


def test_a_replica_on_its_way_is_read_with_its_state() -> None:
    replicas = [{"RegionName": "us-west-2", "ReplicaStatus": "CREATING"}]
    table = reading.table(described(Replicas=replicas, DeletionProtectionEnabled=True), "orders")
    assert (table.replicas, table.protected, table.recovery) == ({"us-west-2": "CREATING"}, True, True)
    assert table.stream is None


def test_subscriptions_that_nobody_confirmed_or_that_are_gone_hear_nothing() -> None:
    arns = ("arn:aws:sns:us-east-1:123456789012:t:1", "PendingConfirmation", "Deleted")
    answer = {"Subscriptions": [{"SubscriptionArn": arn} for arn in arns]}
    client = answering("sns", ("list_subscriptions_by_topic", answer))
    assert reading.topic(client, "arn:aws:sns:us-east-1:123456789012:t") == TopicFacts(confirmed=1, pending=1)


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ({"VersionIdsToStages": {OLD: ["AWSPREVIOUS"], NEW: ["AWSCURRENT"]}}, NEW),
        ({"VersionIdsToStages": {OLD: ["AWSPREVIOUS"]}}, ""),
        ({}, ""),
        ({"VersionIdsToStages": {NEW: ["AWSCURRENT"]}, "DeletedDate": NOW}, ""),
    ],
)
def test_a_secret_counts_if_its_current_value_can_be_read(answer: Mapping[str, Any], version: str) -> None:
    assert reading.secret(answering("secretsmanager", ("describe_secret", answer)), "webhook") == version


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([{"State": "Enabled", "LastProcessingResult": "No records processed"}], "Enabled"),
        (
            [{"State": "Enabled", "LastProcessingResult": "PROBLEM: Function call failed"}],
            "Enabled, last result PROBLEM: Function call failed",
        ),
        ([], "no event source mapping"),
    ],
)
def test_trouble_with_an_event_source_is_read_along(found: list[Mapping[str, str]], state: str) -> None:
    client = answering("lambda", ("list_event_source_mappings", {"EventSourceMappings": found}))
    assert reading.source(client, "notifier") == state


def test_the_sources_of_a_region_are_read_page_by_page_and_those_of_others_left_out() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    told = [
        {"FunctionArn": f"{arn}lifeboat-test-a", "State": "Enabled"},
        {"FunctionArn": f"{arn}somebody-elses", "State": "Disabled"},
    ]
    more = [{"FunctionArn": f"{arn}lifeboat-test-b", "State": "Enabled", "LastProcessingResult": "PROBLEM: throttled"}]
    pages = ({"EventSourceMappings": told, "NextMarker": "more"}, {"EventSourceMappings": more})
    client = answering("lambda", *(("list_event_source_mappings", page) for page in pages))
    found = reading.sources(client, "lifeboat-test-")
    assert found == {"a": "Enabled", "b": "Enabled, last result PROBLEM: throttled"}


@pytest.mark.parametrize("states", [["Enabled", "Disabled", "Enabled"], ["Disabled", "Enabled", "Enabled"]])
def test_one_of_several_sources_that_is_not_well_says_it_for_its_function(states: list[str]) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:lifeboat-test-divergence-auditor"
    told = [{"FunctionArn": arn, "State": state} for state in states]
    client = answering("lambda", ("list_event_source_mappings", {"EventSourceMappings": told}))
    assert reading.sources(client, "lifeboat-test-") == {"divergence-auditor": "Disabled"}


def test_a_replicator_is_read_in_one_call() -> None:
    configured = {"State": "Active", "LastUpdateStatus": "Successful", "CodeSha256": "k9", "Timeout": 120}
    answer = {"Configuration": configured, "Concurrency": {"ReservedConcurrentExecutions": 7}}
    found = reading.reader(answering("lambda", ("get_function", answer)), "lifeboat-test-stream-replicator-orders")
    assert (found.state, found.update, found.code, found.timeout_seconds) == ("Active", "Successful", "k9", 120)
    assert found.reserved == 7


def test_more_alarms_than_one_page_holds_are_read_all() -> None:
    names = tuple(f"table-{number:03}-replication-late" for number in range(150))
    described = [{"AlarmName": f"p-{name}", "StateValue": "OK", "StateUpdatedTimestamp": NOW} for name in names]
    lots = ({"MetricAlarms": described[:100]}, {"MetricAlarms": described[100:]})
    found = reading.alarms(answering("cloudwatch", *(("describe_alarms", lot) for lot in lots)), "p-", names)
    assert tuple(found) == names
