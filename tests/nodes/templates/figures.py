"""Figures of docs/machines.md: `python -m tests.nodes.templates.figures`, as root; a minute."""

import signal
import statistics
import time
from collections.abc import Callable

from tests.nodes.templates.balanced_site import Site, failed, load, site
from tests.nodes.templates.site_under_test import CountingServer
from tests.nodes.templates.test_shared_address import two_machines
from tests.waiting import eventually

RUNS = 5


def seconds_until(happened: Callable[[], bool]) -> float:
    """Return how long it took until something was seen."""
    began = time.monotonic()
    eventually(happened, 30, "it happens")
    return time.monotonic() - began


def until_down(disturb: Callable[[CountingServer], None]) -> float:
    """Return the seconds from a server's trouble to its slot being left alone."""
    with site() as under:
        eventually(lambda: under.haproxy.say("show stat").count(",L7OK,") == 3, 10, "all checks have passed")
        disturb(under.servers[0])
        return seconds_until(lambda: not under.haproxy.is_up("web/web1"))


def lost(method: str, disturb: Callable[[CountingServer], None]) -> tuple[int, int]:
    """Return how many of 1,200 requests were not answered by a server, and how many arrived more than once."""
    with site() as under:
        return len(failed(load(under, method, 1200, disturb))), _twice(under)


def _twice(under: Site) -> int:
    under.servers[0].thaw()
    return sum(times > 1 for times in under.arrivals().values())


def address_moves() -> float:
    """Return the seconds from a balancer that sends to nobody to the other one holding the address."""
    with two_machines() as (first, second):
        eventually(lambda: first.holds_the_address() and not second.holds_the_address(), 20, "the first holds it")
        first.health.send_signal(signal.SIGKILL)
        return seconds_until(second.holds_the_address)


def _spread(name: str, seconds: list[float]) -> None:
    print(f"{name}: {min(seconds):.1f}, {statistics.median(seconds):.1f}, {max(seconds):.1f} s")


def main() -> None:
    """Measure and print."""
    for name, disturb in (("killed", CountingServer.kill), ("frozen", CountingServer.freeze)):
        _spread(f"server {name} until it is sent nothing", [until_down(disturb) for _ in range(RUNS)])
        for method in ("GET", "POST"):
            print(f"server {name}, 1,200 {method}: %d not answered, %d arrived twice" % lost(method, disturb))
    _spread("HAProxy dead until the address is elsewhere", [address_moves() for _ in range(RUNS)])


if __name__ == "__main__":
    main()
