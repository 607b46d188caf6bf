"""The statement tells what each tier costs and takes, and what both come to."""

import io
import json

import pytest
import yaml
from rich.console import Console

from evaluation import ROOT, Evaluation, evaluate
from ops.forecast.bill import total
from ops.forecast.pages import pages
from ops.forecast.prices import PriceTable
from ops.forecast.statement import Forecast, document, forecast_of
from ops.forecast.tiers import is_of_app_tier
from ops.forecast.usage import Load
from tests.conftest import VARIANTS
from tests.ops.forecast.declaring import check, machine, record, with_more, without_app_tier

PRICES = PriceTable.load()
LOADED = Load(writes_per_second={"orders": 20})


@pytest.fixture
def both(prod: Evaluation) -> Forecast:
    machines = [machine(region, number=number) for region in ("us-ord", "us-lax") for number in (1, 2)]
    return forecast_of("prod", with_more(without_app_tier(prod), *machines, check(), record()), LOADED, PRICES)


@pytest.fixture
def data_only(prod: Evaluation) -> Forecast:
    return forecast_of("prod", without_app_tier(prod), LOADED, PRICES)


def printed(forecast: Forecast) -> str:
    paper = io.StringIO()
    Console(width=200, file=paper).print(*pages(forecast), sep="\n", highlight=False, markup=False)
    return paper.getvalue()


def test_the_tiers_are_told_apart_and_add_up_to_all_lines(both: Forecast) -> None:
    told = json.loads(json.dumps(document(both)))
    assert told["total"]["usd"] == pytest.approx(sum(line["usd"] for line in told["items"]))
    assert told["tiers"]["data"] + told["tiers"]["app"] == pytest.approx(told["total"]["usd"])
    assert told["tiers"]["data"] == pytest.approx(told["control_plane"]["usd"] + told["application"]["usd"])
    assert told["app_tier"]["usd"] == told["tiers"]["app"] == pytest.approx(total(both.items, "app tier"))
    assert told["app_tier"]["usd"] > 4 * 24


def test_a_stack_without_an_application_tier_tells_none(data_only: Forecast) -> None:
    told = document(data_only)
    assert told["app_recovery_time"] is None
    assert told["tiers"] == {"data": pytest.approx(total(data_only.items)), "app": 0}
    assert "application tier" not in printed(data_only)


def test_people_read_what_each_tier_costs_and_takes(both: Forecast) -> None:
    text = printed(both)
    app, data = total(both.items, "app tier"), total(both.items) - total(both.items, "app tier")
    assert f"In all ${app + data:.2f} a month: data tier ${data:.2f}, application tier ${app:.2f}." in text
    assert "16,000 GB from regions that share it" in text
    assert "application tier: writable after 21.1 s, within the budget of 22 s" in text
    assert "by route53: its name leads there within 45 s" in text


def test_machines_of_both_sites_stand_in_one_line(both: Forecast) -> None:
    [line] = [line for line in printed(both).splitlines() if "web-1-instance" in line]
    assert line.split()[-3:] == ["24.00", "24.00", "48.00"]


@pytest.mark.parametrize("mode", ["prod", "streams"])
def test_what_is_declared_without_an_application_tier_is_never_counted_to_it(mode: str) -> None:
    """Nor is anything of both: the data tier cannot do without it."""
    keys = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    without: dict[str, object] = {key: {} for key in ("app", "traffic") if key in keys}
    data_only = evaluate("prod", config={**VARIANTS[mode], **without})
    declared = [one for one in data_only.registrations if one.custom and not one.type.startswith("pulumi:")]
    assert declared
    assert [one.name for one in declared if is_of_app_tier(one)] == []
