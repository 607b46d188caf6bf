"""What the replicators of `streams` tables cost, in both directions."""

import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from awslambdaric.lambda_runtime_log_utils import JsonFormatter  # type: ignore[import-untyped]

from evaluation import ROOT, Evaluation, Registration
from failover.replication.lane import Report
from lambdas.stream_replicator.metrics import embedded
from lambdas.stream_replicator.settings import Settings
from ops.forecast.bill import Item, bill, itemised, total
from ops.forecast.demand import FUNCTION, demand_of
from ops.forecast.prices import PriceTable
from ops.forecast.replicating import (
    CARRYING_METRICS,
    LANES,
    LEFT_LOG_BYTES,
    MARKING_METRICS,
    POLLS_PER_SECOND,
    RUN_LOG_BYTES,
    Replicating,
)
from ops.forecast.unit_costs import unit_costs
from ops.forecast.usage import SECONDS_A_MONTH, Load
from tests.conftest import Evaluate
from tests.stacks.registered import TABLE, of_type

PRICES = PriceTable.load()
ACTIVE, STANDBY = "ap-northeast-1", "us-west-2"
ONE = Load(writes_per_second={"orders": 1})
MONTH = SECONDS_A_MONTH
GOAL_USD = 70
ADDED_BYTES = 26  # by CloudWatch, to each line
AT = 1_893_456_000.0
SETTINGS = Settings.from_env(
    {
        "AWS_LAMBDA_FUNCTION_NAME": "lifeboat-prod-stream-replicator-canary",
        "AWS_REGION": ACTIVE,
        "CONTROL_REGIONS": "us-east-1,us-east-2,us-west-2",
        "CONTROL_TABLE": "lifeboat-prod-control",
        "DEAD_LETTER_BUCKET": "bucket",
        "EXPIRY": "ignore",
        "KEY_TYPES": '{"id": "S"}',
        "LANES": "10",
        "LOSERS_TABLE": "lifeboat-prod-losers",
        "PARTITION_KEY": "id",
        "PRIMARY_REGION": ACTIVE,
        "PRIMARY_TABLE_NAME": "lifeboat-prod-canary",
        "SECONDARY_REGION": STANDBY,
        "SECONDARY_TABLE_NAME": "lifeboat-prod-canary",
        "STACK": "prod",
        "STREAM_ARN": f"arn:aws:dynamodb:{ACTIVE}:111122223333:table/lifeboat-prod-canary/stream/1",
        "TOMBSTONE_SECONDS": "604800",
        "TTL_ATTRIBUTE": "_lifeboat_expires",
    }
)


@pytest.fixture
def streams(variant: Evaluate) -> Evaluation:
    return variant("streams")


def of(items: tuple[Item, ...], resource: str, meter: str, region: str) -> float:
    places = [one.usage for one in items if resource in one.usage.resource and one.usage.meter == meter]
    return sum(one.quantity for one in places if one.region == region)


def used(streams: Evaluation, load: Load, meter: str, region: str, resource: str = "orders-") -> float:
    return of(bill(streams, load, PRICES), resource, meter, region)


def test_a_write_is_one_more_write_in_the_other_region_and_a_run_in_each(streams: Evaluation) -> None:
    for region in (ACTIVE, STANDBY):
        assert used(streams, ONE, "dynamodb-write", region) == pytest.approx(MONTH)
        assert used(streams, ONE, "lambda-requests", region) == pytest.approx(MONTH)
    seconds = {region: used(streams, ONE, "lambda-arm64-seconds", region) for region in (ACTIVE, STANDBY)}
    assert seconds[ACTIVE] == pytest.approx(MONTH * 0.2 * 1769 / 1024)
    assert seconds[STANDBY] == pytest.approx(seconds[ACTIVE] / 10)


def test_a_write_around_the_client_is_marked_where_it_was_made_and_comes_a_second_time(streams: Evaluation) -> None:
    around = replace(ONE, around_client=1.0)
    assert used(streams, around, "dynamodb-write", ACTIVE) == pytest.approx(2 * MONTH)
    assert used(streams, around, "dynamodb-write", STANDBY) == pytest.approx(MONTH)
    assert used(streams, around, "dynamodb-read", ACTIVE) == pytest.approx(MONTH)
    assert used(streams, around, "dynamodb-read", "us-east-1") == pytest.approx(MONTH)
    assert used(streams, around, "lambda-requests", ACTIVE) == pytest.approx(2 * MONTH)
    assert used(streams, around, "lambda-requests", STANDBY) == pytest.approx(MONTH)
    assert used(streams, around, "lambda-arm64-seconds", ACTIVE) == pytest.approx(MONTH * 0.25 * 1769 / 1024)


def test_each_index_is_written_in_both_regions(streams: Evaluation) -> None:
    indexed = {"globalSecondaryIndexes": [{"name": "by-status", "projectionType": "KEYS_ONLY"}]}
    demand = demand_of(streams, replace(ONE, item_kilobytes=3))
    tables = [replace(one, inputs={**one.inputs, **indexed}) for one in orders(streams)]  # type: ignore[dict-item]
    for table in tables:
        assert of(itemised([table], demand, PRICES), "", "dynamodb-write", table.region) == pytest.approx(4 * MONTH)


def orders(streams: Evaluation) -> list[Registration]:
    return [one for one in of_type(streams, TABLE) if one.inputs["name"] == "lifeboat-prod-orders"]


def test_a_busy_table_fills_its_lanes_and_then_its_batches() -> None:
    def runs(writes_per_second: float) -> float:
        month = Replicating(table="t", part="application", writes=0, marks=0, kilobytes=1)
        return month.runs(writes_per_second * MONTH) / MONTH

    assert runs(LANES * POLLS_PER_SECOND) == pytest.approx(40)
    assert runs(1000) == pytest.approx(40)
    assert runs(1001) == pytest.approx(80)


def test_canaries_are_carried_over_at_once_and_start_nothing_where_they_arrive(streams: Evaluation) -> None:
    raised = 3 * demand_of(streams, Load()).observing.raises
    assert used(streams, Load(), "lambda-requests", ACTIVE, "canary-") == pytest.approx(raised)
    assert used(streams, Load(), "lambda-requests", STANDBY, "canary-") == 0
    assert used(streams, Load(), "dynamodb-write", STANDBY, "canary-") == pytest.approx(raised)
    probes = 3 * demand_of(streams, Load()).observing.probes
    assert used(streams, Load(), "dynamodb-write", ACTIVE, "canary-") == pytest.approx(probes)
    assert used(streams, Load(), "dynamodb-read", ACTIVE, "canary-") == pytest.approx(probes)


def test_without_its_filter_a_canarys_arrival_would_start_a_run(streams: Evaluation) -> None:
    demand = replace(demand_of(streams, Load()), sifted=frozenset())
    canaries = [one for one in streams.registrations if one.name.startswith(f"canary-replicator-aws-{STANDBY}")]
    assert of(itemised(canaries, demand, PRICES), "", "lambda-requests", STANDBY) > 0


def test_what_crosses_between_the_regions_leaves_the_one_that_sends_it(streams: Evaluation) -> None:
    assert used(streams, ONE, "transfer", ACTIVE) == pytest.approx(MONTH * 2500 / 1e9)
    assert used(streams, ONE, "transfer", STANDBY) == pytest.approx(MONTH * 900 / 1e9)


def test_a_table_that_nobody_writes_costs_its_metrics_and_alarms_only(streams: Evaluation) -> None:
    idle = [
        one
        for one in bill(streams, Load(), PRICES)
        if "orders-" in one.usage.resource and "-aws-" in one.usage.resource
    ]
    replicating = {one.usage.meter for one in idle if "replicator" in one.usage.resource}
    assert replicating == {"metrics", "alarms"}
    metrics = [one.usage for one in idle if one.usage.meter == "metrics"]
    assert {(one.region, one.quantity) for one in metrics} == {(ACTIVE, CARRYING_METRICS + MARKING_METRICS)}
    assert total(idle, "application") == 0


def test_the_streams_are_read_and_the_losers_kept_for_nothing(streams: Evaluation) -> None:
    items = bill(streams, ONE, PRICES)
    assert not [one for one in items if "losers" in one.usage.resource or one.usage.resource.endswith("-stream")]


def test_unit_costs_tell_what_a_writer_around_the_client_costs_more(streams: Evaluation, prod: Evaluation) -> None:
    costs = {one.what: one.usd for one in unit_costs(streams, 1, PRICES)}
    assert costs["orders: a million writes around the client"] > costs["orders: a million writes"] > 0
    assert not [one for one in unit_costs(prod, 1, PRICES) if "around" in one.what]


def test_every_replicator_that_runs_is_priced_by_the_code_that_it_runs(streams: Evaluation) -> None:
    functions = [one for one in streams.registrations if one.type == FUNCTION and "replicator" in one.name]
    billed = {one.usage.resource for one in bill(streams, ONE, PRICES) if one.usage.meter == "lambda-requests"}
    assert {one.name for one in functions} - billed == {f"canary-replicator-aws-{STANDBY}-carrier-function"}


def test_the_documentation_says_what_replication_costs_today(streams: Evaluation) -> None:
    told = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8")
    costs = {one.what: one.usd for one in unit_costs(streams, 1, PRICES)}
    assert f"come to ${costs['orders: a million writes']:.2f}," in told
    assert f"around the client to ${costs['orders: a million writes around the client']:.2f}." in told
    assert f"${total(bill(streams, Load(), PRICES), 'control plane'):.2f} a month" in told


def test_the_control_plane_of_a_stack_with_replicators_keeps_the_goal(streams: Evaluation) -> None:
    assert total(bill(streams, Load(), PRICES), "control plane") <= GOAL_USD


@pytest.mark.parametrize(
    ("counts", "names", "most"),
    [
        ({"applied": 1}, CARRYING_METRICS, RUN_LOG_BYTES),
        ({"applied": 500, "marked": 500}, CARRYING_METRICS + MARKING_METRICS, RUN_LOG_BYTES),
        ({"left": 500}, 0, LEFT_LOG_BYTES),
    ],
)
def test_a_runs_lines_and_metrics_are_no_longer_and_no_more_than_they_are_counted(
    counts: Mapping[str, int], names: int, most: int
) -> None:
    line = embedded(Report(counts=Counter(counts), newest_at=AT), SETTINGS, AT + 0.9)
    told = json.loads(line)["_aws"]["CloudWatchMetrics"][0]["Metrics"] if line else []
    assert len(told) == names
    written = len(carried(counts)) + ADDED_BYTES + (len(line) + ADDED_BYTES if line else 0)
    assert written <= most <= written * 1.35


def carried(counts: Mapping[str, int]) -> str:
    record = logging.LogRecord("lambdas.stream_replicator.handler", logging.INFO, "", 1, "carried", (), None)
    record.aws_request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    for name, value in {"records": 500, "failed": 0, **counts}.items():
        setattr(record, name, value)
    return str(JsonFormatter().format(record))
