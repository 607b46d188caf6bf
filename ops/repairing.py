"""`lifeboat repair`: makes alike what differs between a table's two sites."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from failover.clock import SystemClock
from failover.replication.stamps import Item
from failover.resync.differences import key_in
from failover.resync.repair import Repair, outlook
from failover.resync.settler import Settler
from ops.asking import confirmed
from ops.comparing import compared
from ops.deployed import read_deployed
from ops.options import verb
from ops.table_options import RepairCall
from ops.table_pair import TablePair, pair_of
from ops.table_progress import watching
from ops.table_runs import counted, going_on, told
from ops.table_settler import WRITERS, active_site, noted, only_streams, settler_of

MOST_SHOWN = 20


@verb
def repair(call: RepairCall, table: Annotated[str, typer.Argument(help="The table's name in config.")]) -> None:
    """Settle what differs between the sites of a `streams` table: the newer version stands, overruled ones are listed.

    Items without a version get one first, at the site that has them. Where no version decides, the active site's value
    stands. Interrupted, the same command goes on.

    Examples:
      lifeboat repair -s prod orders --dry-run
      lifeboat repair -s prod orders --differences orders.jsonl --reason 'INC-42' --yes
    """
    deployed = read_deployed(call)
    deployed.electorate(call.tier)
    only_streams(deployed, "repair")
    pair = pair_of(deployed, table, call)
    control = deployed.control(deployed.reachable().region)
    first = active_site(control, call.tier) or "primary"
    settler = settler_of(deployed, pair, call, first, call.tier)
    with _differences(call, pair) as keys:
        if call.dry_run:
            _tell_outlook(call, pair, settler, keys)
            return
        confirmed(call, f"Settle what differs in {table}; where no version decides, the {first}'s value stands. Go on?")
        noted(call, control, "repair", table)
        counts = _run(pair, settler, keys)
    told(call.as_json, {"table": table, "counts": counts}, f"{table}: {counted(counts)}")


@contextmanager
def _differences(call: RepairCall, pair: TablePair) -> Iterator[Iterable[Item]]:
    """Give the keys of what differed: in the file, or in a comparison made now."""
    if call.differences:
        yield _read(call.differences, pair)
        return
    with compared(call, pair, "repair") as (_, spool):
        yield map(key_in, spool.lines())


def _read(path: Path, pair: TablePair) -> Iterator[Item]:
    """Look at the whole file before anything is done about its first line.

    Raises:
        ValueError: a line is no difference of this table.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if set(key_in(line)) != set(pair.key_names):
                raise ValueError(f"{path}, line {number}: {pair.name} has the keys {', '.join(pair.key_names)}")
    return _keys(path)


def _keys(path: Path) -> Iterator[Item]:
    with path.open(encoding="utf-8") as lines:
        yield from map(key_in, lines)


def _run(pair: TablePair, settler: Settler, keys: Iterable[Item]) -> dict[str, int]:
    with (
        going_on(),
        ThreadPoolExecutor(WRITERS, thread_name_prefix="writer") as writers,
        watching(f"repair {pair.name}", 0, SystemClock()) as watcher,
    ):
        return dict(Repair(settler=settler, rules=pair.compared, writers=writers, watcher=watcher).run(keys))


def _tell_outlook(call: RepairCall, pair: TablePair, settler: Settler, keys: Iterable[Item]) -> None:
    """Tell the first steps of some, and count them all."""
    counts: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    for difference, step in outlook(pair.compared, settler, keys):
        counts[step] += 1
        if len(shown) < MOST_SHOWN:
            shown.append({"would": step, **json.loads(difference.line())})
    if not call.as_json:
        typer.echo("\n".join(json.dumps(one, sort_keys=True) for one in shown))
    told(call.as_json, {"table": pair.name, "would": counts, "differences": shown}, f"would: {counted(counts)}")
