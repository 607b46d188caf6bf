"""One machine: made once from a stub of user-data, and never again for a new image, template or key.

Interfaces are those of configuration profiles, the older generation. Of the newer one a firewall is attached to each
interface, whose number the provider does not tell, or else with the machine's creation, and then another firewall would
be another machine; and it has no private address, by which NodeBalancers reach machines:
https://techdocs.akamai.com/cloud-computing/docs/networking-interface.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address

import pulumi
import pulumi_linode as linode

from infra.linode.naming import LinodeNaming

# All of these are read at a machine's creation alone: another value would be another machine
# (https://registry.terraform.io/providers/linode/linode/latest/docs/resources/instance). Run time changes none of them.
READ_ONCE = ("metadatas", "image", "rootPass", "authorizedKeys")
# https://techdocs.akamai.com/cloud-computing/docs/managing-ip-addresses-on-a-compute-instance
PRIVATE = IPv4Network("192.168.128.0/17")


@dataclass(frozen=True, kw_only=True)
class MachineBirth:
    """What a machine is made from. ``user_data`` is base64.

    Linode takes an image with a password or a key of root's. A password would be in the state, so it is a key, which
    is the releases' (stacks/births.py).
    """

    image: str
    user_data: str
    authorized_key: str


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """A VLAN, and a machine's address in it with the prefix. Firewalls pass VLANs by, so it may carry VRRP."""

    vlan: str
    address: str


@dataclass(frozen=True, kw_only=True)
class MachineNetwork:
    """How a machine is connected; each has a public interface, by which it reaches the channel and AWS.

    ``subnet_id`` is None outside of a site. ``private_ip`` is for NodeBalancers. With ``network_helper`` Linode writes
    the machine's network configuration at each boot. ``reserved_ipv4`` is a public address that outlives the machine.
    """

    firewall_id: pulumi.Input[int]
    subnet_id: pulumi.Input[int] | None
    private_ip: bool = False
    network_helper: bool = True
    reserved_ipv4: pulumi.Input[str] | None = None
    heartbeat: Heartbeat | None = None


@dataclass(frozen=True, kw_only=True)
class MachineArgs:
    """A machine of a pool. ``site`` is its region if it is in no site; machines of a pool are numbered from 1."""

    naming: LinodeNaming
    linode_region: str
    site: str
    pool: str
    number: int
    type: str
    birth: MachineBirth
    network: MachineNetwork
    placement_group_id: pulumi.Input[int] | None
    protect: bool


class Machine(pulumi.ComponentResource):
    """A Linode, and its place in a firewall. Whether it runs is run time's; ``private_ipv4`` is empty without one."""

    id: pulumi.Output[int]
    ipv4: pulumi.Output[str]
    private_ipv4: pulumi.Output[str]

    def __init__(self, name: str, args: MachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:Machine", name, {}, opts)
        instance = self._instance(name, args)
        self._firewall(name, args, instance)
        self.id = instance.id.apply(int)
        self.ipv4 = instance.ipv4s.apply(_public)
        self.private_ipv4 = instance.private_ip_address
        self.register_outputs({"id": self.id, "ipv4": self.ipv4, "private_ipv4": self.private_ipv4})

    def _instance(self, name: str, args: MachineArgs) -> linode.Instance:
        network = args.network
        return linode.Instance(
            f"{name}-instance",
            label=args.naming.label(args.site, f"{args.pool}-{args.number}"),
            tags=args.naming.tags(args.site, args.pool),
            region=args.linode_region,
            type=args.type,
            image=args.birth.image,
            metadatas=[linode.InstanceMetadataArgs(user_data=args.birth.user_data)],
            authorized_keys=[args.birth.authorized_key],
            disk_encryption="enabled",
            watchdog_enabled=True,
            interface_generation="legacy_config",
            network_helper=network.network_helper,
            interfaces=_interfaces(network),
            private_ip=network.private_ip or None,
            ipv4s=[network.reserved_ipv4] if network.reserved_ipv4 is not None else None,
            placement_group=_placement(args),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                retain_on_delete=args.protect,
                ignore_changes=list(READ_ONCE),
                # A label is one machine's at a time: the new one could not be made beside the old one.
                delete_before_replace=True,
            ),
        )

    def _firewall(self, name: str, args: MachineArgs, instance: linode.Instance) -> linode.FirewallDevice:
        """Attach the firewall from outside: said of the machine itself, another firewall would be another machine."""
        return linode.FirewallDevice(
            f"{name}-firewall",
            firewall_id=args.network.firewall_id,
            entity_id=instance.id.apply(int),
            entity_type="linode",
            opts=pulumi.ResourceOptions(parent=self),
        )


def _public(addresses: Sequence[str]) -> str:
    """Return the public one of a machine's addresses, which the provider tells in no order."""
    return min(each for each in addresses if ip_address(each) not in PRIVATE)


def _interfaces(network: MachineNetwork) -> list[linode.InstanceInterfaceArgs]:
    """Return the interfaces in the order in which the machine sees them; the first one leads out."""
    found = [linode.InstanceInterfaceArgs(purpose="public", primary=True)]
    if network.heartbeat is not None:
        vlan, address = network.heartbeat.vlan, network.heartbeat.address
        found.append(linode.InstanceInterfaceArgs(purpose="vlan", label=vlan, ipam_address=address))
    if network.subnet_id is not None:
        found.append(linode.InstanceInterfaceArgs(purpose="vpc", subnet_id=network.subnet_id))
    return found


def _placement(args: MachineArgs) -> linode.InstancePlacementGroupArgs | None:
    if args.placement_group_id is None:
        return None
    return linode.InstancePlacementGroupArgs(id=args.placement_group_id)
