"""The price table: every price has a source, a day and a basis, and a region that is missing is easy to add."""

from pathlib import Path

import pytest

from ops.forecast.prices import NoPrice, PriceTable
from stacks.linode_regions import LINODE_REGIONS

METER = "{unit: things, per: 1, source: 'https://aws.amazon.com/', prices: [{regions: [a, b], %s}]}"


def table(path: Path, line: str, source: str = "https://aws.amazon.com/") -> PriceTable:
    path.write_text("meters: {thing: " + (METER % line).replace("https://aws.amazon.com/", source) + "}")
    return PriceTable.load([path])


def test_every_meter_is_priced_in_the_same_regions_at_more_than_nothing() -> None:
    """Of managed databases Linode's list tells the usual price only."""
    prices = PriceTable.load().prices
    aws = {frozenset(by_region) for meter, by_region in prices.items() if not meter.startswith("linode-")}
    linode = {frozenset(by_region) for meter, by_region in prices.items() if meter.startswith("linode-")}
    assert len(aws) == 1
    assert linode == {LINODE_REGIONS, LINODE_REGIONS - {"id-cgk", "br-gru"}}
    assert all(price.usd > 0 for by_region in prices.values() for price in by_region.values())


def test_a_missing_region_is_refused_with_the_file_to_extend_and_the_page_to_read() -> None:
    with pytest.raises(NoPrice) as refused:
        PriceTable.load().of("secrets", "sa-east-1")
    said = str(refused.value)
    assert "secrets in sa-east-1" in said
    assert "ops/forecast/prices.yaml" in said
    assert "https://aws.amazon.com/secrets-manager/pricing/" in said


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("usd: 1, basis: read", "https://aws.amazon.com/"),
        ("usd: 1, as_of: yesterday, basis: read", "https://aws.amazon.com/"),
        ("usd: 1, as_of: 2026-01-01", "https://aws.amazon.com/"),
        ("usd: 1, as_of: 2026-01-01, basis: guessed", "https://aws.amazon.com/"),
        ("usd: 1, as_of: 2026-01-01, basis: read", "a friend"),
    ],
)
def test_a_price_without_source_day_or_basis_is_refused(tmp_path: Path, line: str, source: str) -> None:
    with pytest.raises(ValueError, match="thing has"):
        table(tmp_path / "prices.yaml", line, source)


def test_two_prices_for_one_region_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="thing has two prices in a"):
        table(
            tmp_path / "prices.yaml",
            "usd: 1, as_of: 2026-01-01, basis: read}, {regions: [a], usd: 2, as_of: 2026-01-01, basis: read",
        )
