"""The address that a site's balancers share: keepalived decides who holds it, FRR announces it from there.

Linode shares addresses by BGP, with a community that says which machine is preferred:
https://www.linode.com/docs/products/compute/compute-instances/guides/failover/
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from nodes.rendering import MachineFile, render


class Announced(StrEnum):
    """How the network takes a balancer's announcement beside another one's. It stays, whatever site is active."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, kw_only=True)
class SharedAddress:
    """A balancer's part in it: its own address, those of the other balancers, and the data centre's routers.

    Raises:
        ValueError: a priority that keepalived does not take, or no other balancer to share with.
    """

    node: str
    address: IPv4Address
    own: IPv4Address
    peers: tuple[IPv4Address, ...]
    priority: int
    announced_as: Announced
    routers: tuple[IPv6Address, ...]
    interface: str = "eth1"
    router_id: int = 51
    own_as: int = 65001
    check_port: int = 8404

    def __post_init__(self) -> None:
        if not 1 <= self.priority <= 254:
            raise ValueError(f"priority {self.priority}: keepalived takes 1 to 254 from one that may give up")
        if not self.peers or self.own in self.peers:
            raise ValueError(f"{self.node} needs the addresses of other balancers, and only those, as peers")


def files(shared: SharedAddress) -> tuple[MachineFile, ...]:
    """Return keepalived's file and FRR's two."""
    return (
        MachineFile(path="/etc/keepalived/keepalived.conf", text=render("keepalived.conf.j2", shared)),
        _of_frr("frr.conf", shared),
        _of_frr("daemons", shared),
    )


def _of_frr(name: str, shared: SharedAddress) -> MachineFile:
    template = "frr.conf.j2" if name == "frr.conf" else "frr-daemons.j2"
    return MachineFile(path=f"/etc/frr/{name}", text=render(template, shared), mode=0o640, owner="frr")
