"""The observer of the application tier that is not AWS: one machine in a region of its own, in no site's network.

It asks both sites as anybody would, from outside, and votes. Nobody connects to it.
"""

from dataclasses import dataclass

import pulumi

from infra.linode.machine import Machine, MachineBirth
from infra.linode.machine_pool import MachinePool, MachinePoolArgs
from infra.linode.naming import LinodeNaming
from infra.linode.role_rules import observer_rules

POOL = "observer"


@dataclass(frozen=True, kw_only=True)
class ObserverNodeArgs:
    """Where it is, and what it is born with."""

    naming: LinodeNaming
    linode_region: str
    type: str
    birth: MachineBirth


class ObserverNode(pulumi.ComponentResource):
    """A machine with a public interface, behind a firewall that lets nothing in."""

    machine: Machine

    def __init__(self, name: str, args: ObserverNodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:ObserverNode", name, {}, opts)
        [self.machine] = self._pool(args).machines
        self.register_outputs({"ipv4": self.machine.ipv4})

    def _pool(self, args: ObserverNodeArgs) -> MachinePool:
        pool = MachinePoolArgs(
            naming=args.naming,
            linode_region=args.linode_region,
            site=args.linode_region,
            pool=POOL,
            type=args.type,
            count=1,
            birth=args.birth,
            rules=observer_rules(),
            spread=None,
            subnet_id=None,
        )
        name = f"{POOL}-pool-linode-{args.linode_region}"
        return MachinePool(name, pool, pulumi.ResourceOptions(parent=self))
