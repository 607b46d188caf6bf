"""What the replicators of `streams` tables cost, in both directions."""

from dataclasses import replace

import pytest

from evaluation import ROOT, Evaluation, Registration
from ops.forecast.bill import Item, bill, itemised, total, unit_costs
from ops.forecast.demand import FUNCTION, demand_of
from ops.forecast.prices import PriceTable
from ops.forecast.replicating import LANES, POLLS_PER_SECOND, Replicating
from ops.forecast.usage import SECONDS_A_MONTH, Load
from tests.conftest import Evaluate
from tests.stacks.registered import TABLE, of_type

PRICES = PriceTable.load()
ACTIVE, STANDBY = "ap-northeast-1", "us-west-2"
ONE = Load(writes_per_second={"orders": 1})
MONTH = SECONDS_A_MONTH


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


def test_canaries_are_replicated_as_writes_around_the_client_whatever_the_load(streams: Evaluation) -> None:
    probes = 3 * demand_of(streams, Load()).observing.probes
    assert used(streams, Load(), "lambda-requests", ACTIVE, "canary-") == pytest.approx(2 * probes)
    assert used(streams, Load(), "lambda-requests", STANDBY, "canary-") == pytest.approx(probes)
    assert used(streams, Load(), "dynamodb-write", STANDBY, "canary-") == pytest.approx(probes)


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
    assert total(idle, "application") == 0


def test_the_streams_are_read_and_the_losers_kept_for_nothing(streams: Evaluation) -> None:
    items = bill(streams, ONE, PRICES)
    assert not [one for one in items if "losers" in one.usage.resource or one.usage.resource.endswith("-stream")]


def test_unit_costs_tell_what_a_writer_around_the_client_costs_more(streams: Evaluation, prod: Evaluation) -> None:
    costs = {one.what: one.usd for one in unit_costs(streams, 1, PRICES)}
    assert costs["orders: a million writes around the client"] > costs["orders: a million writes"] > 0
    assert not [one for one in unit_costs(prod, 1, PRICES) if "around" in one.what]


def test_every_replicator_is_priced_by_the_code_that_it_runs(streams: Evaluation) -> None:
    functions = [one for one in streams.registrations if one.type == FUNCTION and "replicator" in one.name]
    billed = {one.usage.resource for one in bill(streams, ONE, PRICES) if one.usage.meter == "lambda-requests"}
    assert {one.name for one in functions} <= billed


def test_the_documentation_says_what_replication_costs_today(streams: Evaluation) -> None:
    told = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8")
    costs = {one.what: one.usd for one in unit_costs(streams, 1, PRICES)}
    assert f"come to ${costs['orders: a million writes']:.2f}," in told
    assert f"around the client to ${costs['orders: a million writes around the client']:.2f}." in told
    assert f"\n${total(bill(streams, Load(), PRICES), 'control plane'):.0f} a month, over the goal" in told
