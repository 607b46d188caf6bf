"""A whole forecast of one stack, and the one JSON document that it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluation import Evaluation
from ops.forecast.bill import FREE, Item, UnitCost, bill, free, total, unit_costs
from ops.forecast.budget import BUDGET_SECONDS, Limit, Promise, limits, recovery_point, recovery_time
from ops.forecast.demand import demand_of
from ops.forecast.prices import PriceTable
from ops.forecast.usage import Load

GOAL_USD = 70.0


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """``items`` hold the control plane's lines, which no load changes, and the application's under ``load``."""

    stack: str
    mode: str
    load: Load
    items: tuple[Item, ...]
    free: dict[str, int]
    unit_costs: tuple[UnitCost, ...]
    recovery_time: Promise
    recovery_point: Promise
    limits: tuple[Limit, ...]


def forecast_of(stack: str, evaluation: Evaluation, load: Load, prices: PriceTable) -> Forecast:
    """Forecast a stack.

    Raises:
        Unpriced: something declared that the forecast does not know.
        NoPrice: a region that the price table does not have.
    """
    demand, mode = demand_of(evaluation, load), str(evaluation.outputs["dataMode"])
    return Forecast(
        stack=stack,
        mode=mode,
        load=load,
        items=bill(evaluation, load, prices),
        free=free(evaluation.registrations),
        unit_costs=unit_costs(evaluation, load.item_kilobytes, prices),
        recovery_time=recovery_time(demand.protocol),
        recovery_point=recovery_point(mode, demand.protocol),
        limits=limits(demand.protocol),
    )


def document(forecast: Forecast) -> dict[str, object]:
    """Return the forecast as JSON; money in USD a month, times in seconds."""
    fixed = total(forecast.items, "control plane")
    return {
        "stack": forecast.stack,
        "control_plane": {"usd": fixed, "goal_usd": GOAL_USD, "within": fixed <= GOAL_USD},
        "application": {"usd": total(forecast.items, "application")},
        "items": [_line(item) for item in forecast.items],
        "free": [{"type": type_, "count": count, "reason": FREE[type_]} for type_, count in forecast.free.items()],
        "unit_costs": [{"what": one.what, "usd": one.usd} for one in forecast.unit_costs],
        "recovery_time": {
            **_promise(forecast.recovery_time),
            "budget_seconds": BUDGET_SECONDS,
            "within": forecast.recovery_time.seconds <= BUDGET_SECONDS,
            "limits": [_limit(one) for one in forecast.limits],
        },
        "recovery_point": {"mode": forecast.mode, **_promise(forecast.recovery_point)},
    }


def recalled(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the lines whose price was not read in a published list."""
    return tuple(item for item in items if item.price.basis == "recalled")


def _line(item: Item) -> dict[str, object]:
    usage, price = item.usage, item.price
    priced = {"usd": price.usd, "per": price.per, "unit": price.unit, "source": price.source}
    return {
        "part": usage.part,
        "region": usage.region,
        "resource": usage.resource,
        "meter": usage.meter,
        "quantity": usage.quantity,
        "why": usage.why,
        "usd": item.usd,
        "price": {**priced, "as_of": price.as_of.isoformat(), "basis": price.basis},
    }


def _promise(promise: Promise) -> dict[str, object]:
    steps = [{"name": one.name, "seconds": one.seconds, "arithmetic": one.arithmetic} for one in promise.steps]
    return {"seconds": promise.seconds, "steps": steps}


def _limit(limit: Limit) -> dict[str, object]:
    return {"setting": limit.setting, "value": limit.value, "largest": limit.largest, "holds": limit.holds}
