"""A service can count what its calls came to."""

import pytest

from failover.regional_table import RegionalTable, TableOptions, UncertainWrite
from failover.table_metrics import PrometheusText
from failover.write_grants import NoCurrentView
from tests.failover.two_regions import KEY, LOST, FixedViews, World, client_error


@pytest.fixture
def metrics() -> PrometheusText:
    return PrometheusText()


@pytest.fixture
def world() -> World:
    return World.whole()


@pytest.fixture
def table(world: World, metrics: PrometheusText) -> RegionalTable:
    return world.table(options=TableOptions(metrics=metrics))


def test_an_operation_is_counted_with_its_region_and_time(
    world: World, table: RegionalTable, metrics: PrometheusText
) -> None:
    world.primary.answers = [client_error("ThrottlingException"), {}]
    table.put_item(Item=KEY)
    labels = 'operation="put_item",region="us-east-1",outcome="answered"'
    assert f"lifeboat_table_operation_seconds_count{{{labels}}} 1\n" in metrics.text()
    assert f"lifeboat_table_operation_seconds_sum{{{labels}}} 0.150000\n" in metrics.text()


def test_a_failure_is_counted_by_its_class_and_a_refusal_by_its_code(
    world: World, table: RegionalTable, metrics: PrometheusText
) -> None:
    world.primary.answers = [LOST, client_error("ConditionalCheckFailedException")]
    with pytest.raises(UncertainWrite):
        table.put_item(Item=KEY)
    with pytest.raises(Exception, match="ConditionalCheckFailed"):
        table.put_item(Item=KEY)
    assert 'region="us-east-1",outcome="UncertainWrite"} 1\n' in metrics.text()
    assert 'region="",outcome="ConditionalCheckFailedException"} 1\n' in metrics.text()


def test_what_was_never_sent_has_no_region(world: World, metrics: PrometheusText) -> None:
    world.views = FixedViews(until=104.0, refusal=NoCurrentView("none"))
    with pytest.raises(NoCurrentView):
        world.table(options=TableOptions(metrics=metrics)).delete_item(Key=KEY)
    assert 'operation="delete_item",region="",outcome="NoCurrentView"} 1\n' in metrics.text()


def test_an_outbox_is_told_as_it_is_now(metrics: PrometheusText) -> None:
    metrics.outbox(waiting=9, parked=0, size=100, oldest_seconds=1.0)
    metrics.outbox(waiting=3, parked=1, size=4096, oldest_seconds=12.5)
    lines = metrics.text().splitlines()
    values = [line for line in lines if line.startswith("lifeboat_outbox")]
    assert values == [
        "lifeboat_outbox_waiting 3",
        "lifeboat_outbox_parked 1",
        "lifeboat_outbox_bytes 4096",
        "lifeboat_outbox_oldest_seconds 12.5",
    ]
