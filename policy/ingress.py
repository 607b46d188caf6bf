"""Requests reach a site by its ingress alone, which tells balancers who asked and leaves no working one out."""

from collections.abc import Iterator

from evaluation import UNKNOWN, Registration
from policy.declared import INSTANCE, Declared, at, items, needs
from policy.network import ANYWHERE, LAST_PORT, LINODE_FIREWALL, PORTS
from policy.regions import where
from policy.rule import Finding, Rule

OPEN_PORTS = frozenset({80, 443})
# The roles that anybody may reach, by the tag of their firewall.
OPEN_ROLES = frozenset({"pool:ingress", "pool:balancer"})
CONFIG = "linode:index/nodeBalancerConfig:NodeBalancerConfig"
SHARED = "linode:index/instanceSharedIps:InstanceSharedIps"
# What each input must be. Only `tcp` takes the proxy protocol; a passive check takes a balancer out for any 5xx:
# https://techdocs.akamai.com/linode-api/reference/post-node-balancer-config
WANTED: dict[str, tuple[object, ...]] = {
    "protocol": ("tcp",),
    "proxyProtocol": ("v2",),
    "check": ("connection", "http", "http_body"),
    "checkPassive": (False,),
}


def open_port(declared: Declared) -> Iterator[Finding]:
    """Find firewalls of Linode that let everybody in to something else than an ingress."""
    for one in declared.of_type(LINODE_FIREWALL):
        open_role = bool(OPEN_ROLES.intersection(map(str, items(one.inputs, "tags"))))
        for ports in _open_to_everybody(one):
            if not open_role or not ports <= OPEN_PORTS:
                yield Finding(resource=one, subject=_told(ports), seen=f"lets everybody in at {_told(ports)}")


def plain_nodebalancer(declared: Declared) -> Iterator[Finding]:
    """Find ports of NodeBalancers that end TLS, hide the client, check nothing, or take a 5xx for a dead balancer."""
    for one in declared.of_type(CONFIG):
        for name, values in WANTED.items():
            if one.inputs.get(name) not in (*values, UNKNOWN):
                yield Finding(resource=one, subject=name, seen=f"has {name} {one.inputs.get(name)}")


def unsharable_address(declared: Declared) -> Iterator[Finding]:
    """Find addresses that Linode refuses to share, or routes to nobody."""
    for one in declared.of_type(SHARED):
        for address in [str(found) for found in items(one.inputs, "addresses")]:
            if ":" in address and "/" not in address:
                yield Finding(resource=one, subject=address, seen=f"shares {address}, a machine's own IPv6 address")
        behind = _behind(one, declared)
        if len(places := sorted({found[1] for found in map(where, behind) if found})) > 1:
            yield Finding(resource=one, seen=f"shares an address between {' and '.join(places)}")
        for machine in behind:
            if machine.type == INSTANCE and any(
                at(face, "ipv4", "nat11") for face in items(machine.inputs, "interfaces")
            ):
                yield Finding(resource=one, seen=f"shares an address of {machine.name}, which stands for one of a VPC")


def _open_to_everybody(one: Registration) -> Iterator[frozenset[int]]:
    """Yield the ports of each rule that lets everybody in; without ports a rule is for all of them."""
    for rule in items(one.inputs, "inbounds"):
        sources = {str(found) for family in ("ipv4s", "ipv6s") for found in items(rule, family)}
        if at(rule, "action") == "ACCEPT" and ANYWHERE & sources and at(rule, "protocol") != "ICMP":
            ranges = PORTS.findall(str(at(rule, "ports") or f"0-{LAST_PORT}"))
            yield frozenset(port for low, high in ranges for port in range(int(low), int(high or low) + 1))


def _told(ports: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(ports))) if len(ports) < 9 else f"{min(ports)}-{max(ports)}"


def _behind(one: Registration, declared: Declared) -> list[Registration]:
    """Return the machines and addresses that a share, or an address's assignment, names."""
    direct = [declared.by_urn[urn] for urn in sorted(needs(one) - {one.parent, one.provider}) if urn in declared.by_urn]
    return [*direct, *(more for each in direct if each.type != INSTANCE for more in _behind(each, declared))]


RULES = (
    Rule(
        id="open-port",
        protects="Everybody reaches the two ports of a site's ingress, and nothing else.",
        remedy="name the ranges that need the port; only an ingress takes 80 and 443 from everywhere",
        check=open_port,
    ),
    Rule(
        id="plain-nodebalancer",
        protects="TLS ends at the balancers, they know who asked, and no working one is left out.",
        remedy="set protocol tcp, proxy_protocol v2, an active check, and check_passive to False",
        check=plain_nodebalancer,
    ),
    Rule(
        id="unsharable-address",
        protects="A site's address moves to the other balancer when one is lost.",
        remedy="share a public IPv4 address that no VPC uses, within one region",
        check=unsharable_address,
    ),
)
