"""`lifeboat forecast`: what a stack will cost and how long its failover will take, without an engine or a cloud."""

import json
from typing import Annotated

import typer
from rich.console import Console

from ops.declared import declared
from ops.forecast.demand import tables_of
from ops.forecast.pages import pages
from ops.forecast.prices import PriceTable
from ops.forecast.statement import document, forecast_of
from ops.forecast.usage import Load
from ops.options import Call, verb

PER_TABLE = "N for every table, or TABLE=N; may be given again."
PerTable = list[str]


@verb
def forecast(
    call: Call,
    writes_per_second: Annotated[PerTable | None, typer.Option(help=f"Application's writes: {PER_TABLE}")] = None,
    reads_per_second: Annotated[PerTable | None, typer.Option(help=f"Application's reads: {PER_TABLE}")] = None,
    gigabytes: Annotated[PerTable | None, typer.Option(help=f"Kept, with indexes: {PER_TABLE}")] = None,
    item_kilobytes: Annotated[float, typer.Option(min=0.001, max=400, help="Size of an item in kB.")] = 1.0,
    clients: Annotated[int, typer.Option(min=0, help="Processes that watch the tier's row.")] = 0,
) -> None:
    """Forecast cost a month, itemised, and the RTO and RPO that the settings promise.

    Examples:
      lifeboat forecast -s prod --writes-per-second orders=20 --gigabytes 5 --clients 12
      lifeboat forecast -s prod --json
    """
    evaluation = declared(call.stack)
    tables = tables_of(evaluation)
    load = Load(
        writes_per_second=per_table(writes_per_second or [], tables),
        reads_per_second=per_table(reads_per_second or [], tables),
        gigabytes=per_table(gigabytes or [], tables),
        item_kilobytes=item_kilobytes,
        clients=clients,
    )
    told = forecast_of(call.stack, evaluation, load, PriceTable.load())
    if call.as_json:
        typer.echo(json.dumps(document(told), indent=2, sort_keys=True))
    else:
        Console().print(*pages(told), sep="\n", highlight=False, markup=False)


def per_table(given: list[str], tables: tuple[str, ...]) -> dict[str, float]:
    """Read ``N`` and ``TABLE=N``; the later one counts.

    Raises:
        ValueError: not a number of zero or more, or no such table.
    """
    numbers: dict[str, float] = {}
    for text in given:
        table, _, number = text.rpartition("=")
        if table and table not in tables:
            raise ValueError(f"no table {table!r}; this stack declares {', '.join(tables)}")
        numbers |= dict.fromkeys([table] if table else tables, _number(text, number))
    return numbers


def _number(text: str, number: str) -> float:
    try:
        value = float(number)
    except ValueError as error:
        raise ValueError(f"{text!r} is not N or TABLE=N with a number N") from error
    if not 0 <= value < float("inf"):
        raise ValueError(f"{text!r} is not N or TABLE=N with a number N of zero or more")
    return value
