"""A whole forecast of one stack, and the one JSON document that it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaluation import Evaluation
from failover.protocol import Protocol
from ops.forecast.app_budget import APP_BUDGET_SECONDS, NamesMove, names_move, writable_time
from ops.forecast.bill import FREE, Item, bill, free, total
from ops.forecast.budget import BUDGET_SECONDS, Limit, Promise, limits, recovery_point, recovery_time
from ops.forecast.demand import MACHINE, demand_of
from ops.forecast.linode import included_transfer
from ops.forecast.prices import PriceTable
from ops.forecast.unit_costs import UnitCost, unit_costs
from ops.forecast.usage import Load

GOAL_USD = 70.0


@dataclass(frozen=True, kw_only=True)
class AppTimes:
    """What a failover of the application tier takes: until its database is writable, until its name leads there."""

    writable: Promise
    names: NamesMove | None


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """``items`` are the control plane's, which no load changes, the application's under ``load``, the app tier's.

    ``included_gb`` may be sent in a month by the machines of a region, or of all that share an allowance; both it and
    ``app_times`` are empty while only the data tier is declared.
    """

    stack: str
    mode: str
    load: Load
    items: tuple[Item, ...]
    free: dict[str, int]
    unit_costs: tuple[UnitCost, ...]
    recovery_time: Promise
    recovery_point: Promise
    limits: tuple[Limit, ...]
    included_gb: Mapping[str, float]
    app_times: AppTimes | None


def forecast_of(stack: str, evaluation: Evaluation, load: Load, prices: PriceTable) -> Forecast:
    """Forecast a stack.

    Raises:
        Unpriced: something declared that the forecast does not know.
        NoPrice: a region that the price table does not have.
    """
    demand, mode = demand_of(evaluation, load), str(evaluation.outputs["dataMode"])
    items = bill(evaluation, load, prices)
    return Forecast(
        stack=stack,
        mode=mode,
        load=load,
        items=items,
        free=free(evaluation.registrations),
        unit_costs=unit_costs(evaluation, load.item_kilobytes, prices),
        recovery_time=recovery_time(demand.protocol),
        recovery_point=recovery_point(mode, demand.protocol),
        limits=limits(demand.protocol),
        included_gb=included_transfer((item.usage, item.price) for item in items),
        app_times=_app_times(evaluation, demand.protocol),
    )


def _app_times(evaluation: Evaluation, protocol: Protocol) -> AppTimes | None:
    if not any(one.type == MACHINE for one in evaluation.registrations):
        return None
    return AppTimes(writable=writable_time(protocol), names=names_move(protocol, evaluation.registrations))


def document(forecast: Forecast) -> dict[str, object]:
    """Return the forecast as JSON; money in USD a month, times in seconds."""
    fixed = total(forecast.items, "control plane")
    return {
        "stack": forecast.stack,
        "control_plane": {"usd": fixed, "goal_usd": GOAL_USD, "within": fixed <= GOAL_USD},
        "application": {"usd": total(forecast.items, "application")},
        "app_tier": {"usd": total(forecast.items, "app tier"), "included_transfer_gb": dict(forecast.included_gb)},
        "tiers": {"data": data_tier(forecast.items), "app": total(forecast.items, "app tier")},
        "total": {"usd": total(forecast.items)},
        "items": [_line(item) for item in forecast.items],
        "free": [{"type": type_, "count": count, "reason": FREE[type_]} for type_, count in forecast.free.items()],
        "unit_costs": [{"what": one.what, "usd": one.usd} for one in forecast.unit_costs],
        "recovery_time": {
            **_promise(forecast.recovery_time),
            "budget_seconds": BUDGET_SECONDS,
            "within": forecast.recovery_time.seconds <= BUDGET_SECONDS,
            "limits": [_limit(one) for one in forecast.limits],
        },
        "app_recovery_time": _app_document(forecast.app_times),
        "recovery_point": {"mode": forecast.mode, **_promise(forecast.recovery_point)},
    }


def data_tier(items: Iterable[Item]) -> float:
    """Add up USD a month of the data tier: the control plane and the application's tables."""
    lines = tuple(items)
    return total(lines, "control plane") + total(lines, "application")


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


def _app_document(times: AppTimes | None) -> dict[str, object] | None:
    if times is None:
        return None
    return {
        **_promise(times.writable),
        "budget_seconds": APP_BUDGET_SECONDS,
        "within": times.writable.seconds <= APP_BUDGET_SECONDS,
        "names": times.names and _names_document(times.names),
    }


def _names_document(names: NamesMove) -> dict[str, object]:
    return {"provider": names.provider, "guaranteed": names.guaranteed, **_promise(names.promise)}


def _limit(limit: Limit) -> dict[str, object]:
    return {"setting": limit.setting, "value": limit.value, "largest": limit.largest, "holds": limit.holds}
