"""What the experiments do to regions: lose one, slow one down, let one flap, and put everything right again."""

from collections.abc import Callable, Iterable, Mapping

from drills.running import Drill, current
from localcloud.faults import Fault, control_planes_out
from localcloud.request import Cut

CUTS: Mapping[str, Cut] = {"blackhole": "blackhole", "refused": "refuse", "reset": "reset"}
FLAPS: Mapping[str, tuple[float, float]] = {"down-4-of-10": (4, 10), "down-13-of-20": (13, 20)}  # seconds
SLOW_SHARE = 0.6
SLOW_MS, SLOW_JITTER_MS = 2500.0, 500.0  # beyond an observer's 1.5 s and a client's 1 s


class UnknownFault(ValueError):
    """The experiment names a fault that nobody can make."""


def must_be_one_of(known: Iterable[str], fault: str) -> None:
    """Refuse a fault that an action does not know.

    Raises:
        UnknownFault: it is none of them.
    """
    if fault not in (listed := tuple(known)):
        raise UnknownFault(f"fault is {fault!r}, expected one of {', '.join(listed)}")


def lose_region(fault: str) -> str:
    """Lose the primary region, at a moment of the probe interval that the drill's seed picks.

    Raises:
        UnknownFault: nobody can lose a region that way.
    """
    drill = current()
    begin = _beginning(drill, fault)
    phase = await_a_moment(drill)
    begin()
    return f"{fault}, {phase:.2f} s into the probe interval"


def await_a_moment(drill: Drill) -> float:
    """Sleep for the part of a probe interval that the drill's seed picks, and return it."""
    phase = drill.chance.uniform(0, drill.protocol.probe_interval)
    drill.clock.sleep(phase)
    return phase


def _beginning(drill: Drill, fault: str) -> Callable[[], None]:
    region = drill.sites.primary
    ways = {"observers-cut": _isolate, "control-planes-out": _darken_without_control_planes, "slow": _slow_down}
    must_be_one_of((*CUTS, *ways), fault)
    if fault in CUTS:
        return lambda: _darken(drill, region, CUTS[fault], f"{region} is dark ({fault})")
    return lambda: ways[fault](drill, region)


def _darken(drill: Drill, region: str, how: Cut, what: str) -> None:
    drill.tell_fault(region, what)
    drill.regions.darken(region, how)


def _isolate(drill: Drill, region: str) -> None:
    drill.tell_fault(region, f"{region} is cut off from the observers; its own clients still reach it")
    drill.regions.isolate(region)


def _darken_without_control_planes(drill: Drill, region: str) -> None:
    """Refuse the control planes before the region is lost, so that nothing can use them in the first second."""
    for fault in control_planes_out():
        drill.faults.add(fault)
    _darken(drill, region, "blackhole", f"{region} is dark, and Route 53, IAM and global STS refuse everything")


def _slow_down(drill: Drill, region: str) -> None:
    drill.tell_fault(region, f"{SLOW_SHARE:.0%} of the calls to {region} take {SLOW_MS / 1000:g} s")
    slow = Fault(effect="latency", region=region, rate=SLOW_SHARE, latency_ms=SLOW_MS, jitter_ms=SLOW_JITTER_MS)
    drill.faults.add(slow)


def lose_control_region() -> str:
    """Lose the control region that hosts no data. It is a prelude: t0 is what comes after it."""
    drill = current()
    region = drill.control_only_region
    drill.tell_fault(region, f"{region}, which hosts no data, is dark", prelude=True)
    drill.regions.darken(region)
    return region


def let_region_flap(fault: str, for_seconds: float) -> str:
    """Lose the primary region again and again, each time for a while.

    Raises:
        UnknownFault: nobody knows how long each time.
    """
    drill = current()
    must_be_one_of(FLAPS, fault)
    down, every = FLAPS[fault]
    times = round(for_seconds / every)
    await_a_moment(drill)
    for time in range(1, times + 1):
        _lose_for(drill, down, f"{time} of {times}")
        drill.clock.sleep(every - down)
    return f"{times} times"


def _lose_for(drill: Drill, seconds: float, which: str) -> None:
    region = drill.sites.primary
    fault_id = f"{region} {which}"
    drill.tell_fault(fault_id, f"{region} is dark for {seconds:g} s, {which}")
    drill.regions.darken(region)
    drill.clock.sleep(seconds)
    drill.regions.restore(region)
    drill.tell_end(fault_id)


def put_everything_right() -> str:
    """Bring every region back, lift every fault, end what actions left running; harmless where nothing is broken."""
    drill = current()
    drill.regions.restore()
    drill.faults.clear()
    drill.undoing.close()
    ended = dict(drill.begun)
    for fault_id in ended:
        drill.tell_end(fault_id)
    return ", ".join(ended.values()) or "nothing was broken"


def serve(seconds: float) -> None:
    """Let the clients go on for a while."""
    current().clock.sleep(seconds)


def stop_load() -> None:
    """Let every client finish what it is doing and stop; does nothing the second time."""
    current().stop_load()
