"""What the application tier costs on Linode: each thing once, by its plan, dearer where Linode is dearer."""

from dataclasses import replace

import pytest

from evaluation import ROOT, Evaluation, Registration
from localcloud.linode.catalogue import TYPES
from ops.forecast.bill import Item, bill, itemised, total
from ops.forecast.demand import BUCKET, MACHINE, demand_of
from ops.forecast.linode import FREE, PRICED, included_transfer
from ops.forecast.prices import NoPrice, PriceTable
from ops.forecast.usage import Load, Unpriced
from stacks.linode_regions import LINODE_REGIONS
from tests.ops.forecast.declaring import LINODE, declared, machine, with_more, without_app_tier

PRICES = PriceTable.load()
POSTGRESQL = f"{LINODE}databasePostgresqlV2:DatabasePostgresqlV2"
NODEBALANCER = f"{LINODE}nodeBalancer:NodeBalancer"
VOLUME = f"{LINODE}volume:Volume"
RESERVED = f"{LINODE}reservedIp:ReservedIp"


def billed(prod: Evaluation, *more: Registration) -> tuple[Item, ...]:
    demand = demand_of(with_more(without_app_tier(prod), *more), Load())
    return itemised(more, demand, PRICES)


@pytest.mark.parametrize(
    ("one", "usd"),
    [
        (machine("us-ord", "g6-nanode-1"), 5),
        (machine("us-ord", "g6-dedicated-4"), 72),
        (machine("id-cgk", "g6-standard-1"), 14.4),
        (machine("br-gru", "g6-standard-1"), 16.8),
        (declared(VOLUME, "database-1-linode-us-ord-volume", region="us-ord", size=100), 10),
        (declared(NODEBALANCER, "ingress-linode-gb-lon", region="gb-lon"), 10),
        (declared(NODEBALANCER, "ingress-linode-gb-lon", region="gb-lon", type="common"), 10),
        (declared(RESERVED, "database-1-linode-us-ord-address", region="us-ord"), 3.65),
        (declared(f"{LINODE}instanceIp:InstanceIp", "more-linode-us-ord", linodeId=1, public=True), 3.65),
        (declared(f"{LINODE}instanceIp:InstanceIp", "more-linode-us-ord", linodeId=1, public=False), 0),
        (declared(POSTGRESQL, "database-linode-us-ord", region="us-ord", type="g6-standard-2", clusterSize=3), 147),
        (declared(POSTGRESQL, "database-linode-us-ord", region="us-ord", type="g6-standard-2"), 63),
    ],
)
def test_each_thing_costs_what_linode_asks_for_it_a_month(prod: Evaluation, one: Registration, usd: float) -> None:
    items = billed(prod, one)
    assert total(items) == total(items, "app tier") == pytest.approx(usd)


def test_object_storage_is_paid_for_once_whatever_the_number_of_buckets(prod: Evaluation) -> None:
    bare = replace(prod, registrations=tuple(one for one in prod.registrations if one.type != BUCKET))
    regions = ("us-ord", "us-lax", "gb-lon")
    buckets = [declared(BUCKET, f"files-linode-{region}", region=region) for region in regions]
    assert [total(billed(bare, *buckets[:count])) for count in (1, 2, 3)] == pytest.approx([5, 5, 5])


@pytest.mark.parametrize(
    ("one", "error", "said"),
    [
        (machine(plan="g9-giant-1"), NoPrice, r"linode-g9-giant-1 in us-ord.*ops/forecast/linode\.yaml"),
        (machine("us-east"), NoPrice, r"g6-standard-2 in us-east.*https://www\.linode\.com/pricing/"),
        (machine(backupsEnabled=True), Unpriced, "backups"),
        (declared(NODEBALANCER, "x-linode-us-ord", region="us-ord", type="premium"), Unpriced, "premium NodeBalancer"),
        (declared(f"{LINODE}lkeCluster:LkeCluster", "x-linode-us-ord"), Unpriced, r"lkeCluster:LkeCluster.*bill\.py"),
        (
            declared(POSTGRESQL, "x-linode-us-ord", region="us-ord", type="g6-dedicated-2", clusterSize=3),
            NoPrice,
            "linode-database-g6-dedicated-2-3",
        ),
    ],
)
def test_what_nobody_knows_the_price_of_is_told_in_a_line_and_never_counted_as_nothing(
    prod: Evaluation, one: Registration, error: type[ValueError], said: str
) -> None:
    with pytest.raises(error, match=said) as told:
        billed(prod, one)
    assert "\n" not in str(told.value)


def test_the_order_of_declaration_changes_nothing(prod: Evaluation) -> None:
    machines = [machine(region, number=number) for region in ("us-ord", "br-gru") for number in (1, 2)]
    assert total(billed(prod, *machines)) == pytest.approx(total(billed(prod, *reversed(machines)))) == 2 * (24 + 33.6)


def test_the_application_tier_changes_nothing_of_what_the_data_tier_costs(prod: Evaluation) -> None:
    more = with_more(prod, machine(), machine("us-lax"))
    before, after = bill(prod, Load(), PRICES), bill(more, Load(), PRICES)
    assert total(after, "control plane") == total(before, "control plane")
    with_their_sessions = 48.1
    assert total(after, "app tier") - total(before, "app tier") == pytest.approx(with_their_sessions, abs=0.1)


def test_machines_share_what_they_may_send_but_for_two_regions_with_an_allowance_of_their_own(prod: Evaluation) -> None:
    regions = ("us-ord", "us-lax", "id-cgk")
    items = billed(prod, *(machine(region) for region in regions), declared(NODEBALANCER, "x", region="us-ord"))
    included = included_transfer((item.usage, item.price) for item in items)
    assert included == {"regions that share it": 8000, "id-cgk": 4000}


def test_every_region_that_a_site_may_be_in_has_the_price_of_every_machine() -> None:
    machines = [meter for meter in PRICES.prices if meter.startswith("linode-g")]
    assert len(machines) >= len(TYPES)
    assert [meter for meter in machines if set(PRICES.prices[meter]) != LINODE_REGIONS] == []


def test_jakarta_and_sao_paulo_are_never_cheaper_than_elsewhere() -> None:
    by_meter = [by_region for by_region in PRICES.prices.values() if {"us-ord", "id-cgk", "br-gru"} <= set(by_region)]
    assert by_meter
    assert all(one["us-ord"].usd <= min(one["id-cgk"].usd, one["br-gru"].usd) for one in by_meter)


@pytest.mark.parametrize("plan", TYPES)
def test_the_embedded_api_asks_what_the_forecast_counts(prod: Evaluation, plan: str) -> None:
    [item] = billed(prod, machine(plan=plan))
    assert (item.usd, item.price.transfer_gb) == (TYPES[plan].monthly, TYPES[plan].transfer)


def test_no_type_is_both_priced_and_free() -> None:
    assert MACHINE in PRICED
    assert not set(PRICED) & set(FREE)


def test_the_documentation_says_what_machines_cost_where() -> None:
    lines = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| g6-")]
    assert rows
    for plan, *told in rows:
        prices = [PRICES.of(f"linode-{plan}", region).usd for region in ("us-ord", "id-cgk", "br-gru")]
        assert [float(usd) for usd in told] == prices, plan
