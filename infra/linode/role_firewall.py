"""The firewall of one role in one site: whatever no rule names is dropped, in both directions.

A firewall takes 25 rules, each with up to 15 ports, for TCP, UDP, ICMP and IPENCAP alone; answers to what was let
through pass by themselves: https://techdocs.akamai.com/linode-api/reference/post-firewalls and
https://techdocs.akamai.com/cloud-computing/docs/cloud-firewall.
"""

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_linode as linode

from infra.linode.naming import LinodeNaming

MOST_RULES = 25
ANYWHERE_IPV4, ANYWHERE_IPV6 = ("0.0.0.0/0",), ("::/0",)


@dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """What is let through: ports of a protocol, from (or, outbound, to) some networks; ICMP has no ports.

    A label has 3-32 characters.
    """

    label: str
    ports: str | None = None
    ipv4: tuple[pulumi.Input[str], ...] = ()
    ipv6: tuple[pulumi.Input[str], ...] = ()
    protocol: Literal["TCP", "UDP", "ICMP"] = "TCP"


@dataclass(frozen=True, kw_only=True)
class RoleFirewallArgs:
    """Whose firewall it is, and all that passes. ``site`` is where the role is, or its region if it is in no site.

    Raises:
        ValueError: there are more rules than a firewall takes.
    """

    naming: LinodeNaming
    site: str
    role: str
    inbound: tuple[FirewallRule, ...]
    outbound: tuple[FirewallRule, ...]

    def __post_init__(self) -> None:
        if (count := len(self.inbound) + len(self.outbound)) > MOST_RULES:
            raise ValueError(f"the firewall of {self.site} {self.role} has {count} rules; {MOST_RULES} are taken")


class RoleFirewall(pulumi.ComponentResource):
    """A firewall. Machines are attached to it one by one, so that a new one changes nothing here.

    Whom it guards is left unsaid, which the provider takes for "as it is" when it changes rules
    (https://github.com/linode/terraform-provider-linode/blob/dev/linode/firewall/framework_schema_resource.go).
    """

    id: pulumi.Output[int]

    def __init__(self, name: str, args: RoleFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:RoleFirewall", name, {}, opts)
        self.id = self._firewall(name, args).id.apply(int)
        self.register_outputs({"id": self.id})

    def _firewall(self, name: str, args: RoleFirewallArgs) -> linode.Firewall:
        return linode.Firewall(
            f"{name}-rules",
            label=args.naming.short_label(args.site, args.role),
            tags=args.naming.tags(args.site, args.role),
            inbound_policy="DROP",
            inbounds=[_inbound(rule) for rule in args.inbound],
            outbound_policy="DROP",
            outbounds=[_outbound(rule) for rule in args.outbound],
            opts=pulumi.ResourceOptions(parent=self),
        )


def _inbound(rule: FirewallRule) -> linode.FirewallInboundArgs:
    return linode.FirewallInboundArgs(
        label=rule.label,
        action="ACCEPT",
        protocol=rule.protocol,
        ports=rule.ports,
        ipv4s=list(rule.ipv4) or None,
        ipv6s=list(rule.ipv6) or None,
    )


def _outbound(rule: FirewallRule) -> linode.FirewallOutboundArgs:
    return linode.FirewallOutboundArgs(
        label=rule.label,
        action="ACCEPT",
        protocol=rule.protocol,
        ports=rule.ports,
        ipv4s=list(rule.ipv4) or None,
        ipv6s=list(rule.ipv6) or None,
    )
