"""What a restricted user may do, thing by thing: a token's scopes only tell kinds of things.

https://techdocs.akamai.com/linode-api/reference/put-user-grants
"""

from collections.abc import Mapping
from dataclasses import replace

from localcloud.linode.body import Body
from localcloud.linode.entities.profile import Grants
from localcloud.linode.json_values import Json
from localcloud.linode.refusals import Refused
from localcloud.linode.routes import Route

LISTS = {
    "/domains": "domain",
    "/linode/instances": "linode",
    "/nodebalancers": "nodebalancer",
    "/volumes": "volume",
    "/networking/firewalls": "firewall",
    "/vpcs": "vpc",
}
"""The kinds of things that are granted, and where they are listed and made."""

NAMES = {
    "domainId": "domain",
    "linodeId": "linode",
    "nodeBalancerId": "nodebalancer",
    "volumeId": "volume",
    "firewallId": "firewall",
    "vpcId": "vpc",
}
PERMISSIONS = ("read_only", "read_write")
OWN, NOBODYS = "/profile", ("/account/users", "/locks")
"""What is a user's own, and what only who is not restricted may see."""


def read_grants(body: Body, former: Grants) -> Grants:
    """Read grants as the API takes them; a kind that is sent replaces what was granted of it.

    ``{"domain": [{"id": 7, "permissions": "read_write"}], "global": {"add_domains": true}}``; permissions of null grant
    nothing.

    Raises:
        Refused: a value that the service does not take.
    """
    kept = frozenset(each for each in former.permissions if each[0] not in body)
    sent = frozenset(
        (kind, each.needed_integer("id"), each.choice("permissions", PERMISSIONS, ""))
        for kind in LISTS.values()
        for each in body.parts(kind)
        if "permissions" in each
    )
    flags = body.part("global")
    added = frozenset(kind for kind in LISTS.values() if flags.flag(f"add_{kind}s", kind in former.added))
    return Grants(permissions=kept | sent, added=added)


def check_grants(grants: Grants, route: Route, ids: Mapping[str, str]) -> None:
    """Refuse what a restricted user may not do; his own profile is his.

    Raises:
        Refused: he may not (403).
    """
    about = {(NAMES[name], int(value)) for name, value in ids.items() if name in NAMES and value.isdecimal()}
    if route.path.startswith(OWN):
        return
    if route.method == "GET":
        allowed = about <= grants.seen and not route.path.startswith(NOBODYS)
    else:
        allowed = about <= grants.changed if about else LISTS.get(route.path) in grants.added
    if not allowed:
        raise Refused(403, "Unauthorized")


def visible(grants: Grants, route: Route, told: Json) -> Json:
    """Leave of a list what a restricted user may see."""
    kind = LISTS.get(route.path)
    if kind is None or not isinstance(told, list):
        return told
    return [each for each in told if (kind, each["id"]) in grants.seen]


def with_made(grants: Grants, route: Route, told: Json) -> Grants:
    """Let a restricted user see and change what he made."""
    kind = LISTS.get(route.path)
    if kind is None or route.method != "POST" or not isinstance(told, dict):
        return grants
    made = (kind, int(str(told["id"])), "read_write")
    return replace(grants, permissions=grants.permissions | {made})
