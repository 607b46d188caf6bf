"""Real FRR announces the shared address while it is on the machine, to a router that is FRR too."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from pathlib import Path

import pytest

from nodes.templates.shared_address import SharedAddress, files
from tests.nodes.templates.site_under_test import folder, may_make_networks
from tests.nodes.templates.test_shared_address import FIRST, SECOND
from tests.waiting import eventually

DAEMONS = Path("/usr/lib/frr")
RUNTIME = Path("/run/frr")
pytestmark = pytest.mark.skipif(
    not (DAEMONS / "bgpd").exists() or not may_make_networks(),
    reason="needs leave to make networks, and FRR: apt-get install -y frr iproute2",
)
ROUTER = """
router bgp 65000
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 neighbor 2001:db8:34::2 remote-as 65001
 neighbor 2001:db8:34::2 capability extended-nexthop
 neighbor 2001:db8:34::2 passive
 address-family ipv4 unicast
  neighbor 2001:db8:34::2 activate
"""


@dataclass(frozen=True)
class Machine:
    """A network of its own with FRR in it."""

    namespace: str

    def told(self, *commands: str) -> str:
        """Return what FRR says."""
        return _run(*self._inside(), "vtysh", "-N", self.namespace, *commands)

    def address(self, verb: str, address: str, device: str) -> None:
        """Add or delete an address."""
        _run("ip", "-n", self.namespace, "address", verb, address, "dev", device, "nodad")

    @contextlib.contextmanager
    def routing(self, text: str, place: Path) -> Iterator[None]:
        """Run FRR by a configuration until the block ends."""
        own = RUNTIME / self.namespace
        own.mkdir(parents=True)
        shutil.chown(own, "frr", "frr")
        configuration = place / f"{self.namespace}.conf"
        configuration.write_text(text)
        try:
            for daemon in ("zebra", "bgpd"):
                _run(*self._inside(), str(DAEMONS / daemon), "-N", self.namespace, "-d", "-A", "127.0.0.1")
            eventually((own / "bgpd.vty").exists, 10, "FRR answers")
            self.told("-f", str(configuration))
            yield
        finally:
            for pid in own.glob("*.pid"):
                os.kill(int(pid.read_text()), signal.SIGKILL)
            shutil.rmtree(own)

    def _inside(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.namespace)


@contextlib.contextmanager
def announcing(shared: SharedAddress) -> Iterator[tuple[Machine, Machine]]:
    """Yield a balancer and its router, joined by one cable."""
    name = f"lb{secrets.token_hex(3)}"
    balancer, router = Machine(f"{name}-b"), Machine(f"{name}-r")
    own = replace(shared, routers=(IPv6Address("2001:db8:34::1"),))
    with contextlib.ExitStack() as running:
        place = running.enter_context(folder())
        for machine in (balancer, router):
            _run("ip", "netns", "add", machine.namespace)
            running.callback(_run, "ip", "netns", "delete", machine.namespace)
        end = ("peer", "name", "eth1", "netns", router.namespace)
        _run("ip", "-n", balancer.namespace, "link", "add", "eth1", "type", "veth", *end)
        for machine, number in ((balancer, 2), (router, 1)):
            for device in ("lo", "eth1"):
                _run("ip", "-n", machine.namespace, "link", "set", device, "up")
            machine.address("add", f"2001:db8:34::{number}/64", "eth1")
        running.enter_context(router.routing(ROUTER, place))
        running.enter_context(balancer.routing(files(own)[1].text, place))
        yield balancer, router


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout


@pytest.mark.parametrize(("shared", "community"), [(FIRST, "65000:1"), (SECOND, "65000:2")], ids=["primary", "second"])
def test_the_address_is_announced_exactly_while_it_is_on_the_machine(shared: SharedAddress, community: str) -> None:
    with announcing(shared) as (balancer, router):
        eventually(lambda: "2001:db8:34::1" in balancer.told("-c", "show bgp summary established"), 30, "they talk")
        assert not _announced(router)
        balancer.address("add", f"{shared.address}/32", "lo")
        eventually(lambda: _announced(router), 20, "it is announced")
        assert f"Community: {community}" in router.told("-c", f"show bgp ipv4 unicast {shared.address}/32")
        balancer.address("delete", f"{shared.address}/32", "lo")
        eventually(lambda: not _announced(router), 20, "it is withdrawn")


def _announced(router: Machine) -> bool:
    return "203.0.113.10/32" in router.told("-c", "show bgp ipv4 unicast")
