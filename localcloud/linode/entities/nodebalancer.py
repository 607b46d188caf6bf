"""NodeBalancers, their ports and the nodes behind them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VpcConfig:
    """The subnet that a NodeBalancer reaches its nodes in."""

    id: int
    nodebalancer_id: int
    subnet_id: int
    vpc_id: int
    ipv4_range: str
    ipv4_range_auto_assign: bool = True


@dataclass(frozen=True, kw_only=True)
class NodeBalancer:
    """A load balancer of one region; ``client_conn_throttle`` in connections a second, 0 for any number."""

    id: int
    label: str
    region: str
    ipv4: str
    created: str
    updated: str
    client_conn_throttle: int = 0
    type: str = "common"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PortConfig:
    """One port of a NodeBalancer. Intervals and timeouts count whole seconds."""

    id: int
    nodebalancer_id: int
    port: int = 80
    protocol: str = "http"
    algorithm: str = "roundrobin"
    stickiness: str = "table"
    check: str = "none"
    check_interval: int = 31
    check_timeout: int = 30
    check_attempts: int = 3
    check_path: str = ""
    check_body: str = ""
    check_passive: bool = True
    cipher_suite: str = "recommended"
    proxy_protocol: str = "none"
    ssl_commonname: str = ""
    ssl_fingerprint: str = ""
    ssl_cert: str | None = None
    ssl_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Node:
    """A server behind a port: a private address with its port. ``mode`` is run time's to change."""

    id: int
    nodebalancer_id: int
    config_id: int
    label: str
    address: str
    weight: int = 100
    mode: str = "accept"
    status: str = "Unknown"
    subnet_id: int | None = None
