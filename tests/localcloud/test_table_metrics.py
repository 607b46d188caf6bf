"""What the cloud says of its tables in CloudWatch, as DynamoDB does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.faults import Fault
from localcloud.front import Front
from localcloud.metrics import Metrics
from localcloud.table_metrics import TableMetrics
from tests.localcloud.conftest import HURRIED, ClientOf
from tests.localcloud.tables import key, make_eventual, put, value
from tests.waiting import eventually

EAST, WEST = "us-east-1", "us-west-2"


@pytest.fixture
def table(client: ClientOf) -> str:
    return make_eventual(client("dynamodb", EAST), WEST)


@pytest.fixture
def told(front: Front) -> TableMetrics:
    return TableMetrics(front.dynamodb.replication, front.gateway.injection, Metrics(front.gateway))


def values(client: ClientOf, region: str, metric: str, **dimensions: str) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    found = client("cloudwatch", region).get_metric_statistics(
        Namespace="AWS/DynamoDB",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": one} for name, one in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Sum", "Maximum"],
    )
    return list(found["Datapoints"])


def test_how_late_changes_arrive_is_told_where_they_were_made_once(
    client: ClientOf, table: str, told: TableMetrics
) -> None:
    put(client("dynamodb", EAST), table, "a", "1")
    eventually(lambda: value(client("dynamodb", WEST), table, "a") == "1", 20, "the write is in the west")
    told.tick()
    told.tick()

    (latency,) = values(client, EAST, "ReplicationLatency", TableName=table, ReceivingRegion=WEST)
    assert 0 < latency["Maximum"] == latency["Sum"]
    assert values(client, WEST, "ReplicationLatency", TableName=table, ReceivingRegion=EAST) == []


def test_a_throttled_call_counts_where_it_went_as_a_read_or_a_write(
    front: Front, client: ClientOf, table: str, told: TableMetrics
) -> None:
    front.gateway.faults.add(Fault(effect="throttle", region=WEST, table=table))
    west = client("dynamodb", WEST, config=HURRIED)
    for _ in range(2):
        with pytest.raises(ClientError, match="ThrottlingException"):
            west.get_item(TableName=table, Key=key("a"))
    told.tick()

    assert [one["Sum"] for one in values(client, WEST, "ReadThrottleEvents", TableName=table)] == [2]
    assert values(client, WEST, "WriteThrottleEvents", TableName=table) == []
    assert values(client, EAST, "ReadThrottleEvents", TableName=table) == []
