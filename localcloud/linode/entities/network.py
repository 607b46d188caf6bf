"""Addresses, private networks, and what guards or spreads instances."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Address:
    """An IPv4 address of a region. ``shared_with`` are the instances that may also announce it."""

    address: str
    region: str
    public: bool = True
    linode_id: int | None = None
    nodebalancer_id: int | None = None
    reserved: bool = False
    rdns: str | None = None
    tags: tuple[str, ...] = ()
    shared_with: tuple[int, ...] = ()

    def is_free_in(self, region: str) -> bool:
        """Say whether the account reserved it in a region and nothing uses it."""
        used = self.linode_id is not None or self.nodebalancer_id is not None
        return self.reserved and not used and self.region == region


@dataclass(frozen=True, kw_only=True)
class Ipv6Range:
    """IPv6 addresses that are routed to an instance; ``range`` without the prefix."""

    range: str
    prefix: int
    region: str
    linode_id: int
    shared_with: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """A private network of one region."""

    id: int
    label: str
    region: str
    description: str
    created: str
    updated: str


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A range of a VPC in CIDR form."""

    id: int
    vpc_id: int
    label: str
    ipv4: str
    created: str
    updated: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a firewall."""

    action: str
    protocol: str
    ports: str | None = None
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    label: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All rules of a firewall and what becomes of the rest; ``version`` grows with each change."""

    inbound: tuple[Rule, ...] = ()
    inbound_policy: str = "DROP"
    outbound: tuple[Rule, ...] = ()
    outbound_policy: str = "ACCEPT"
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class Firewall:
    """A Cloud Firewall."""

    id: int
    label: str
    created: str
    updated: str
    status: str = "enabled"
    rules: Rules = field(default_factory=Rules)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Device:
    """What a firewall guards: ``entity_type`` is linode, nodebalancer or linode_interface."""

    id: int
    firewall_id: int
    entity_id: int
    entity_type: str
    created: str
    updated: str


@dataclass(frozen=True, kw_only=True)
class PlacementGroup:
    """Instances that are kept apart, or together."""

    id: int
    label: str
    region: str
    placement_group_type: str
    placement_group_policy: str
