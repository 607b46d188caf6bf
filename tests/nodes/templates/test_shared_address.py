"""The shared address: FRR takes its file, and real keepalived moves the address when a balancer sends to nobody."""

import contextlib
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from nodes.templates.shared_address import Announced, SharedAddress, files
from tests.nodes.templates.counting_server import Manner
from tests.nodes.templates.site_under_test import SERVER, ended, folder, may_make_networks
from tests.waiting import eventually

FIRST = SharedAddress(
    node="lb-us-ord-1",
    address=IPv4Address("203.0.113.10"),
    own=IPv4Address("10.0.0.2"),
    peers=(IPv4Address("10.0.0.3"),),
    priority=110,
    announced_as=Announced.PRIMARY,
    routers=(IPv6Address("2001:db8:34::1"), IPv6Address("2001:db8:34::2")),
)
SECOND = replace(
    FIRST,
    node="lb-us-ord-2",
    own=FIRST.peers[0],
    peers=(FIRST.own,),
    priority=100,
    announced_as=Announced.SECONDARY,
)
needs_frr = pytest.mark.skipif(shutil.which("vtysh") is None, reason="needs FRR: apt-get install -y frr")
needs_keepalived = pytest.mark.skipif(
    any(shutil.which(one) is None for one in ("keepalived", "curl")) or not may_make_networks(),
    reason="needs leave to make networks, and keepalived: apt-get install -y keepalived curl iproute2",
)


@dataclass(frozen=True)
class Machine:
    """A balancer's network of its own, with a server that says whether HAProxy sends to anybody."""

    namespace: str
    shared: SharedAddress
    health: "subprocess.Popen[bytes]"

    def holds_the_address(self) -> bool:
        """Whether the address is on this machine."""
        told = subprocess.run(
            ["ip", "-n", self.namespace, "-o", "address", "show", "dev", "lo"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
        return f" {self.shared.address}/32 " in told.stdout


@contextlib.contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Yield two networks joined by one cable, with keepalived in each."""
    name = f"lb{secrets.token_hex(3)}"
    with contextlib.ExitStack() as running:
        place = running.enter_context(folder())
        for number in (1, 2):
            _ip("netns", "add", f"{name}-{number}")
            running.callback(_ip, "netns", "delete", f"{name}-{number}")
        _ip("-n", f"{name}-1", "link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", f"{name}-2")
        first, second = (
            running.enter_context(_machine(place, f"{name}-{number}", shared))
            for number, shared in ((1, FIRST), (2, SECOND))
        )
        yield first, second


@contextlib.contextmanager
def _machine(place: Path, namespace: str, shared: SharedAddress) -> Iterator[Machine]:
    _ip("-n", namespace, "address", "add", f"{shared.own}/24", "dev", "eth1")
    for device in ("lo", "eth1"):
        _ip("-n", namespace, "link", "set", device, "up")
    inside = ["ip", "netns", "exec", namespace]
    kept = str(place / f"arrivals-{namespace}")
    server = [sys.executable, "-I", "-S", SERVER, str(shared.check_port), kept, Manner.WELL]
    with ended([*inside, *server]) as health, _keepalived(place, inside, shared):
        yield Machine(namespace, shared, health)


@contextlib.contextmanager
def _keepalived(place: Path, inside: list[str], shared: SharedAddress) -> Iterator[None]:
    own = place / shared.node
    own.with_suffix(".conf").write_text(files(shared)[0].text)
    pids = ["--pid", f"{own}.pid", "--vrrp_pid", f"{own}.vrrp.pid"]
    options = ["--vrrp", "--dont-fork", "--log-console", "--use-file", f"{own}.conf", *pids]
    with ended([*inside, "keepalived", *options]) as process:
        yield
        process.send_signal(signal.SIGTERM)  # takes its children along, as the last signal would not
        process.wait(10)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)


@needs_keepalived
def test_the_address_moves_when_a_balancer_sends_to_nobody_and_comes_back() -> None:
    with two_machines() as (first, second):
        eventually(lambda: first.holds_the_address() and not second.holds_the_address(), 20, "the first takes it")
        first.health.send_signal(signal.SIGSTOP)
        eventually(lambda: second.holds_the_address() and not first.holds_the_address(), 10, "the second takes it")
        first.health.send_signal(signal.SIGCONT)
        eventually(lambda: first.holds_the_address() and not second.holds_the_address(), 20, "the first has it back")


@needs_keepalived
def test_keepalived_takes_its_file_and_warns_of_what_is_spoilt(tmp_path: Path) -> None:
    with two_machines() as (first, _):
        assert [_checked(first, tmp_path, spoilt) for spoilt in ("fall 1", "fell 1")] == [0, 5]


def _checked(machine: Machine, place: Path, spoilt: str) -> int:
    """Return the exit code of keepalived's own check, which is 5 after a warning.

    The check of 2.2.7 ends itself by a signal once it has looked for a script as another user, so it looks as root.
    """
    text = files(machine.shared)[0].text.replace("script_user nobody", "script_user root")
    (place / "keepalived.conf").write_text(text.replace("fall 1", spoilt))
    checked = ["ip", "netns", "exec", machine.namespace, "keepalived", "--config-test", "-f"]
    return subprocess.run(
        [*checked, str(place / "keepalived.conf")], capture_output=True, timeout=60, check=False
    ).returncode


@needs_frr
@pytest.mark.parametrize(("spoilt", "code"), [("import-check", 0), ("impart-check", 2)])
def test_frr_takes_its_file_and_nothing_spoilt(spoilt: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "frr.conf").write_text(files(FIRST)[1].text.replace("import-check", spoilt))
    checked = ["vtysh", "-C", "-f", str(tmp_path / "frr.conf")]
    assert subprocess.run(checked, capture_output=True, timeout=60, check=False).returncode == code


@pytest.mark.parametrize(("shared", "community"), [(FIRST, "65000:1"), (SECOND, "65000:2")])
def test_a_balancer_announces_nothing_but_the_address_and_as_what_it_is(shared: SharedAddress, community: str) -> None:
    text = files(shared)[1].text
    announced = f"route-map {shared.announced_as.upper()} "
    assert f" neighbor ROUTERS {announced}out" in text
    assert f"{announced}permit 10\n set community {community}\n" in text
    assert text.count("  network ") == 1


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [({"priority": 255}, "keepalived takes 1 to 254"), ({"peers": ()}, "needs the addresses of other balancers")],
)
def test_facts_that_would_let_nobody_give_the_address_up_are_refused(wrong: dict[str, int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(FIRST, **wrong)  # type: ignore[arg-type]
