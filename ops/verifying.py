"""`lifeboat verify`: in which items a table's two sites differ. It changes nothing."""

import json
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from failover.resync.spool import Spool
from failover.resync.verify import Result
from ops.comparing import compared
from ops.deployed import read_deployed
from ops.options import verb
from ops.refusal import REFUSED, end
from ops.table_options import VerifyCall
from ops.table_pair import pair_of
from ops.table_runs import counted, told, written

MOST_SHOWN = 20


@verb
def verify(call: VerifyCall, table: Annotated[str, typer.Argument(help="The table's name in config.")]) -> None:
    """Compare each item of a table at both sites, in any replication mode. Exit 0: alike; 1: not.

    Each item is read once at each site, and what was not alike once more after the lag. Interrupted, the same command
    goes on from its last page.

    Examples:
      lifeboat verify -s prod orders
      lifeboat verify -s prod orders --rate 5000 --out orders.jsonl --json
    """
    pair = pair_of(read_deployed(call), table, call)
    with compared(call, pair, "verify") as (result, spool):
        shown = _shown(spool, call.out)
    document: dict[str, Any] = {"table": table, "items": result.items, "kinds": result.kinds, "moving": result.moving}
    items = " and ".join(f"{n:,} items at the {site}" for site, n in result.items.items())
    if result.alike:
        told(call.as_json, {**document, "alike": True}, f"{table} is alike: {items}")
        return
    if not call.as_json:
        typer.echo("\n".join(shown))
    more = {"alike": False, "differences": [json.loads(line) for line in shown], "out": str(call.out or "")}
    end(REFUSED, f"refused: {table} is not alike: {_in_words(result)}; {items}", _next(call, table), document | more)


def _shown(spool: Spool, out: Path | None) -> list[str]:
    """Write all differences if they are wanted; return the first of them."""
    if out:
        written(out, spool.lines())
    return list(islice(spool.lines(MOST_SHOWN), MOST_SHOWN))


def _in_words(result: Result) -> str:
    moving = {"written to whenever it was read": result.moving}
    return counted({**result.kinds, **moving})


def _next(call: VerifyCall, table: str) -> str:
    return f"lifeboat repair {table} --dry-run" + (f" --differences {call.out}" if call.out else "")
