"""A forecast as tables for people."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table

from ops.forecast.app_budget import APP_BUDGET_SECONDS, NamesMove
from ops.forecast.bill import Item, total
from ops.forecast.budget import BUDGET_SECONDS, Limit, Promise
from ops.forecast.statement import GOAL_USD, AppTimes, Forecast, data_tier, recalled
from ops.forecast.unit_costs import UnitCost
from ops.forecast.usage import Part

SMALLEST_SHOWN_USD = 0.005


def pages(forecast: Forecast) -> Iterator[RenderableType]:
    """Yield what to print, in order."""
    fixed = total(forecast.items, "control plane")
    verdict = "within" if fixed <= GOAL_USD else "OVER"
    title = f"{forecast.stack}: control plane ${fixed:.2f} a month, {verdict} the goal of ${GOAL_USD:g}"
    yield _bill(title, forecast.items, "control plane")
    yield _doubts(forecast.items, "control plane")
    if load := total(forecast.items, "application"):
        yield _bill(f"application under the given load: ${load:.2f} a month", forecast.items, "application")
    if forecast.app_times:
        yield from _app_tier(forecast)
    yield _unit_costs(forecast.unit_costs, forecast.load.item_kilobytes)
    time = forecast.recovery_time.seconds
    within = "within" if time <= BUDGET_SECONDS else "OVER"
    yield _promise(f"RTO {time:g} s, {within} the budget of {BUDGET_SECONDS:g} s", forecast.recovery_time)
    yield _limits(forecast.limits)
    point = forecast.recovery_point.seconds
    yield _promise(f"RPO {point:g} s at most, tables in mode {forecast.mode}", forecast.recovery_point)
    if forecast.app_times:
        yield from _app_promises(forecast.app_times)


def _app_tier(forecast: Forecast) -> Iterator[RenderableType]:
    """Yield the application tier's bill, what its machines may send, and what both tiers come to."""
    data, app = data_tier(forecast.items), total(forecast.items, "app tier")
    yield _bill(f"application tier: ${app:.2f} a month", forecast.items, "app tier")
    yield _doubts(forecast.items, "app tier")
    yield _included(forecast.included_gb)
    yield f"In all ${data + app:.2f} a month: data tier ${data:.2f}, application tier ${app:.2f}.\n"


def _included(gigabytes: Mapping[str, float]) -> str:
    shares = ", ".join(f"{gb:,.0f} GB from {pool}" for pool, gb in sorted(gigabytes.items()))
    return f"What may be sent in a month for nothing: {shares}.\n"


def _app_promises(times: AppTimes) -> Iterator[RenderableType]:
    seconds = times.writable.seconds
    within = "within" if seconds <= APP_BUDGET_SECONDS else "OVER"
    title = f"application tier: writable after {seconds:.1f} s, {within} the budget of {APP_BUDGET_SECONDS:g} s"
    yield _promise(title, times.writable)
    if times.names:
        yield _promise(_names_title(times.names), times.names.promise)


def _names_title(names: NamesMove) -> str:
    word = "its name leads there within" if names.guaranteed else "its name is expected to lead there within"
    doubt = "" if names.guaranteed else "; an API has to answer, and promises no time"
    return f"at the same time, by {names.provider}: {word} {names.promise.seconds:g} s{doubt}"


def _bill(title: str, items: Sequence[Item], part: Part) -> Table:
    lines = [item for item in items if item.usage.part == part]
    regions = sorted({item.usage.region for item in lines})
    table = _table(title, "resource", "what")
    for heading in (*regions, "USD a month"):
        table.add_column(heading, justify="right")
    groups = _grouped(lines, _region_in_name(items))
    for (resource, unit), group in sorted(groups.items(), key=lambda pair: -total(pair[1])):
        by_region = [total(item for item in group if item.usage.region == region) for region in regions]
        table.add_row(resource, unit, *(_usd(one) for one in by_region), _usd(total(group)))
    sums = [total(item for item in lines if item.usage.region == region) for region in regions]
    table.add_section()
    table.add_row("total", "", *(_usd(one) for one in sums), _usd(total(lines)))
    return table


def _region_in_name(items: Iterable[Item]) -> re.Pattern[str]:
    regions = sorted({item.usage.region for item in items}, key=len, reverse=True)
    return re.compile(rf"-(aws|linode)-({'|'.join(map(re.escape, regions))})")


def _grouped(items: Iterable[Item], region_in_name: re.Pattern[str]) -> dict[tuple[str, str], list[Item]]:
    """Put the same resource of several regions together."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((region_in_name.sub("", item.usage.resource), item.price.unit), []).append(item)
    return groups


def _doubts(items: Iterable[Item], part: Part) -> str:
    lines = [item for item in items if item.usage.part == part]
    doubted, days = recalled(lines), sorted(item.price.as_of for item in lines)
    return (
        f"List prices of {days[0]} to {days[-1]}, no free tier, no tax. ${total(doubted):.2f} of it rests on prices "
        "that were recalled, not read; --json names each line's arithmetic, source and day.\n"
    )


def _unit_costs(costs: Iterable[UnitCost], item_kilobytes: float) -> Table:
    table = _table(f"per request, items of {item_kilobytes:g} kB, all regions together", "what")
    table.add_column("USD", justify="right")
    for one in costs:
        table.add_row(one.what, f"{one.usd:.3f}")
    return table


def _promise(title: str, promise: Promise) -> Table:
    table = _table(title, "step")
    table.add_column("seconds", justify="right")
    table.add_column("from")
    for step in promise.steps:
        table.add_row(step.name, f"{step.seconds:.4g}", step.arithmetic)
    return table


def _limits(limits: Iterable[Limit]) -> Table:
    table = _table("how far each setting may go alone before the budget breaks", "setting")
    for heading in ("is", "at most"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in limits:
        table.add_row(one.setting, f"{one.value:g}", f"{one.largest:.4g}", "" if one.holds else "BREAKS THE BUDGET")
    return table


def _table(title: str, *headings: str) -> Table:
    return Table(*headings, title=title, title_justify="left", box=box.SIMPLE)


def _usd(usd: float) -> str:
    if not usd:
        return "-"
    return f"{usd:.2f}" if usd >= SMALLEST_SHOWN_USD else "<0.01"
