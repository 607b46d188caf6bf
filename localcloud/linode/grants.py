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


def read_grants(body: Body) -> Grants:
    """Read grants as the API takes them: ``{"domain": [{"id", "permissions"}], "global": {"add_domains": true}}``.

    Raises:
        Refused: a value that the service does not take.
    """
    given = [
        (kind, each.needed_integer("id"), each.choice("permissions", PERMISSIONS, ""))
        for kind in LISTS.values()
        for each in body.parts(kind)
    ]
    return Grants(
        seen=frozenset((kind, number) for kind, number, _ in given),
        changed=frozenset((kind, number) for kind, number, access in given if access == "read_write"),
        added=frozenset(kind for kind in LISTS.values() if body.part("global").flag(f"add_{kind}s")),
    )


def check_grants(grants: Grants, route: Route, ids: Mapping[str, str]) -> None:
    """Refuse what a restricted user may not do.

    Raises:
        Refused: he may not (403).
    """
    about = {(NAMES[name], int(value)) for name, value in ids.items() if name in NAMES and value.isdecimal()}
    if route.method == "GET":
        allowed = about <= grants.seen
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
    made = frozenset({(kind, int(str(told["id"])))})
    return replace(grants, seen=grants.seen | made, changed=grants.changed | made)
