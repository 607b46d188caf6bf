"""Who beside the operator may touch Linode's account: one user for each duty, limited to what the stack declares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.linode.machine import Machine
from infra.linode.restricted_users import RestrictedUsers, RestrictedUsersArgs
from infra.linode.site import Site
from stacks.app_settings import AppSettings
from stacks.providers import Providers, at_linode


@dataclass(frozen=True, kw_only=True)
class AccountEntities:
    """What is the stack's in Linode's account, and may be granted."""

    sites: Mapping[str, Site]
    databases: Sequence[Machine]
    observer: Machine
    domain_ids: Sequence[pulumi.Output[int]]

    @property
    def machines(self) -> Sequence[Machine]:
        """Every machine of the sites, the database's last."""
        found = [machine for site in self.sites.values() for pool in site.machines.values() for machine in pool]
        return [*found, *self.databases]


def build_linode_users(app: AppSettings, providers: Providers, entities: AccountEntities) -> None:
    """Declare the users, if the settings say who gets their mail."""
    users = app.linode_users
    if users is None:
        return
    args = RestrictedUsersArgs(
        prefix=users.prefix,
        enrolment_email=users.enrolment_email,
        failover_email=users.failover_email,
        machine_ids=[machine.id for machine in entities.machines],
        observer_id=entities.observer.id,
        nodebalancer_ids=[one for site in entities.sites.values() for one in site.nodebalancer_ids],
        domain_ids=entities.domain_ids,
    )
    RestrictedUsers("linode-user", args, at_linode(providers))
