"""The dated price tables, prices.yaml of AWS and linode.yaml, and what to do where they have no price."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self, get_args

import yaml

AWS_FILE, LINODE_FILE = (Path(__file__).with_name(name) for name in ("prices.yaml", "linode.yaml"))
LINODE_METER = "linode-"
Basis = Literal["read", "recalled"]


class NoPrice(ValueError):
    """The table does not say what something costs in a region."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """USD for ``per`` units in one region. ``source`` is the cloud's own page, ``as_of`` the day of which it is known.

    A unit includes ``transfer_gb`` that its region may send in a month.
    """

    usd: float
    per: int
    unit: str
    source: str
    as_of: date
    basis: Basis
    transfer_gb: float = 0.0

    @property
    def each(self) -> float:
        """USD for one unit."""
        return self.usd / self.per


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """Prices by meter and region."""

    prices: Mapping[str, Mapping[str, Price]]

    @classmethod
    def load(cls, paths: Iterable[Path] = (AWS_FILE, LINODE_FILE)) -> Self:
        """Read the tables.

        Raises:
            ValueError: a price without a source, a date or a basis, or two for one region.
        """
        meters = chain.from_iterable(_meters(path).items() for path in paths)
        return cls(prices={meter: _by_region(meter, entry) for meter, entry in meters})

    def of(self, meter: str, region: str) -> Price:
        """Return what a unit costs in a region.

        Raises:
            NoPrice: nobody wrote it down yet.
        """
        by_region = self.prices.get(meter, {})
        if region not in by_region:
            sources = sorted({price.source for price in by_region.values()})
            known, pages = ", ".join(sorted(by_region)) or "none", " or ".join(sources) or "its page"
            raise NoPrice(
                f"no price of {meter} in {region}; add it to {_shown_file(meter)} from {pages} (regions known: {known})"
            )
        return by_region[region]


def _meters(path: Path) -> dict[str, dict[str, Any]]:
    meters: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["meters"]
    return meters


def _shown_file(meter: str) -> str:
    return f"ops/forecast/{(LINODE_FILE if meter.startswith(LINODE_METER) else AWS_FILE).name}"


def _by_region(meter: str, entry: Mapping[str, Any]) -> dict[str, Price]:
    found: dict[str, Price] = {}
    for line in entry["prices"]:
        price = _price(meter, entry, line)
        for region in line["regions"]:
            if region in found:
                raise ValueError(f"{_shown_file(meter)}: {meter} has two prices in {region}")
            found[region] = price
    return found


def _price(meter: str, entry: Mapping[str, Any], line: Mapping[str, Any]) -> Price:
    if not isinstance(line.get("as_of"), date) or line.get("basis") not in get_args(Basis):
        raise ValueError(
            f"{_shown_file(meter)}: {meter} has a price without a date, or without read or recalled: {line}"
        )
    if not str(entry.get("source", "")).startswith("https://"):
        raise ValueError(f"{_shown_file(meter)}: {meter} has no source")
    return Price(
        usd=float(line["usd"]),
        per=int(entry["per"]),
        unit=str(entry["unit"]),
        source=str(entry["source"]),
        as_of=line["as_of"],
        basis=line["basis"],
        transfer_gb=float(entry.get("transfer_gb", 0)),
    )
