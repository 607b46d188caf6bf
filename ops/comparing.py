"""Comparing a table of two sites, for the verbs that tell of it and that mend it."""

from collections.abc import Iterator
from contextlib import contextmanager

from failover.clock import SystemClock
from failover.resync.checkpoint import Checkpoint
from failover.resync.spool import Spool
from failover.resync.verify import Result, Verify
from ops.table_options import RepairCall, VerifyCall
from ops.table_pair import TablePair
from ops.table_progress import watching
from ops.table_runs import resumable


@contextmanager
def compared(call: VerifyCall | RepairCall, pair: TablePair, verb: str) -> Iterator[tuple[Result, Spool]]:
    """Compare; what is made of the differences is part of the run, which goes on from there if that is cut short.

    Raises:
        OtherRun: the checkpoint is of another run, or in use.
        Ended: it ended early.
    """
    checkpoint = pair.checkpoint(call.stack, verb)
    with resumable(checkpoint):
        spool = Spool(checkpoint)
        yield _result(call, pair, checkpoint, spool), spool


def _result(call: VerifyCall | RepairCall, pair: TablePair, checkpoint: Checkpoint, spool: Spool) -> Result:
    items = sum(facts.items for facts in pair.facts.values())
    with watching(f"verify {pair.name}, {call.segments} segments a site", items, SystemClock()) as watcher:
        verify = Verify(
            reader=pair.reader(checkpoint, consistent=False),
            rules=pair.compared,
            lag_seconds=call.lag,
            clock=SystemClock(),
            watcher=watcher,
        )
        return verify.run(spool, call.segments)
