"""A backlog of replication: the target takes nothing while clients write on, then a part of it, then all.

It is throttled, as a table is whose capacity is spent: its region runs, and nobody there is any the worse.
"""

from dataclasses import replace

from drills.actions import await_a_moment, must_be_one_of
from drills.bulk import keys, write_id
from drills.running import Drill, current
from drills.stack import LOADED_TABLE
from drills.stream_order import out_of_order
from localcloud.faults import Effect, Fault

THROTTLED, PACED, TARGET = "target-throttled", "paced", "target"
FEW = 50
"""What the clients' own writes of a few seconds leave under way: so many records are no backlog."""
LOOK_SECONDS = 1.0


class NoBacklog(Exception):
    """Fewer records wait than were to pile up."""


class StillBehind(Exception):
    """The replicator did not catch up in time, or something is missing where it did."""


def narrow_replicators(lanes: int) -> str:
    """Let the replicators use so many lanes: ten, as deployed, ask more of this machine than it has."""
    current().operator.replicators().narrow(lanes)
    return f"{lanes} of each stream"


def pace_replicators(call_seconds: float) -> str:
    """Let each call of theirs to the secondary region's table take so long. It is a prelude: t0 is what comes after it.

    DynamoDB serves them beside everybody else. The embedded cloud is one process, in which 48 calls at once would be in
    the observers' way.
    """
    drill = current()
    drill.tell_fault(
        PACED, f"a replicator's call to the secondary region's {LOADED_TABLE} takes {call_seconds:g} s", prelude=True
    )
    slow = replace(_on_target(drill, "latency"), caller_kind="lambda", latency_ms=call_seconds * 1000)
    drill.faults.add(slow)
    return f"{call_seconds:g} s"


def throttle_target(fault: str) -> str:
    """Let the secondary region's table take nothing.

    Raises:
        UnknownFault: it is not throttled by that name.
    """
    drill = current()
    must_be_one_of((THROTTLED,), fault)
    phase = await_a_moment(drill)
    _throttle(drill, 1.0, f"the secondary region's {LOADED_TABLE} throttles every call")
    return f"{fault}, {phase:.2f} s into the probe interval"


def pile_up(count: int) -> str:
    """Make so many writes at the primary, and see that as many records wait to be carried over.

    Raises:
        NoBacklog: they do not.
    """
    drill = current()
    drill.operator.table().pile_up("primary", count, drill.operator.snapshot().row.epoch)
    waiting = drill.operator.replicators().waiting("primary")
    if waiting < count:
        raise NoBacklog(f"{waiting} records wait, fewer than {count}")
    drill.events.write("measured", None, records_behind=waiting)
    return f"{waiting} records wait"


def throttle_target_in_part(share: float) -> str:
    """Let the table throttle a share of the calls, and take the rest."""
    drill = current()
    _recover(drill)
    _throttle(drill, share, f"the secondary region's {LOADED_TABLE} throttles {share:.0%} of the calls")
    return f"{share:.0%}"


def let_target_recover() -> str:
    """Let the table take all that it is sent."""
    drill = current()
    drill.events.write("measured", None, records_at_recovery=drill.operator.replicators().waiting("primary"))
    _recover(drill)
    return "it throttles nothing"


def caught_up_with_all(within_seconds: float) -> bool:
    """Wait until no more waits than clients write in a few seconds; tell how large the replicators' processes got.

    Raises:
        StillBehind: more does, at the end of that time.
    """
    drill = current()
    replicators, deadline = drill.operator.replicators(), drill.clock.monotonic() + within_seconds
    largest_mb = replicators.memory_mb()
    while (waiting := replicators.waiting("primary")) > FEW and drill.clock.monotonic() < deadline:
        drill.clock.sleep(LOOK_SECONDS)
        largest_mb = max(largest_mb, replicators.memory_mb())
    if waiting > FEW:
        raise StillBehind(f"{waiting} records still wait after {within_seconds:g} s")
    drill.events.write("measured", None, records_left=waiting, replicator_memory_mb=largest_mb)
    return True


def all_arrived(count: int) -> bool:
    """See that the secondary took the last write of every item that piled up; count what came after a later one.

    By its stream: whole tables would take long to read beside clients and observers.

    Raises:
        StillBehind: it lacks some.
    """
    drill = current()
    arrived = list(drill.operator.table().arrivals("secondary"))
    taken = {key: ids for key, _, ids in arrived}
    if lacking := [key for key in keys(count) if taken.get(key) != (write_id(key),)]:
        raise StillBehind(f"the secondary lacks the last write of {len(lacking)} items, {lacking[0]} among them")
    drill.events.write("measured", None, records_out_of_order=out_of_order(arrived))
    return True


def _throttle(drill: Drill, share: float, what: str) -> None:
    drill.tell_fault(TARGET, what)
    drill.faults.add(replace(_on_target(drill, "throttle"), id=TARGET, rate=share))


def _recover(drill: Drill) -> None:
    drill.faults.clear(TARGET)
    drill.tell_end(TARGET)


def _on_target(drill: Drill, effect: Effect) -> Fault:
    """Return a fault of the table that the primary's changes go to."""
    table = next(name for name in drill.tables if LOADED_TABLE in name)
    return Fault(effect=effect, region=drill.sites.secondary, service="dynamodb", table=table)
