"""A site's balancer: TLS ends here, requests go to web and API servers, or on to the other site.

Directives: https://docs.haproxy.org/2.6/configuration.html. An intermediary may repeat by itself only what is safe to
repeat (RFC 9110, 9.2.2: https://www.rfc-editor.org/rfc/rfc9110.html#section-9.2.2).
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from nodes.rendering import MachineFile, render
from nodes.templates.pool import ServerPool

# https://www.linode.com/docs/guides/nodebalancer-reference-guide/
NODEBALANCERS: Final = IPv4Network("192.168.255.0/24")


@dataclass(frozen=True, kw_only=True)
class NodeBalancerIngress:
    """Requests come through a NodeBalancer, which tells their clients' addresses by the proxy protocol, version 2."""

    sources: tuple[IPv4Network, ...] = (NODEBALANCERS,)


@dataclass(frozen=True, kw_only=True)
class VipIngress:
    """Requests come to an address that balancers hold one at a time; nobody may tell another client's address."""

    sources: tuple[IPv4Network, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """What is known of a balancer before it boots.

    ``peers`` are the other site's balancers, whose word for a client's address is taken. ``response_seconds`` is how
    long a server may take for an answer. Each request counts twice among ``max_connections``.
    """

    site: str
    host: str
    ingress: NodeBalancerIngress | VipIngress
    web: ServerPool
    api: ServerPool
    peers: tuple[IPv4Address, ...] = ()
    remote: ServerPool = field(default_factory=lambda: ServerPool(port=443, slots=4))
    http_port: int = 80
    https_port: int = 443
    local_port: int = 8404
    max_connections: int = 20_000
    response_seconds: int = 10
    certificate: str = "/etc/lifeboat/tls/site.pem"
    authorities: str = "/etc/ssl/certs/ca-certificates.crt"
    runtime_directory: str = "/run/haproxy"
    chroot: str = "/var/lib/haproxy"
    agent_group: str = "lifeboat"


def haproxy_configuration(balancer: Balancer) -> MachineFile:
    """Return HAProxy's file; it names the certificate's, which the agent writes."""
    return MachineFile(path="/etc/haproxy/haproxy.cfg", text=render("balancer-haproxy.cfg.j2", balancer))
