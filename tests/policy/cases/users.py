"""Programs that declare users of Linode's account who may do too much."""

from functools import partial

import pulumi_linode as linode

from tests.policy.cases.case import Case, at_linode


def user(
    *, restricted: bool | None = True, account: str | None = None, makes: bool = False, firewall: str = "read_only"
) -> None:
    linode.User(
        "user",
        username="failover",
        email="oncall@example.com",
        restricted=restricted,
        global_grants=linode.UserGlobalGrantsArgs(account_access=account, add_linodes=makes),
        linode_grants=[linode.UserLinodeGrantArgs(id=1, permissions="read_write")],
        firewall_grants=[linode.UserFirewallGrantArgs(id=2, permissions=firewall)],
        opts=at_linode(),
    )


CASES = (
    Case(
        rule="unrestricted-user",
        breaks=partial(user, restricted=None),
        keeps=user,
        resource="user",
        says="is not restricted",
    ),
    Case(
        rule="unrestricted-user",
        breaks=partial(user, account="read_only"),
        keeps=user,
        resource="user",
        says="has the account's grant accountAccess",
    ),
    Case(
        rule="unrestricted-user",
        breaks=partial(user, makes=True),
        keeps=user,
        resource="user",
        says="has the account's grant addLinodes",
    ),
    Case(
        rule="wide-grant",
        breaks=partial(user, firewall="read_write"),
        keeps=user,
        resource="user",
        says="may change what firewallGrants names",
    ),
)
