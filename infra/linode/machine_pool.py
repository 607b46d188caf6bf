"""The machines of one pool in one site: alike, apart from each other, behind one firewall.

A placement group takes 5 machines: https://techdocs.akamai.com/cloud-computing/docs/work-with-placement-groups. Larger
pools have several, filled in the order of numbers, so that one more machine moves no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pulumi
import pulumi_linode as linode

from infra.linode.machine import Heartbeat, Machine, MachineArgs, MachineBirth, MachineNetwork
from infra.linode.naming import LinodeNaming
from infra.linode.reserved_addresses import Addresses
from infra.linode.role_firewall import RoleFirewall, RoleFirewallArgs
from infra.linode.role_rules import RoleRules

MOST_TOGETHER = 5
Spread = Literal["strict", "flexible"]
"""Whether a machine that finds no host of its own is refused, or made beside another one."""


@dataclass(frozen=True, kw_only=True)
class MachinePoolArgs:
    """A pool; ``heartbeats`` and ``reserved``, public addresses, have one for each machine, or none at all.

    ``spread`` is None for a pool of one.
    """

    naming: LinodeNaming
    linode_region: str
    site: str
    pool: str
    type: str
    count: int
    birth: MachineBirth
    rules: RoleRules
    spread: Spread | None
    subnet_id: pulumi.Input[int] | None
    protect: bool = False
    private_ip: bool = False
    network_helper: bool = True
    heartbeats: tuple[Heartbeat, ...] = ()
    reserved: Addresses = ()


class MachinePool(pulumi.ComponentResource):
    """Machines in order of their numbers."""

    machines: Sequence[Machine]

    def __init__(self, name: str, args: MachinePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:MachinePool", name, {}, opts)
        firewall = self._firewall(args)
        groups = self._groups(name, args)
        self.machines = [self._machine(number, args, firewall, groups) for number in range(1, args.count + 1)]
        self.register_outputs({})

    def _firewall(self, args: MachinePoolArgs) -> RoleFirewall:
        rules = RoleFirewallArgs(
            naming=args.naming,
            site=args.site,
            role=args.pool,
            inbound=args.rules.inbound,
            outbound=args.rules.outbound,
        )
        name = f"{args.pool}-firewall-linode-{args.linode_region}"
        return RoleFirewall(name, rules, pulumi.ResourceOptions(parent=self))

    def _groups(self, name: str, args: MachinePoolArgs) -> list[pulumi.Output[int]]:
        if args.spread is None:
            return []
        count = -(-args.count // MOST_TOGETHER)
        return [self._group(name, args, args.spread, number).id.apply(int) for number in range(1, count + 1)]

    def _group(self, name: str, args: MachinePoolArgs, spread: Spread, number: int) -> linode.PlacementGroup:
        return linode.PlacementGroup(
            f"{name}-placement-{number}",
            label=args.naming.label(args.site, f"{args.pool}-{number}"),
            region=args.linode_region,
            placement_group_type="anti_affinity:local",
            placement_group_policy=spread,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _machine(
        self, number: int, args: MachinePoolArgs, firewall: RoleFirewall, groups: Sequence[pulumi.Output[int]]
    ) -> Machine:
        machine = MachineArgs(
            naming=args.naming,
            linode_region=args.linode_region,
            site=args.site,
            pool=args.pool,
            number=number,
            type=args.type,
            birth=args.birth,
            network=_network(number, args, firewall),
            placement_group_id=groups[(number - 1) // MOST_TOGETHER] if groups else None,
            protect=args.protect,
        )
        name = f"{args.pool}-{number}-linode-{args.linode_region}"
        return Machine(name, machine, pulumi.ResourceOptions(parent=self))


def _network(number: int, args: MachinePoolArgs, firewall: RoleFirewall) -> MachineNetwork:
    found = MachineNetwork(
        firewall_id=firewall.id,
        subnet_id=args.subnet_id,
        private_ip=args.private_ip,
        network_helper=args.network_helper,
        reserved_ipv4=args.reserved[number - 1] if args.reserved else None,
    )
    return replace(found, heartbeat=args.heartbeats[number - 1]) if args.heartbeats else found
