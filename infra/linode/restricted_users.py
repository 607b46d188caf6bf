"""Two users of Linode's account, one for each duty, who may touch what is listed and nothing else.

A token's scopes are for kinds of things, never for single ones, so a duty needs a user of its own:
https://techdocs.akamai.com/linode-api/reference/put-user-grants. Tokens are not declared: they would be in the state.
Whoever gets a user's mail sets its password, makes its token and hands it to `lifeboat secret set`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

Ids = Sequence[pulumi.Input[int]]
# Said one by one, so that nobody who reads this has to know the defaults.
NOTHING_NEW = linode.UserGlobalGrantsArgs(
    add_databases=False,
    add_domains=False,
    add_firewalls=False,
    add_images=False,
    add_linodes=False,
    add_longview=False,
    add_nodebalancers=False,
    add_stackscripts=False,
    add_volumes=False,
    add_vpcs=False,
    cancel_account=False,
    longview_subscription=False,
)


@dataclass(frozen=True, kw_only=True)
class RestrictedUsersArgs:
    """``machine_ids`` are all machines of both sites; the observer enrols, and no failover switches it off.

    ``prefix`` begins the usernames. ``domain_ids`` is empty unless Linode serves the application's name.
    """

    prefix: str
    enrolment_email: str
    failover_email: str
    machine_ids: Ids
    observer_id: pulumi.Input[int]
    nodebalancer_ids: Ids
    domain_ids: Ids


class RestrictedUsers(pulumi.ComponentResource):
    """`enrolment` reads machines; `failover` switches them on and off, and moves balancers' nodes and the name."""

    def __init__(self, name: str, args: RestrictedUsersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:RestrictedUsers", name, {}, opts)
        self._enrolment(name, args)
        self._failover(name, args)
        self.register_outputs({})

    def _enrolment(self, name: str, args: RestrictedUsersArgs) -> linode.User:
        return linode.User(
            f"{name}-enrolment",
            username=f"{args.prefix}-enrolment",
            email=args.enrolment_email,
            restricted=True,
            global_grants=NOTHING_NEW,
            linode_grants=[_machine(one, "read_only") for one in (*args.machine_ids, args.observer_id)],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _failover(self, name: str, args: RestrictedUsersArgs) -> linode.User:
        return linode.User(
            f"{name}-failover",
            username=f"{args.prefix}-failover",
            email=args.failover_email,
            restricted=True,
            global_grants=NOTHING_NEW,
            linode_grants=[_machine(one, "read_write") for one in args.machine_ids],
            nodebalancer_grants=[
                linode.UserNodebalancerGrantArgs(id=one, permissions="read_write") for one in args.nodebalancer_ids
            ],
            domain_grants=[linode.UserDomainGrantArgs(id=one, permissions="read_write") for one in args.domain_ids],
            opts=pulumi.ResourceOptions(parent=self),
        )


def _machine(machine_id: pulumi.Input[int], permissions: str) -> linode.UserLinodeGrantArgs:
    return linode.UserLinodeGrantArgs(id=machine_id, permissions=permissions)
