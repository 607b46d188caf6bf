"""The account's users, and what restricted ones are granted.

https://techdocs.akamai.com/linode-api/reference/put-user-grants
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from localcloud.linode.account import OWNER, Account
from localcloud.linode.entities.domain import Domain
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import Firewall, Vpc
from localcloud.linode.entities.nodebalancer import NodeBalancer
from localcloud.linode.entities.profile import Grants, User
from localcloud.linode.entities.storage import Volume
from localcloud.linode.grants import LISTS, read_grants
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

NOT_HERE = ("database", "image", "longview", "placement_group", "stackscript")
"""Kinds of things that the API grants and that are not granted here."""


def _shown(user: User) -> Object:
    return {
        "username": user.username,
        "email": user.email,
        "restricted": user.restricted,
        "ssh_keys": [],
        "tfa_enabled": False,
        "tfa_enforced": False,
        "verified_phone_number": None,
        "password_created": user.created,
        "last_login": None,
    }


def _shown_fully(user: User) -> Object:
    return {**_shown(user), "user_type": "default"}


def _list(call: Call) -> Json:
    return [_shown_fully(each) for each in call.account.users]


def _user(call: Call) -> User:
    return call.account.users.need(call.ids["username"])


def _create(call: Call) -> Json:
    account, body = call.account, call.body
    user = User(
        username=body.needed("username"),
        email=body.needed("email"),
        restricted=body.flag("restricted", True),
        created=account.now(),
    )
    if user.username in account.users:
        raise invalid("Username taken", "username")
    return _shown(account.users.put(user.username, user))


def _update(call: Call) -> Json:
    former, body = _user(call), call.body
    restricted = body.flag("restricted", former.restricted)
    if restricted and former.username == OWNER:
        raise invalid("The account needs a user who is not restricted", "restricted")
    changed = replace(former, email=body.text("email", former.email), restricted=restricted)
    return _shown_fully(call.account.users.put(former.username, changed))


def _delete(call: Call) -> Json:
    """Remove a user and his tokens."""
    user = _user(call)
    if user.username == OWNER:
        raise invalid("The account needs a user who is not restricted")
    for token in call.account.tokens.where(lambda each: each.username == user.username):
        call.account.tokens.remove(token.id)
    call.account.users.remove(user.username)
    return EMPTY


def _things(account: Account) -> Iterator[tuple[str, int, str]]:
    """Give everything that can be granted: kind, id and label."""
    tables: dict[str, Iterable[Domain | Instance | NodeBalancer | Volume | Firewall | Vpc]] = {
        "domain": account.domains,
        "linode": account.instances,
        "nodebalancer": account.nodebalancers,
        "volume": account.volumes,
        "firewall": account.firewalls,
        "vpc": account.vpcs,
    }
    for kind, table in tables.items():
        for thing in table:
            yield kind, thing.id, as_entity(thing).label


def _shown_grants(account: Account, grants: Grants) -> Json:
    """Show all things, those that are not granted with permissions of null."""
    known = {(kind, number): access for kind, number, access in grants.permissions}
    shown: dict[str, list[Json]] = {kind: [] for kind in (*LISTS.values(), *NOT_HERE)}
    for kind, number, label in _things(account):
        shown[kind].append({"id": number, "label": label, "permissions": known.get((kind, number))})
    flags = {f"add_{kind}s": kind in grants.added for kind in LISTS.values()}
    return {**shown, "global": {**flags, "account_access": None, "cancel_account": False}}


def _grants(call: Call) -> Json:
    """Show what a restricted user is granted; others have no grants (204)."""
    user = _user(call)
    return _shown_grants(call.account, user.grants) if user.restricted else None


def _grant(call: Call) -> Json:
    user = _user(call)
    if not user.restricted:
        raise invalid("The user is not restricted")
    changed = replace(user, grants=read_grants(call.body, user.grants))
    return _shown_grants(call.account, call.account.users.put(user.username, changed).grants)


ALL, ONE = "/account/users", "/account/users/{username}"
ROUTES = (
    collection(
        "get-users",
        ALL,
        "account:read_only",
        lambda call: [_shown_fully(each) for each in call.account.users],
        "username",
    ),
    change("post-user", f"POST {ALL}", "account", _create),
    view("get-user", ONE, "account:read_only", lambda call: _shown_fully(_user(call))),
    change("put-user", f"PUT {ONE}", "account", _update),
    change("delete-user", f"DELETE {ONE}", "account", _delete),
    view("get-user-grants", f"{ONE}/grants", "account:read_only", _grants),
    change("put-user-grants", f"PUT {ONE}/grants", "account", _grant),
)
