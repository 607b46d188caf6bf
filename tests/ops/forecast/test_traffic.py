"""What a name costs that leads to one site or the other: its zone, its checks, what these read."""

import pytest

from evaluation import Evaluation, Registration
from ops.forecast.bill import Item, itemised, total
from ops.forecast.demand import demand_of
from ops.forecast.prices import PriceTable
from ops.forecast.unit_costs import unit_costs
from ops.forecast.usage import SECONDS_A_MONTH, Load, Unpriced
from tests.ops.forecast.declaring import check, declared, machine, record, with_more, without_app_tier
from tests.stacks.named import named

PRICES = PriceTable.load()


def billed(prod: Evaluation, one: Registration) -> tuple[Item, ...]:
    return itemised([one], demand_of(prod, Load()), PRICES)


def asked(items: tuple[Item, ...], meter: str) -> float:
    return sum(item.usage.quantity for item in items if item.usage.meter == meter)


@pytest.mark.parametrize(
    ("one", "usd"),
    [
        (check(), 0.5 + 3),
        (check(requestInterval=30), 0.5 + 2),
        (check(type="HTTPS"), 0.5 + 2),
        (check(type="HTTP", requestInterval=None), 0.5),
        (check(measureLatency=True), 0.5 + 4),
        (check(fqdn="shop.example.com"), 0.75 + 6),
        (check(fqdn=None, ipAddress="198.51.100.1", type="TCP", requestInterval=30), 0.75),
        (check(type="CALCULATED", fqdn=None, requestInterval=None), 0.5),
        (declared("aws:route53/zone:Zone", "zone", "us-east-1"), 0.5),
        (record(), 0),
        (declared("aws:kms/key:Key", "authority-a-aws-us-east-1", "us-east-1"), 1),
        (declared("aws:kms/replicaKey:ReplicaKey", "authority-a-aws-us-east-2", "us-east-2"), 1),
        (declared("aws:secretsmanager/secret:Secret", "token-aws-us-east-1", "us-east-1"), 0.4),
    ],
)
def test_each_thing_costs_what_aws_asks_for_it_a_month(prod: Evaluation, one: Registration, usd: float) -> None:
    items = [item for item in billed(prod, one) if item.usage.meter != "bucket-reads"]
    assert total(items) == total(items, "app tier") == pytest.approx(usd)


@pytest.mark.parametrize(
    ("one", "reads_a_second"),
    [
        (check(), 6 / 10),
        (check(regions=None), 16 / 10),
        (check(requestInterval=30, regions=None), 16 / 30),
        (check(fqdn="shop.example.com"), 0),
    ],
)
def test_every_checkers_reads_are_paid_for_where_the_bucket_is(
    prod: Evaluation, one: Registration, reads_a_second: float
) -> None:
    items = billed(prod, one)
    assert asked(items, "bucket-reads") == pytest.approx(reads_a_second * SECONDS_A_MONTH)
    assert {item.usage.region for item in items if item.usage.meter == "bucket-reads"} <= {"us-east-2"}


def test_a_health_check_of_an_alarm_is_an_error(prod: Evaluation) -> None:
    with pytest.raises(Unpriced, match="CLOUDWATCH_METRIC"):
        billed(prod, check(type="CLOUDWATCH_METRIC"))


def test_visitors_are_told_by_the_million_queries_and_by_the_gigabyte(prod: Evaluation) -> None:
    data_only = without_app_tier(prod)
    before = {one.what for one in unit_costs(data_only, 1, PRICES)}
    more = with_more(data_only, record(), machine("us-ord"), machine("id-cgk"))
    costs = {one.what: one.usd for one in unit_costs(more, 1, PRICES) if one.what not in before}
    assert costs == pytest.approx(
        {
            "a million DNS queries": 0.4,
            "a GB sent from us-ord beyond what is included": 0.005,
            "a GB sent from id-cgk beyond what is included": 0.015,
        }
    )


def test_queries_that_are_routed_by_latency_cost_more(prod: Evaluation) -> None:
    by_latency = record(failoverRoutingPolicies=None, latencyRoutingPolicies=[{"region": "us-east-1"}])
    costs = {one.what: one.usd for one in unit_costs(with_more(without_app_tier(prod), by_latency), 1, PRICES)}
    assert costs["a million DNS queries"] == pytest.approx(0.6)


def test_a_name_that_is_really_declared_costs_its_zone_its_checks_and_what_they_read() -> None:
    items = itemised(named().registrations, demand_of(named(), Load()), PRICES)
    of_name = [one for one in items if one.usage.resource.startswith(("traffic", "switch"))]
    assert asked(tuple(of_name), "hosted-zones") == 1
    assert asked(tuple(of_name), "health-checks") == 4
    assert asked(tuple(of_name), "health-check-options") == 3 * 3
    readers = {one.usage.region for one in of_name if one.usage.meter == "bucket-reads"}
    assert readers == {"us-east-1", "us-east-2", "us-west-2"}
    assert total(of_name) < 20
