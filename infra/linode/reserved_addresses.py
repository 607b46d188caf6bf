"""The public addresses by which machines of one kind reach those of the other site: VPCs end with their region."""

from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.naming import LinodeNaming

Addresses = tuple[pulumi.Output[str], ...]


@dataclass(frozen=True, kw_only=True)
class ReservedAddressesArgs:
    """``count`` addresses for machines that are called ``noun``."""

    naming: LinodeNaming
    site: str
    linode_region: str
    noun: str
    count: int
    protect_data: bool


class ReservedAddresses(pulumi.ComponentResource):
    """Addresses that outlive their machines, and that the other site's firewall may name before there are machines.

    https://techdocs.akamai.com/cloud-computing/docs/reserved-ips
    """

    addresses: Addresses

    def __init__(self, name: str, args: ReservedAddressesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:ReservedAddresses", name, {}, opts)
        self.addresses = tuple(self._address(number, args).address for number in range(1, args.count + 1))
        self.register_outputs({"addresses": list(self.addresses)})

    def _address(self, number: int, args: ReservedAddressesArgs) -> linode.ReservedIp:
        return linode.ReservedIp(
            f"{args.noun}-{number}-linode-{args.linode_region}-address",
            region=args.linode_region,
            tags=args.naming.tags(args.site, args.noun),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )


def hosts(addresses: Addresses) -> Addresses:
    """Return addresses as firewalls take them: as networks of one."""
    return tuple(pulumi.Output.format("{0}/32", address) for address in addresses)
