"""The control table loses its majority, and a person does with `lifeboat` what the runbook for that says."""

from drills.actions import await_a_moment, must_be_one_of
from drills.orders import OrderRefused, TooEasy
from drills.running import Drill, current
from failover.sites import other

FAULT = "two-control-regions"
REASON = ("--reason", "a drill")
AGAIN_SECONDS = 1.0
REFUSED = 1


def forbid_automatic_moves() -> str:
    """Disarm the tier, so that whatever moves it was ordered.

    Raises:
        OrderRefused: it could not be disarmed.
    """
    return _done(current(), "disarm", *REASON)


def lose_the_majority(fault: str) -> str:
    """Lose the primary region and the control region that hosts no data: the third one can serve nobody alone.

    Raises:
        UnknownFault: the majority can be lost in no such way.
    """
    drill = current()
    must_be_one_of((FAULT,), fault)
    phase = await_a_moment(drill)
    for region in (drill.sites.primary, drill.control_only_region):
        drill.tell_fault(region, f"{region}, which is a control region, is dark")
        drill.regions.darken(region)
    return f"{fault}, {phase:.2f} s into the probe interval"


def order_a_failover_in_vain() -> str:
    """Order a failover while nobody can read or write the row, and see it refused.

    Raises:
        TooEasy: it was not.
    """
    said = current().operator.lifeboat("failover", *REASON, "--yes")
    if said.code != REFUSED or "no control region answers" not in said.output:
        raise TooEasy(f"a failover without a majority ended with {said.code}: {said.output}")
    return f"refused, as it must be: {said.output}"


def break_the_glass() -> str:
    """Tell the other site outside, under a forced epoch; the person knows the row from the pages and off is off.

    Raises:
        OrderRefused: it was not done.
    """
    drill = current()
    active, epoch = drill.sight.active, drill.sight.epoch
    old = drill.sites.region(active)
    known = ("--last-epoch", str(epoch), "--last-active", active)
    proof = ("--old-site-is-off", old, "--proof", "the drill has darkened it")
    drill.events.write("order", kind="break-glass", target=other(active), epoch=epoch)
    return _done(drill, "break-glass", *known, *proof, *REASON)


def bring_the_majority_back() -> str:
    """Bring back the control region that hosts no data; the primary region stays lost."""
    drill = current()
    region = drill.control_only_region
    drill.regions.restore(region)
    drill.tell_end(region)
    drill.operator.set_off_observer(region)  # its schedule may be a minute away
    return region


def merge_the_record(within_seconds: float) -> str:
    """Bring what was forced into the control table, again and again until it is taken.

    Raises:
        OrderRefused: it was still refused at the end of that time.
    """
    drill = current()
    deadline = drill.clock.monotonic() + within_seconds
    drill.events.write("order", kind="merge", target=other(drill.sight.active), epoch=drill.sight.epoch)
    while True:
        try:
            return _done(drill, "break-glass", "--merge", *REASON, "--yes")
        except OrderRefused:
            if drill.clock.monotonic() >= deadline:
                raise
        drill.clock.sleep(AGAIN_SECONDS)


def _done(drill: Drill, *arguments: str) -> str:
    said = drill.operator.lifeboat(*arguments)
    if said.code:
        raise OrderRefused(f"`lifeboat {arguments[0]}` ended with {said.code}: {said.output}")
    return said.output
