"""An account with what the control plane uses, and its environment."""

import os
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from failover.protocol import Protocol

CONTROL_REGIONS = ("us-east-1", "us-east-2", "us-west-2")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the deployed function is told."""
    told = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-2",
        "STACK": "test",
        "CONTROL_TABLE": "lifeboat-test-control",
        "CONTROL_REGIONS": ",".join(CONTROL_REGIONS),
        "PRIMARY_REGION_NAME": "us-east-1",
        "SECONDARY_REGION_NAME": "us-west-2",
        "DATA_MODE": "mrec",
        "PRIMARY_REGION_DDB_TABLE": "lifeboat-test-canary",
        "HEALTH_CHECK_ITEM_KEY": "health_check_id",
        "HEALTH_CHECK_ITEM_VALUE": "ok",
        "SNS_TOPIC_ARN": "arn:aws:sns:us-east-2:123456789012:lifeboat-test-signals",
        "ACTIVE_PARAMETER": "/lifeboat/test/data/active-region",
        "LIFEBOAT_PROTOCOL": Protocol().to_json(),
        "OBSERVER": "us-east-2",
        "ORCHESTRATOR_FUNCTION": "lifeboat-test-failover-orchestrator",
        "MAX_LATENCY_MS": "500",
        "PRIMARY_REGION_HOSTED_ZONE_ID": "",
        "SECONDARY_REGION_HOSTED_ZONE_ID": "",
        "APPLICATION_DNS_NAME": "",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    return told


@pytest.fixture
def account(environment: dict[str, str]) -> Iterator[None]:
    """The tables, the topic and the parameter, over moto."""
    with mock_aws():
        _table("us-east-2", environment["CONTROL_TABLE"], "pk", "sk")
        for region in ("us-east-1", "us-west-2"):
            _table(region, environment["PRIMARY_REGION_DDB_TABLE"], "id")
        boto3.client("sns", region_name="us-east-2").create_topic(Name="lifeboat-test-signals")
        for region in CONTROL_REGIONS:
            boto3.client("ssm", region_name=region).put_parameter(
                Name=environment["ACTIVE_PARAMETER"], Value="us-east-1", Type="String"
            )
        yield


def _table(region: str, name: str, *keys: str) -> None:
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if number else "HASH"} for number, key in enumerate(keys)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
    )
