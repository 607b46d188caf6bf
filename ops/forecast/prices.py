"""The dated price table, prices.yaml, and what to do where it has no price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self, get_args

import yaml

FILE = Path(__file__).with_name("prices.yaml")
SHOWN_FILE = "ops/forecast/prices.yaml"
Basis = Literal["read", "recalled"]


class NoPrice(ValueError):
    """The table does not say what something costs in a region."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """USD for ``per`` units in one region. ``source`` is AWS's own page, ``as_of`` the day of which it is known."""

    usd: float
    per: int
    unit: str
    source: str
    as_of: date
    basis: Basis


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """Prices by meter and region."""

    prices: Mapping[str, Mapping[str, Price]]

    @classmethod
    def load(cls, path: Path = FILE) -> Self:
        """Read the table.

        Raises:
            ValueError: a price without a source, a date or a basis, or two for one region.
        """
        meters: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["meters"]
        return cls(prices={meter: _by_region(meter, entry) for meter, entry in meters.items()})

    def of(self, meter: str, region: str) -> Price:
        """Return what a unit costs in a region.

        Raises:
            NoPrice: nobody wrote it down yet.
        """
        by_region = self.prices.get(meter, {})
        if region not in by_region:
            sources = sorted({price.source for price in by_region.values()})
            known = ", ".join(sorted(by_region)) or "none"
            raise NoPrice(
                f"no price of {meter} in {region}; add it to {SHOWN_FILE} from {' or '.join(sources) or 'its page'} "
                f"(regions known: {known})"
            )
        return by_region[region]


def _by_region(meter: str, entry: Mapping[str, Any]) -> dict[str, Price]:
    found: dict[str, Price] = {}
    for line in entry["prices"]:
        price = _price(meter, entry, line)
        for region in line["regions"]:
            if region in found:
                raise ValueError(f"{SHOWN_FILE}: {meter} has two prices in {region}")
            found[region] = price
    return found


def _price(meter: str, entry: Mapping[str, Any], line: Mapping[str, Any]) -> Price:
    if not isinstance(line.get("as_of"), date) or line.get("basis") not in get_args(Basis):
        raise ValueError(f"{SHOWN_FILE}: {meter} has a price without a date, or without read or recalled: {line}")
    if not str(entry.get("source", "")).startswith("https://"):
        raise ValueError(f"{SHOWN_FILE}: {meter} has no source")
    return Price(
        usd=float(line["usd"]),
        per=int(entry["per"]),
        unit=str(entry["unit"]),
        source=str(entry["source"]),
        as_of=line["as_of"],
        basis=line["basis"],
    )
