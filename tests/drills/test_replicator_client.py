"""What an operator sees of a table's replicators, in the embedded cloud."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from drills.replicator_client import ReplicatorClient
from failover.sites import Sites
from localcloud.front import Front
from tests.localcloud.conftest import ClientOf
from tests.localcloud.stream_bench import StreamBench

FUNCTION = "lifeboat-here-stream-replicator-orders"
ALARM = "lifeboat-here-orders-replication-late"
SITES = Sites(primary="us-east-1", secondary="us-west-2")


@pytest.fixture
def bench(front: Front, client: ClientOf) -> StreamBench:
    return StreamBench(front, client, FUNCTION)


@pytest.fixture
def late(client: ClientOf) -> Iterator[None]:
    """Have an alarm of the table's in the primary region."""
    alarms = client("cloudwatch")
    alarms.put_metric_alarm(
        AlarmName=ALARM,
        MetricName="IteratorAge",
        Namespace="AWS/Lambda",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=3,
        Threshold=10_000,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    alarms.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="a test")
    yield
    alarms.delete_alarms(AlarmNames=[ALARM])


def seen_by(
    client: ClientOf, backlog: dict[str, Any] | None = None, sandboxes: list[dict[str, Any]] | None = None
) -> ReplicatorClient:
    return ReplicatorClient("here", SITES, client, lambda: backlog or {}, lambda: sandboxes or [])


def test_lanes_are_narrowed_of_the_table_s_own_mapping(bench: StreamBench, client: ClientOf) -> None:
    uuid = bench.map(ParallelizationFactor=10)
    seen_by(client).narrow(1)
    assert client("lambda").get_event_source_mapping(UUID=uuid)["ParallelizationFactor"] == 1


def test_records_that_wait_are_those_of_the_site_s_region(client: ClientOf) -> None:
    replicators = seen_by(client, {"us-east-1": {"records": 7, "seconds": 2.5}})
    assert [replicators.waiting(site) for site in ("primary", "secondary")] == [7, 0]


def test_an_alarm_s_state_is_told_by_the_table_s_name(late: None, client: ClientOf) -> None:
    assert late is None
    assert seen_by(client).alarm("primary", "replication-late") == "ALARM"
    with pytest.raises(KeyError, match="replication-late"):
        seen_by(client).alarm("secondary", "replication-late")


def test_the_largest_process_is_one_of_the_table_s_replicators_and_a_dead_one_has_no_size(client: ClientOf) -> None:
    mine, dead = {"function": FUNCTION, "pid": os.getpid()}, {"function": FUNCTION, "pid": 2**22 + 1}
    another = {"function": "lifeboat-here-health-checker", "pid": os.getpid()}
    assert seen_by(client, sandboxes=[dead, mine]).memory_mb() > 10
    assert seen_by(client, sandboxes=[dead, another]).memory_mb() == 0
