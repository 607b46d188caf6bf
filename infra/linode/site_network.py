"""A site's private network: one VPC, and a subnet for each pool."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.address_plan import POOLS, pool_range
from infra.linode.naming import LinodeNaming


@dataclass(frozen=True, kw_only=True)
class SiteNetworkArgs:
    """A site and where it is."""

    naming: LinodeNaming
    site: str
    linode_region: str


class SiteNetwork(pulumi.ComponentResource):
    """A VPC, which ends with its region. ``subnet_ids`` has a subnet's number by its pool."""

    vpc_id: pulumi.Output[int]
    subnet_ids: Mapping[str, pulumi.Output[int]]

    def __init__(self, name: str, args: SiteNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:SiteNetwork", name, {}, opts)
        self.vpc_id = self._vpc(name, args).id.apply(int)
        self.subnet_ids = {pool: self._subnet(name, pool, args).id.apply(int) for pool in POOLS}
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids})

    def _vpc(self, name: str, args: SiteNetworkArgs) -> linode.Vpc:
        return linode.Vpc(
            f"{name}-vpc",
            label=args.naming.label(args.site, "vpc"),
            region=args.linode_region,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _subnet(self, name: str, pool: str, args: SiteNetworkArgs) -> linode.VpcSubnet:
        return linode.VpcSubnet(
            f"{name}-{pool}-subnet",
            label=args.naming.label(args.site, pool),
            vpc_id=self.vpc_id,
            ipv4=pool_range(args.site, pool),
            opts=pulumi.ResourceOptions(parent=self),
        )
