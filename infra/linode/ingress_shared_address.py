"""A site's ingress by an address that its balancers share: reserved, on the first one, and allowed to the others.

It is shared within one data centre, and only if it stands for no address of a VPC; IPv6 addresses of machines cannot be
shared: https://techdocs.akamai.com/linode-api/reference/post-share-ips. Which balancer holds it is run time's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.machine import Machine
from infra.linode.naming import LinodeNaming
from infra.site_addresses import SiteAddresses


@dataclass(frozen=True, kw_only=True)
class IngressSharedAddressArgs:
    """Where it is, and who shares it. ``protect``: it is in DNS."""

    naming: LinodeNaming
    linode_region: str
    site: str
    balancers: Sequence[Machine]
    protect: bool


class IngressSharedAddress(pulumi.ComponentResource):
    """A reserved public address, IPv4, which outlives the balancer that it is on."""

    addresses: SiteAddresses

    def __init__(self, name: str, args: IngressSharedAddressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:IngressSharedAddress", name, {}, opts)
        reserved = self._reserved(name, args)
        first, *others = args.balancers
        assigned = self._assigned(name, reserved.address, first)
        for number, machine in enumerate(others, 2):
            self._shared(f"{name}-shared-{number}", assigned.address, machine)
        self.addresses = SiteAddresses(ipv4=reserved.address, ipv6=None)
        self.register_outputs({"ipv4": reserved.address})

    def _reserved(self, name: str, args: IngressSharedAddressArgs) -> linode.ReservedIp:
        return linode.ReservedIp(
            f"{name}-address",
            region=args.linode_region,
            tags=args.naming.tags(args.site),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=args.protect),
        )

    def _assigned(self, name: str, address: pulumi.Input[str], machine: Machine) -> linode.ReservedIpAssignment:
        return linode.ReservedIpAssignment(
            f"{name}-assignment",
            address=address,
            linode_id=machine.id,
            public=True,
            apply_immediately=False,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _shared(self, name: str, address: pulumi.Input[str], machine: Machine) -> linode.InstanceSharedIps:
        return linode.InstanceSharedIps(
            name, linode_id=machine.id, addresses=[address], opts=pulumi.ResourceOptions(parent=self)
        )
