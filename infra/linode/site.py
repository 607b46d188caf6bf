"""A site: what the application is served by in one Linode region. The two sites are alike, and neither needs the other.

Databases and files are not here (stacks/app.py gives them the site's network). Nor is any role: a machine is born with
its site and its pool, and learns the rest at run time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi

from infra.linode.address_plan import heartbeat_address
from infra.linode.file_copies import FileCopies, with_copies
from infra.linode.ingress_nodebalancer import IngressNodeBalancer, IngressNodeBalancerArgs
from infra.linode.ingress_shared_address import IngressSharedAddress, IngressSharedAddressArgs
from infra.linode.machine import Heartbeat, Machine, MachineBirth
from infra.linode.machine_pool import MachinePool, MachinePoolArgs, Spread
from infra.linode.naming import LinodeNaming
from infra.linode.role_rules import Ingress, RoleRules, balancer_rules, monitoring_rules, server_rules
from infra.linode.site_network import SiteNetwork, SiteNetworkArgs
from infra.site_addresses import SiteAddresses

BALANCERS = 2
SERVERS = ("web", "api")


@dataclass(frozen=True, kw_only=True)
class PoolSize:
    """The plan of a pool's machines, and how many there are."""

    type: str
    count: int


@dataclass(frozen=True, kw_only=True)
class SiteArgs:
    """A site: where it is, how it is reached, its pools of servers, and what each pool's machines are born with.

    ``database_ports`` are those that servers reach; ``copies`` are web servers' addresses if files go by rsync.
    ``protect`` keeps what DNS points to.
    """

    naming: LinodeNaming
    site: str
    linode_region: str
    ingress: Ingress
    database_ports: str
    servers: Mapping[str, PoolSize]
    balancer_type: str
    monitoring_type: str
    births: Mapping[str, MachineBirth]
    copies: FileCopies | None
    protect: bool


class Site(pulumi.ComponentResource):
    """Network, balancers, servers, monitoring and ingress. ``machines`` has each pool's, in order of their numbers."""

    network: SiteNetwork
    addresses: SiteAddresses
    machines: Mapping[str, Sequence[Machine]]
    nodebalancer_ids: tuple[pulumi.Output[int], ...]

    def __init__(self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:Site", name, {}, opts)
        self.network = self._network(args)
        balancers = self._balancers(args)
        servers = {pool: self._servers(pool, args) for pool in SERVERS}
        self.machines = {"balancer": balancers, **servers, "monitoring": self._monitoring(args)}
        ingress = self._ingress(args, balancers)
        self.addresses = ingress.addresses
        self.nodebalancer_ids = (ingress.id,) if isinstance(ingress, IngressNodeBalancer) else ()
        self.register_outputs({"ipv4": self.addresses.ipv4, "ipv6": self.addresses.ipv6})

    def _network(self, args: SiteArgs) -> SiteNetwork:
        network = SiteNetworkArgs(naming=args.naming, site=args.site, linode_region=args.linode_region)
        return SiteNetwork(f"network-linode-{args.linode_region}", network, pulumi.ResourceOptions(parent=self))

    def _balancers(self, args: SiteArgs) -> Sequence[Machine]:
        """Declare the balancers: apart from each other or not at all, as all requests go through the two of them."""
        size = PoolSize(type=args.balancer_type, count=BALANCERS)
        pool = self._args("balancer", size, balancer_rules(args.site, args.ingress), "strict", args)
        return self._pool(pool)

    def _servers(self, pool: str, args: SiteArgs) -> Sequence[Machine]:
        """Declare servers: apart if that can be, for in an incident a machine beside another is better than none."""
        rules, copies = server_rules(args.site, args.database_ports), args.copies if pool == "web" else None
        rules = with_copies(rules, copies) if copies else rules
        alike = self._args(pool, args.servers[pool], rules, "flexible", args)
        return self._pool(replace(alike, reserved=copies.addresses) if copies else alike)

    def _monitoring(self, args: SiteArgs) -> Sequence[Machine]:
        size = PoolSize(type=args.monitoring_type, count=1)
        return self._pool(self._args("monitoring", size, monitoring_rules(args.site), None, args))

    def _args(
        self, pool: str, size: PoolSize, rules: RoleRules, spread: Spread | None, args: SiteArgs
    ) -> MachinePoolArgs:
        shared = args.ingress == "keepalived" and pool == "balancer"
        return MachinePoolArgs(
            naming=args.naming,
            linode_region=args.linode_region,
            site=args.site,
            pool=pool,
            type=size.type,
            count=size.count,
            birth=args.births[pool],
            rules=rules,
            spread=spread,
            subnet_id=self.network.subnet_ids[pool],
            private_ip=args.ingress == "nodebalancer" and pool == "balancer",
            # Linode's helper would give the shared address to the balancer that it is assigned to:
            # https://www.linode.com/docs/products/compute/compute-instances/guides/failover/
            network_helper=not shared,
            heartbeats=_heartbeats(args) if shared else (),
        )

    def _pool(self, args: MachinePoolArgs) -> Sequence[Machine]:
        name = f"{args.pool}-pool-linode-{args.linode_region}"
        return MachinePool(name, args, pulumi.ResourceOptions(parent=self)).machines

    def _ingress(self, args: SiteArgs, balancers: Sequence[Machine]) -> IngressNodeBalancer | IngressSharedAddress:
        name, opts = f"ingress-linode-{args.linode_region}", pulumi.ResourceOptions(parent=self)
        if args.ingress == "keepalived":
            shared = IngressSharedAddressArgs(
                naming=args.naming,
                linode_region=args.linode_region,
                site=args.site,
                balancers=balancers,
                protect=args.protect,
            )
            return IngressSharedAddress(name, shared, opts)
        behind = IngressNodeBalancerArgs(
            naming=args.naming,
            linode_region=args.linode_region,
            site=args.site,
            balancers=balancers,
            protect=args.protect,
        )
        return IngressNodeBalancer(name, behind, opts)


def _heartbeats(args: SiteArgs) -> tuple[Heartbeat, ...]:
    """Return each balancer's place in a VLAN: no firewall lets VRRP through, and none looks at a VLAN."""
    vlan = args.naming.label(args.site, "heartbeat")
    return tuple(
        Heartbeat(vlan=vlan, address=heartbeat_address(args.site, number)) for number in range(1, BALANCERS + 1)
    )
