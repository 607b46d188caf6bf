"""The machines of a site's database, each with a volume and a public address that outlive it.

Which of them writes is run time's: no name, tag or line of user-data tells. PostgreSQL and MariaDB, waiting for a
neighbour or not, are the same machines; the engine is the pool's name.
"""

from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.database_firewall import Addresses, database_inbound, database_outbound
from infra.linode.machine import Machine, MachineArgs, MachineBirth, MachineNetwork
from infra.linode.naming import LinodeNaming
from infra.linode.role_firewall import FirewallRule, RoleFirewall, RoleFirewallArgs


@dataclass(frozen=True, kw_only=True)
class DatabaseMembersArgs:
    """``addresses`` are the members' own, one for each, ``peers`` those of the other site's members.

    ``outbound`` is what every machine may reach. ``volume_gb`` may grow; Linode makes no volume smaller.
    """

    naming: LinodeNaming
    site: str
    linode_region: str
    engine: str
    type: str
    volume_gb: int
    birth: MachineBirth
    subnet_id: pulumi.Input[int]
    addresses: Addresses
    peers: Addresses
    outbound: tuple[FirewallRule, ...]
    protect_data: bool


class DatabaseMembers(pulumi.ComponentResource):
    """As many machines as there are addresses, on different hosts."""

    machine_ids: tuple[pulumi.Output[int], ...]

    def __init__(self, name: str, args: DatabaseMembersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:DatabaseMembers", name, {}, opts)
        group, firewall = self._hosts(name, args), self._firewall(name, args)
        members = [
            self._member(number, address, args, group, firewall) for number, address in enumerate(args.addresses, 1)
        ]
        for number, member in enumerate(members, 1):
            self._volume(number, member, args)
        self.machine_ids = tuple(member.id for member in members)
        self.register_outputs({"machine_ids": list(self.machine_ids)})

    def _hosts(self, name: str, args: DatabaseMembersArgs) -> linode.PlacementGroup:
        """Declare the group; strict, since two members on one host are lost together and would count as two."""
        return linode.PlacementGroup(
            f"{name}-group",
            label=args.naming.label(args.site, "database"),
            region=args.linode_region,
            placement_group_type="anti_affinity:local",
            placement_group_policy="strict",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _firewall(self, name: str, args: DatabaseMembersArgs) -> RoleFirewall:
        firewall = RoleFirewallArgs(
            naming=args.naming,
            site=args.site,
            role="database",
            inbound=database_inbound(args.site, args.engine, args.peers),
            outbound=(*args.outbound, *database_outbound(args.site, args.engine, args.peers)),
        )
        return RoleFirewall(f"{name}-firewall", firewall, pulumi.ResourceOptions(parent=self))

    def _member(
        self,
        number: int,
        address: pulumi.Output[str],
        args: DatabaseMembersArgs,
        group: linode.PlacementGroup,
        firewall: RoleFirewall,
    ) -> Machine:
        machine = MachineArgs(
            naming=args.naming,
            linode_region=args.linode_region,
            site=args.site,
            pool=args.engine,
            number=number,
            type=args.type,
            birth=args.birth,
            network=MachineNetwork(firewall_id=firewall.id, subnet_id=args.subnet_id, reserved_ipv4=address),
            placement_group_id=group.id.apply(int),
            protect=args.protect_data,
        )
        name = f"database-{number}-linode-{args.linode_region}"
        return Machine(name, machine, pulumi.ResourceOptions(parent=self))

    def _volume(self, number: int, member: Machine, args: DatabaseMembersArgs) -> linode.Volume:
        """Declare a member's volume and attach it from outside: neither its size nor its machine makes a new volume.

        Encryption is chosen once: https://techdocs.akamai.com/linode-api/reference/post-volume.
        """
        return linode.Volume(
            f"database-{number}-linode-{args.linode_region}-volume",
            label=args.naming.short_label(args.site, f"database-{number}"),
            region=args.linode_region,
            size=args.volume_gb,
            encryption="enabled",
            linode_id=member.id,
            tags=args.naming.tags(args.site, "database"),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )
