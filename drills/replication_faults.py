"""What can go wrong between two regions of a `streams` table: poison records, deletions that are overtaken."""

from drills.actions import await_a_moment
from drills.running import Drill, current
from failover.sites import Site

LARGEST_BODY_BYTES = 404_950  # with key and names just under the 405,000 that moto takes, for DynamoDB's 409,600
POISON, DOOMED = "poison", "doomed"
LOOK_SECONDS = 0.5


class StillThere(Exception):
    """What was deleted came back, or what must be kept is not."""


def write_poison(count: int) -> str:
    """Put items into the primary region's table that are too large to be stamped, around the client.

    A fault of replication alone: no region is the worse for it.
    """
    drill = current()
    await_a_moment(drill)
    drill.tell_fault(POISON, f"{count} items that no replicator can stamp")
    body = "x" * LARGEST_BODY_BYTES
    for key in _keys(POISON, count):
        drill.operator.table().write_around("primary", key, body[: -len(key)])
    return f"{count} items"


def dead_records_kept(count: int, within_seconds: float) -> bool:
    """Wait until the primary region's queue tells of so many records that could not be carried over.

    Raises:
        StillThere: it tells of fewer, or of more.
    """
    drill = current()
    table, deadline = drill.operator.table(), drill.clock.monotonic() + within_seconds
    while (kept := table.dead_records("primary")) != count and drill.clock.monotonic() < deadline:
        drill.clock.sleep(LOOK_SECONDS)
    if kept != count:
        raise StillThere(f"{kept} dead records, not {count}")
    return True


def plant_doomed(count: int) -> str:
    """Put items into the primary region, in the epoch that is."""
    drill = current()
    _write(drill, "primary", count, delete=False, epoch=_epoch(drill))
    return f"{count} items"


def delete_against_stale_writes(count: int) -> str:
    """Delete the planted items at the active site, while a client of the old site changes them in the epoch before."""
    drill = current()
    epoch = _epoch(drill)
    _write(drill, "primary", count, delete=False, epoch=epoch - 1)
    _write(drill, "secondary", count, delete=True, epoch=epoch)
    return f"{count} items"


def stay_deleted(count: int, within_seconds: float) -> bool:
    """Wait until neither region has any of them.

    Raises:
        StillThere: one has.
    """
    drill = current()
    table, deadline = drill.operator.table(), drill.clock.monotonic() + within_seconds
    while any(found := table.there(_keys(DOOMED, count)).values()) and drill.clock.monotonic() < deadline:
        drill.clock.sleep(LOOK_SECONDS)
    if any(found):
        raise StillThere(f"deleted, and there: {table.there(_keys(DOOMED, count))}")
    return True


def _write(drill: Drill, site: Site, count: int, *, delete: bool, epoch: int) -> None:
    for key in _keys(DOOMED, count):
        drill.operator.table().write_in_epoch(site, "delete" if delete else "put", key, f"epoch {epoch}", epoch)


def _epoch(drill: Drill) -> int:
    return drill.operator.snapshot().row.epoch


def _keys(kind: str, count: int) -> list[str]:
    return [f"{kind}/{number}" for number in range(count)]
