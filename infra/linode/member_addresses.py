"""The public addresses by which a database's members reach those of the other site: VPCs end with their region."""

from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.naming import LinodeNaming


@dataclass(frozen=True, kw_only=True)
class MemberAddressesArgs:
    """One address for each of ``members``."""

    naming: LinodeNaming
    site: str
    linode_region: str
    members: int
    protect_data: bool


class MemberAddresses(pulumi.ComponentResource):
    """Reserved addresses: they outlive the machines, and the other site's firewall may name them before there are any.

    https://techdocs.akamai.com/cloud-computing/docs/reserved-ips
    """

    addresses: tuple[pulumi.Output[str], ...]

    def __init__(self, name: str, args: MemberAddressesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:MemberAddresses", name, {}, opts)
        self.addresses = tuple(self._address(number, args).address for number in range(1, args.members + 1))
        self.register_outputs({"addresses": list(self.addresses)})

    def _address(self, number: int, args: MemberAddressesArgs) -> linode.ReservedIp:
        return linode.ReservedIp(
            f"database-{number}-linode-{args.linode_region}-address",
            region=args.linode_region,
            tags=args.naming.tags(args.site, "database"),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )
