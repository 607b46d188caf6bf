"""Faults of the control plane: an observer that is alone, an owner that is lost in the middle of its plan."""

from drills.actions import await_a_moment, must_be_one_of
from drills.running import Drill, current
from localcloud.faults import Fault

ISOLATIONS = ("cut-from-primary", "cut-from-all")


class NoOwner(Exception):
    """There is no plan whose owner could be lost."""


def isolate_one_observer(how: str) -> str:
    """Cut the control region that hosts no data off from the primary region, or from every other region.

    Raises:
        UnknownFault: it can be cut off in no such way.
    """
    drill = current()
    region, primary = drill.control_only_region, drill.sites.primary
    must_be_one_of(ISOLATIONS, how)
    await_a_moment(drill)
    if how == "cut-from-all":
        drill.tell_fault(region, f"{region} is cut off from every other region")
        drill.regions.isolate(region)
    else:
        drill.tell_fault(region, f"the link between {region} and {primary} is cut")
        _cut_link(drill, region, primary)
    return f"{region} {how}"


def _cut_link(drill: Drill, *ends: str) -> None:
    for here, there in (ends, ends[::-1]):
        drill.faults.add(Fault(effect="blackhole", caller_kind="lambda", caller_region=here, region=there))


def lose_the_owner() -> str:
    """Lose the region that the plan under way is run from, and kill what runs in it.

    Raises:
        NoOwner: no plan is under way.
    """
    drill = current()
    region = drill.sight.owner_region
    if not region:
        raise NoOwner(f"no plan is under way: {drill.sight.told()}")
    drill.tell_fault(region, f"{region}, where the plan's owner runs, is dark")
    drill.regions.darken(region)
    drill.undoing.callback(drill.operator.set_off_observer, region)  # its schedule may be a minute away
    return f"{drill.operator.kill(region)} processes killed in {region}"
