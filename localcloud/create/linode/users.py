"""Users of the account and what restricted ones are granted.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/user.md
"""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation
from localcloud.create.linode.given import Given, outputs, snake

GRANTED = ("domain", "firewall", "linode", "nodebalancer", "volume", "vpc")
ADDED = ("addDomains", "addFirewalls", "addLinodes", "addNodebalancers", "addVolumes", "addVpcs")
NEVER_HERE = ("addDatabases", "addImages", "addLongview", "addStackscripts", "cancelAccount", "longviewSubscription")
"""What nobody can be granted here, and may be said to be withheld."""


def user(creation: LinodeCreation) -> Created:
    """Create a user, then grant a restricted one what he may do: nothing until then."""
    given = creation.given
    restricted = given.flag("restricted", default=False)
    body = {**given.fields("username", "email"), "restricted": restricted}
    told = creation.make("/account/users", body, key="username")
    path = f"/account/users/{told['username']}"
    if restricted:
        creation.api.put(f"{path}/grants", _grants(given))
    shown = creation.api.get(path)
    return str(told["username"]), outputs(shown, "restricted", "ssh_keys", "tfa_enabled", "user_type")


def _grants(given: Given) -> dict[str, Value]:
    grants: dict[str, Value] = {
        kind: [{**each.fields("id", "permissions")} for each in given.parts(f"{kind}Grants")]
        for kind in GRANTED
        if f"{kind}Grants" in given
    }
    return {**grants, "global": _global(given.part("globalGrants"))}


def _global(given: Given) -> Value:
    for name in NEVER_HERE:
        _read_no(given, name)
    return {snake(name): given.flag(name, default=False) for name in ADDED}


def _read_no(given: Given, name: str) -> None:
    """Read a flag that is off; one that is on stays unread, and so refused."""
    if name in given and not given.peek(name):
        given.value(name)


CREATORS: Mapping[str, Creator] = {"linode:index/user:User": user}
