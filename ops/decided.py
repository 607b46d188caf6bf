"""What a person decided about the replicated data, kept in the control table: `lifeboat journal` shows it.

`TIER-redrives` and `TIER-divergence` are journals like those of plans, one entry for each command.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace

from failover.control_table import ControlTable
from failover.failures import AWS_ERRORS
from failover.journal import Entry
from ops.deployed import Deployed, whoami
from ops.options import ChangeCall


def decided(deployed: Deployed, call: ChangeCall, what: str) -> Callable[[str], None]:
    """Keep who does this and why before it is done; call what is returned with what came of it.

    Raises:
        CannotReach: no control region answers, or the stack has no such tier.
        TierRowMissing: the tier was never armed.
    """
    control, _ = deployed.answering(call.tier)
    entry = _entry(control, f"{call.tier}-{what}", call.reason)
    control.write_entries([entry.item()])

    def noted(outcome: str) -> None:
        ended = replace(entry, finished_at=control.time.now(), outcome="done", detail=f"{call.reason}: {outcome}")
        with contextlib.suppress(*AWS_ERRORS):  # it is done: an entry without an end is no reason to say otherwise
            control.write_entries([ended.item()])

    return noted


def _entry(control: ControlTable, journal: str, reason: str) -> Entry:
    """Number entries by AWS time, in tenths of a second; two persons have entries of their own in any case."""
    now = control.time.now()
    number = int(now.timestamp() * 10)
    return Entry(plan_id=journal, number=number, step=journal, owner=whoami(), started_at=now, detail=reason)
