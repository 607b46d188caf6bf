"""The bill: nothing declared goes unpriced, and it is the sum of its parts."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import Evaluation, Registration
from ops.forecast.bill import FREE, PRICED, Item, bill, itemised, total
from ops.forecast.demand import FUNCTION, SCHEDULE, Demand, demand_of
from ops.forecast.prices import NoPrice, PriceTable
from ops.forecast.unit_costs import unit_costs
from ops.forecast.usage import SECONDS_A_MONTH, Load, Unpriced
from tests.conftest import Evaluate

PRICES = PriceTable.load()
IDLE = Load()
LOADED = Load(
    writes_per_second={"orders": 20},
    reads_per_second={"orders": 50},
    gigabytes={"orders": 7},
    clients=12,
    item_kilobytes=3,
)
GLOBAL_WRITE, WRITE = "dynamodb-replicated-write", "dynamodb-write"


def first(evaluation: Evaluation, type_: str, name: str = "") -> Registration:
    return next(one for one in evaluation.registrations if one.type == type_ and name in one.name)


def with_inputs(one: Registration, **inputs: Any) -> Registration:
    return replace(one, inputs={**one.inputs, **inputs})


def quantity(items: Iterable[Item], meter: str, region: str | None = None, resource: str = "") -> float:
    return sum(
        item.usage.quantity
        for item in items
        if item.usage.meter == meter and region in (None, item.usage.region) and resource in item.usage.resource
    )


def seen(one: Registration, evaluation: Evaluation, load: Load = IDLE) -> tuple[Item, ...]:
    return itemised([one], demand_of(evaluation, load), PRICES)


def test_every_declared_type_is_priced_or_free_with_a_reason_and_never_both(stack: Evaluation) -> None:
    declared = {one.type for one in stack.registrations if one.custom}
    assert declared <= set(PRICED) | set(FREE)
    assert not set(PRICED) & set(FREE)
    assert all(FREE.values())


def test_a_new_type_of_resource_is_an_error_until_somebody_looks_up_its_price(prod: Evaluation) -> None:
    machine = replace(first(prod, FUNCTION), type="aws:ec2/instance:Instance")
    with pytest.raises(Unpriced, match=r"aws:ec2/instance:Instance.*bill\.py"):
        seen(machine, prod)


def test_a_table_that_nobody_knows_is_an_error(prod: Evaluation) -> None:
    table = with_inputs(first(prod, "aws:dynamodb/table:Table"), name="lifeboat-prod-other")
    with pytest.raises(Unpriced, match="neither the control"):
        seen(table, prod)


def test_a_region_without_prices_is_an_error(prod: Evaluation) -> None:
    with pytest.raises(NoPrice, match="sa-east-1"):
        seen(replace(first(prod, "aws:secretsmanager/secret:Secret"), region="sa-east-1"), prod)


def test_the_control_plane_of_production_stays_within_its_goal(prod: Evaluation) -> None:
    assert 50 < total(bill(prod, IDLE, PRICES), "control plane") <= 70


def test_no_load_of_the_application_changes_what_the_control_plane_costs(stack: Evaluation) -> None:
    idle, loaded = bill(stack, IDLE, PRICES), bill(stack, LOADED, PRICES)
    assert total(idle, "control plane") == pytest.approx(total(loaded, "control plane"))
    assert total(idle, "application") == 0 < total(loaded, "application")


@given(factor=st.floats(min_value=0.01, max_value=1000))
def test_the_applications_bill_is_linear_in_its_load(prod: Evaluation, factor: float) -> None:
    more = replace(
        LOADED,
        writes_per_second={"orders": 20 * factor},
        reads_per_second={"orders": 50 * factor},
        gigabytes={"orders": 7 * factor},
        clients=12 * factor,
    )
    once, scaled = (total(bill(prod, load, PRICES), "application") for load in (LOADED, more))
    assert scaled == pytest.approx(once * factor)


def test_the_bill_is_the_sum_over_the_regions_that_declare(stack: Evaluation) -> None:
    demand = demand_of(stack, LOADED)
    regions = {one.region for one in stack.registrations}
    parts = [itemised([one for one in stack.registrations if one.region == r], demand, PRICES) for r in regions]
    assert total(bill(stack, LOADED, PRICES)) == pytest.approx(sum(total(part) for part in parts))


def test_unit_costs_add_up_to_the_bill_of_a_load(prod: Evaluation) -> None:
    costs = {one.what: one.usd for one in unit_costs(prod, 3, PRICES)}
    millions = SECONDS_A_MONTH / 1e6
    added = (
        20 * millions * costs["orders: a million writes"]
        + 50 * millions * costs["orders: a million reads"]
        + 7 * costs["orders: a GB kept for a month"]
        + 12 * costs["a client process for a month"]
    )
    assert added == pytest.approx(total(bill(prod, LOADED, PRICES), "application"))


def test_a_vote_and_a_machines_session_are_written_once_in_each_control_region(stack: Evaluation) -> None:
    items, demand = bill(stack, IDLE, PRICES), demand_of(stack, IDLE)
    for region in demand.control_regions:
        written = quantity(items, GLOBAL_WRITE, region, "control")
        assert written == pytest.approx(3 * demand.observing.votes + demand.sessions)


@pytest.mark.parametrize(
    ("mode", "meter", "regions", "resource"),
    [
        ("prod", GLOBAL_WRITE, {"us-east-1", "us-west-2"}, "orders-aws"),
        ("prod", GLOBAL_WRITE, {"us-east-1", "us-west-2"}, "canary-aws"),
        ("mrsc", GLOBAL_WRITE, {"eu-west-1", "eu-central-1"}, "orders-aws"),
        ("mrsc", GLOBAL_WRITE, {"eu-west-1", "eu-central-1"}, "canary-aws"),
        ("streams", WRITE, {"ap-northeast-1", "us-west-2"}, "orders-aws"),
    ],
)
def test_a_write_costs_one_unit_wherever_it_lands(
    variant: Evaluate, mode: str, meter: str, regions: set[str], resource: str
) -> None:
    one = Load(writes_per_second={"orders": 1})
    items = [item for item in bill(variant(mode), one, PRICES) if resource in item.usage.resource]
    of_meter = [item.usage for item in items if item.usage.meter == meter and "index" not in item.usage.why]
    assert {usage.region for usage in of_meter} == regions
    assert len({usage.quantity for usage in of_meter}) == 1


ORDERS = Load(writes_per_second={"orders": 1}, gigabytes={"orders": 1}, clients=1)
BY_STATUS = {"name": "by-status", "projectionType": "KEYS_ONLY"}
WHOLE = {"name": "whole", "projectionType": "ALL"}


@pytest.mark.parametrize(
    ("inputs", "kilobytes", "meter", "region", "units"),
    [
        ({"globalSecondaryIndexes": []}, 1, WRITE, None, 0),
        ({"globalSecondaryIndexes": [BY_STATUS]}, 3, WRITE, "us-west-2", SECONDS_A_MONTH),
        ({"globalSecondaryIndexes": [BY_STATUS, WHOLE]}, 3, WRITE, "us-west-2", 4 * SECONDS_A_MONTH),
        ({"localSecondaryIndexes": [WHOLE], "globalSecondaryIndexes": []}, 2, WRITE, "us-east-1", 2 * SECONDS_A_MONTH),
        ({}, 0.2, GLOBAL_WRITE, "us-west-2", SECONDS_A_MONTH),
        ({}, 1.1, GLOBAL_WRITE, "us-west-2", 2 * SECONDS_A_MONTH),
        ({"ttl": {"attributeName": "at", "enabled": True}}, 1, GLOBAL_WRITE, "us-west-2", 2 * SECONDS_A_MONTH),
        ({"ttl": {"attributeName": "at", "enabled": True}}, 1, GLOBAL_WRITE, "us-east-1", SECONDS_A_MONTH),
        ({}, 1, "transfer", "us-east-1", SECONDS_A_MONTH * 1000 / 1e9),
        ({}, 1, "dynamodb-storage", None, 2),
        ({}, 1, "dynamodb-recovery", None, 2),
        ({"pointInTimeRecovery": {"enabled": False}}, 1, "dynamodb-recovery", None, 1),
        ({}, 1, "key-requests", "us-east-1", SECONDS_A_MONTH / 300),
        ({"serverSideEncryption": None}, 1, "key-requests", None, 0),
    ],
)
def test_an_application_table_uses(
    prod: Evaluation, inputs: dict[str, Any], kilobytes: float, meter: str, region: str | None, units: float
) -> None:
    table = with_inputs(first(prod, "aws:dynamodb/table:Table", "orders"), **inputs)
    used = seen(table, prod, replace(ORDERS, item_kilobytes=kilobytes))
    assert quantity(used, meter, region) == pytest.approx(units)


@pytest.mark.parametrize(
    ("inputs", "meter", "units"),
    [
        ({}, "lambda-requests", 43_800),
        ({}, "lambda-arm64-seconds", 43_800 * 76.5 / 4),
        ({"memorySize": 512}, "lambda-arm64-seconds", 43_800 * 76.5 / 2),
        ({"architectures": None}, "lambda-x86_64-seconds", 43_800 * 76.5 / 4),
        ({"handler": "lambdas.other.handler.handle", "timeout": 20}, "lambda-arm64-seconds", 43_800 * 20 / 4),
        ({"handler": "lambdas.other.handler.handle"}, "metrics", 0),
        ({"name": "started-by-nobody", "handler": "lambdas.other.handler.handle"}, "lambda-requests", 0),
    ],
)
def test_a_function_uses(prod: Evaluation, inputs: dict[str, Any], meter: str, units: float) -> None:
    function = with_inputs(first(prod, FUNCTION, "health-checker"), **inputs)
    assert quantity(seen(function, prod), meter) == pytest.approx(units)


@pytest.mark.parametrize(("period", "meter"), [(60, "alarms"), (300, "alarms"), (10, "high-resolution-alarms")])
def test_an_alarm_is_priced_by_its_period(prod: Evaluation, period: int, meter: str) -> None:
    alarm = with_inputs(first(prod, "aws:cloudwatch/metricAlarm:MetricAlarm"), period=period)
    [item] = seen(alarm, prod)
    assert item.usage.meter == meter


def test_an_idle_queue_is_polled_five_times_in_twenty_seconds(prod: Evaluation) -> None:
    [polls] = seen(first(prod, "aws:lambda/eventSourceMapping:EventSourceMapping", "orchestrator-"), prod)
    assert polls.usage.quantity == 657_000


def test_a_mapping_on_something_else_than_a_queue_or_a_tables_stream_is_an_error(prod: Evaluation) -> None:
    mapping = first(prod, "aws:lambda/eventSourceMapping:EventSourceMapping")
    with pytest.raises(Unpriced, match="queues and streams only"):
        seen(with_inputs(mapping, eventSourceArn="arn:aws:kinesis:us-east-1:1:stream/t"), prod)


@pytest.mark.parametrize(
    ("expression", "starts"),
    [
        ("rate(1 minute)", 43_800),
        ("rate(15 minutes)", 2_920),
        ("rate(1 day)", 730 / 24),
        ("cron(17 4 * * ? *)", 730 / 24),
    ],
)
def test_a_schedule_starts_its_function_at_its_rate(prod: Evaluation, expression: str, starts: float) -> None:
    schedules = {one.urn: with_inputs(one, scheduleExpression=expression) for one in of_schedules(prod)}
    changed = replace(prod, registrations=tuple(schedules.get(one.urn, one) for one in prod.registrations))
    schedules_of_a_region = len(schedules) / 3
    billed = quantity(bill(changed, IDLE, PRICES), "schedule-invocations", "us-east-1")
    assert billed == pytest.approx(starts * schedules_of_a_region)


def test_each_look_at_readiness_has_its_regions_orchestrator_run_once(prod: Evaluation) -> None:
    orchestrator = seen(first(prod, FUNCTION, "failover-orchestrator"), prod)
    assert quantity(orchestrator, "lambda-requests") == pytest.approx(730)
    assert quantity(orchestrator, "lambda-arm64-seconds") == pytest.approx(730 * 5 * 1769 / 1024)


def test_a_schedule_of_another_form_is_an_error(prod: Evaluation) -> None:
    schedules = {one.urn: with_inputs(one, scheduleExpression="cron(0 6 1 * ? *)") for one in of_schedules(prod)}
    with pytest.raises(Unpriced, match="rate"):
        demand_of(replace(prod, registrations=tuple(schedules.values())), IDLE)


def of_schedules(evaluation: Evaluation) -> list[Registration]:
    return [one for one in evaluation.registrations if one.type == SCHEDULE]


def test_nothing_of_the_control_plane_waits_on_a_key_of_the_account(stack: Evaluation) -> None:
    assert quantity(bill(stack, IDLE, PRICES), "key-requests") == 0


def test_a_call_inside_the_observers_region_moves_nothing_between_regions(prod: Evaluation) -> None:
    function = first(prod, FUNCTION, "health-checker-aws-us-west-2")
    why = [item.usage.why for item in seen(function, prod) if item.usage.meter == "transfer"]
    assert why
    assert not any("calls to us-west-2" in one for one in why)


def test_observers_of_different_paces_are_an_error(prod: Evaluation) -> None:
    observers = [one for one in of_schedules(prod) if one.name.startswith("observer-")]
    one = with_inputs(observers[0], scheduleExpression="rate(2 minutes)")
    changed = tuple(one if other.urn == one.urn else other for other in prod.registrations)
    with pytest.raises(Unpriced, match="one pace"):
        demand_of(replace(prod, registrations=changed), IDLE)


def test_the_demand_knows_where_observers_are(stack: Evaluation) -> None:
    demand: Demand = demand_of(stack, IDLE)
    assert set(demand.observers) == set(demand.control_regions)
