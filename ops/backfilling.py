"""`lifeboat backfill`: copies every item of one site's table to the other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from failover.clock import SystemClock
from failover.resync.backfill import Backfill
from failover.resync.settler import Settler
from failover.sites import SITES, Site, other
from ops.asking import confirmed
from ops.deployed import Deployed, read_deployed
from ops.options import verb
from ops.refusal import REFUSED, end
from ops.table_options import BackfillCall
from ops.table_pair import TablePair, pair_of
from ops.table_progress import watching
from ops.table_runs import counted, resumable, told
from ops.table_settler import WRITERS, active_site, noted, only_streams, settler_of


@verb
def backfill(call: BackfillCall, table: Annotated[str, typer.Argument(help="The table's name in config.")]) -> None:
    """Copy every item of one site's `streams` table to the other, by versions, while applications write.

    What is there with its version costs a read and no write. Interrupted, the same command goes on from its last page.

    Examples:
      lifeboat backfill -s prod orders --dry-run
      lifeboat backfill -s prod orders --rate 2000 --reason 'INC-42: stream was off'
    """
    deployed = read_deployed(call)
    deployed.electorate(call.tier)
    only_streams(deployed, "backfill")
    pair = pair_of(deployed, table, call)
    control = deployed.control(deployed.reachable().region)
    active = active_site(control, call.tier)
    source = SITES.get(call.source) or active
    if source is None:
        end(REFUSED, "refused: the tier was never armed, so no site is active", "--from primary")
    settler = settler_of(deployed, pair, call, source, call.tier)
    line = _line(deployed, pair, source)
    if call.dry_run:
        told(call.as_json, {"table": table, "from": source, "would": f"copy {line}"}, f"would copy {line}")
        return
    confirmed(call, f"Copy {line}. Go on?")
    noted(call, control, "backfill", table)
    counts = _run(call, pair, settler, call.segments)
    told(call.as_json, {"table": table, "from": source, "counts": counts}, f"copied {line}: {counted(counts)}")


def _run(call: BackfillCall, pair: TablePair, settler: Settler, segments: int) -> dict[str, int]:
    checkpoint = pair.checkpoint(call.stack, "backfill", source=settler.first)
    label, items = f"backfill {pair.name}, {segments} segments", pair.facts[settler.first].items
    with (
        resumable(checkpoint),
        ThreadPoolExecutor(WRITERS, thread_name_prefix="writer") as writers,
        watching(label, items, SystemClock()) as watcher,
    ):
        backfill = Backfill(
            reader=pair.reader(checkpoint, consistent=True),
            settler=settler,
            key_names=pair.key_names,
            writers=writers,
            watcher=watcher,
        )
        return dict(backfill.run(segments))


def _line(deployed: Deployed, pair: TablePair, source: Site) -> str:
    """Say what is copied; DynamoDB counts items every six hours."""
    here, there = ((site, deployed.sites.region(site), pair.facts[site].items) for site in (source, other(source)))
    return f"{pair.name} from {here[0]} ({here[1]}, {here[2]:,} items when last counted) to {there[0]} ({there[1]})"
