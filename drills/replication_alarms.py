"""Whether the alarms on the loaded table's replication go off, and are over again."""

from drills.running import current
from failover.sites import Site

LOOK_SECONDS = 1.0


class WrongState(Exception):
    """An alarm did not come into the state that it had to; the message says which it is in."""


def alarm_goes_off(site: Site, alarm: str, within_seconds: float) -> bool:
    """Wait until one of the table's alarms in a site's region is in alarm.

    Raises:
        WrongState: not within that time.
    """
    return _comes_to(site, alarm, "ALARM", within_seconds)


def alarm_is_over(site: Site, alarm: str, within_seconds: float) -> bool:
    """Wait until it is well again.

    Raises:
        WrongState: not within that time.
    """
    return _comes_to(site, alarm, "OK", within_seconds)


def _comes_to(site: Site, alarm: str, state: str, within_seconds: float) -> bool:
    drill = current()
    replicators, deadline = drill.operator.replicators(), drill.clock.monotonic() + within_seconds
    while (seen := replicators.alarm(site, alarm)) != state and drill.clock.monotonic() < deadline:
        drill.clock.sleep(LOOK_SECONDS)
    if seen != state:
        raise WrongState(f"{alarm} of the {site} is {seen}, not {state}, after {within_seconds:g} s")
    return True
