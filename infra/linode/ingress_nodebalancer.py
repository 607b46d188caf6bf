"""A site's ingress by a NodeBalancer: TCP handed on to the balancers, with the client's address before it.

Protocol `http` would end TLS at the NodeBalancer, and only `tcp` takes the proxy protocol. Its check is a connection:
an HTTP one would speak plainly, and without the proxy protocol, to a port that expects both. Passive checks are off:
they take a balancer out for any answer that begins with 5. Times are whole seconds, and a check must time out before
the next: https://techdocs.akamai.com/linode-api/reference/post-node-balancer-config.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.machine import Machine
from infra.linode.naming import LinodeNaming
from infra.linode.ports import HTTP, HTTPS
from infra.linode.role_firewall import RoleFirewall, RoleFirewallArgs
from infra.linode.role_rules import nodebalancer_rules
from infra.site_addresses import SiteAddresses

NOUN = "ingress"
# Two failed checks: 5 s at most.
CHECK_SECONDS, CHECK_TIMEOUT_SECONDS, CHECK_ATTEMPTS = 2, 1, 2


@dataclass(frozen=True, kw_only=True)
class IngressNodeBalancerArgs:
    """Where it is, and the balancers behind it. ``protect``: its addresses are in DNS."""

    naming: LinodeNaming
    linode_region: str
    site: str
    balancers: Sequence[Machine]
    protect: bool


class IngressNodeBalancer(pulumi.ComponentResource):
    """A NodeBalancer with its firewall, its two ports and the balancers behind each.

    No node's mode is said: run time sets it, and the provider sends only what changed of a node
    (https://github.com/linode/terraform-provider-linode/blob/dev/linode/nbnode/framework_resource.go).
    """

    id: pulumi.Output[int]
    addresses: SiteAddresses

    def __init__(self, name: str, args: IngressNodeBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:IngressNodeBalancer", name, {}, opts)
        balancer = self._balancer(name, args)
        self._guard(name, args, balancer)
        for port in (HTTP, HTTPS):
            self._port(name, port, args, balancer.id.apply(int))
        self.id = balancer.id.apply(int)
        self.addresses = SiteAddresses(ipv4=balancer.ipv4, ipv6=balancer.ipv6)
        self.register_outputs({"id": self.id, "ipv4": balancer.ipv4, "ipv6": balancer.ipv6})

    def _balancer(self, name: str, args: IngressNodeBalancerArgs) -> linode.NodeBalancer:
        return linode.NodeBalancer(
            f"{name}-nodebalancer",
            label=args.naming.short_label(args.site, NOUN),
            tags=args.naming.tags(args.site),
            region=args.linode_region,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )

    def _guard(self, name: str, args: IngressNodeBalancerArgs, balancer: linode.NodeBalancer) -> None:
        rules = nodebalancer_rules()
        firewall = RoleFirewall(
            f"{NOUN}-firewall-linode-{args.linode_region}",
            RoleFirewallArgs(
                naming=args.naming, site=args.site, role=NOUN, inbound=rules.inbound, outbound=rules.outbound
            ),
            pulumi.ResourceOptions(parent=self),
        )
        linode.FirewallDevice(
            f"{name}-firewall",
            firewall_id=firewall.id,
            entity_id=balancer.id.apply(int),
            entity_type="nodebalancer",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _port(self, name: str, port: int, args: IngressNodeBalancerArgs, balancer_id: pulumi.Output[int]) -> None:
        config = linode.NodeBalancerConfig(
            f"{name}-{port}",
            nodebalancer_id=balancer_id,
            port=port,
            protocol="tcp",
            proxy_protocol="v2",
            algorithm="roundrobin",
            stickiness="none",
            check="connection",
            check_interval=CHECK_SECONDS,
            check_timeout=CHECK_TIMEOUT_SECONDS,
            check_attempts=CHECK_ATTEMPTS,
            check_passive=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for number, machine in enumerate(args.balancers, 1):
            linode.NodeBalancerNode(
                f"{name}-{port}-node-{number}",
                nodebalancer_id=balancer_id,
                config_id=config.id.apply(int),
                label=f"balancer-{number}",
                address=pulumi.Output.format("{}:{}", machine.private_ipv4, port),
                opts=pulumi.ResourceOptions(parent=self),
            )
