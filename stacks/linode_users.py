"""Who beside the operator may touch Linode's account: one user for each duty, limited to what the stack declares."""

from collections.abc import Iterable, Mapping, Sequence

from infra.linode.machine import Machine
from infra.linode.restricted_users import RestrictedUsers, RestrictedUsersArgs
from infra.linode.site import Site
from stacks.app_settings import AppSettings
from stacks.providers import Providers, at_linode


def build_linode_users(
    app: AppSettings, providers: Providers, sites: Mapping[str, Site], databases: Iterable[Machine], observer: Machine
) -> None:
    """Declare the users, if the settings say who gets their mail."""
    users = app.linode_users
    if users is None:
        return
    args = RestrictedUsersArgs(
        prefix=users.prefix,
        enrolment_email=users.enrolment_email,
        failover_email=users.failover_email,
        machine_ids=[machine.id for machine in (*_machines(sites), *databases)],
        watched_ids=[observer.id],
        nodebalancer_ids=[one for site in sites.values() for one in site.nodebalancer_ids],
        domain_ids=[],
    )
    RestrictedUsers("linode-user", args, at_linode(providers))


def _machines(sites: Mapping[str, Site]) -> Sequence[Machine]:
    return [machine for site in sites.values() for pool in site.machines.values() for machine in pool]
