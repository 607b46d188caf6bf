"""The machines of a site's database, each with a volume and a public address that outlive it.

Which of them writes is run time's: no name, tag or line of user-data tells. PostgreSQL and MariaDB, waiting for a
neighbour or not, are the same machines; the engine is the pool's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

from infra.linode.database_rules import database_rules
from infra.linode.machine import Machine, MachineBirth
from infra.linode.machine_pool import MachinePool, MachinePoolArgs
from infra.linode.naming import LinodeNaming
from infra.linode.reserved_addresses import Addresses


@dataclass(frozen=True, kw_only=True)
class DatabaseMembersArgs:
    """``addresses`` are the members' own, one for each, ``peers`` those of the other site's members.

    ``volume_gb`` may grow; Linode makes no volume smaller.
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
    protect_data: bool


class DatabaseMembers(pulumi.ComponentResource):
    """As many machines as there are addresses, on different hosts."""

    machines: Sequence[Machine]

    def __init__(self, name: str, args: DatabaseMembersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:DatabaseMembers", name, {}, opts)
        self.machines = self._pool(args).machines
        for number, machine in enumerate(self.machines, 1):
            self._volume(number, machine, args)
        self.register_outputs({})

    def _pool(self, args: DatabaseMembersArgs) -> MachinePool:
        """Declare the machines; strictly apart, since two members on one host are lost together and count as two."""
        pool = MachinePoolArgs(
            naming=args.naming,
            linode_region=args.linode_region,
            site=args.site,
            pool=args.engine,
            type=args.type,
            count=len(args.addresses),
            birth=args.birth,
            rules=database_rules(args.site, args.engine, args.peers),
            spread="strict",
            subnet_id=args.subnet_id,
            protect=args.protect_data,
            reserved=args.addresses,
        )
        return MachinePool(f"{args.engine}-pool-linode-{args.linode_region}", pool, pulumi.ResourceOptions(parent=self))

    def _volume(self, number: int, machine: Machine, args: DatabaseMembersArgs) -> linode.Volume:
        """Declare a member's volume and attach it from outside: neither its size nor its machine makes a new volume.

        Encryption is chosen once: https://techdocs.akamai.com/linode-api/reference/post-volume.
        """
        return linode.Volume(
            f"database-{number}-linode-{args.linode_region}-volume",
            label=args.naming.short_label(args.site, f"database-{number}"),
            region=args.linode_region,
            size=args.volume_gb,
            encryption="enabled",
            linode_id=machine.id,
            tags=args.naming.tags(args.site, args.engine),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )
