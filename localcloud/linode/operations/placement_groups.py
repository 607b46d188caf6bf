"""Placement groups.

https://techdocs.akamai.com/linode-api/reference/post-placement-group
"""

from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.catalogue import MAXIMUM_GROUPS, REGIONS
from localcloud.linode.entities.network import PlacementGroup
from localcloud.linode.events import note
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.labels import label_of
from localcloud.linode.placement import check_room, members_of
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

TYPES = ("anti_affinity:local", "affinity:local")
POLICIES = ("strict", "flexible")


def _shown(account: Account, group: PlacementGroup) -> Object:
    members = [{"linode_id": each.id, "is_compliant": True} for each in members_of(account, group)]
    return {**asdict(group), "is_compliant": True, "members": members}


def _shown_fully(account: Account, group: PlacementGroup) -> Object:
    return {**_shown(account, group), "migrations": None}


def _group(call: Call) -> PlacementGroup:
    return call.account.placement_groups.need(call.id("groupId"))


def _create(call: Call) -> Json:
    account, body = call.account, call.body
    region = body.choice("region", REGIONS, body.needed("region"))
    owned = len(account.placement_groups.where(lambda each: each.region == region))
    if owned >= account.quotas.get("placement_groups", MAXIMUM_GROUPS):
        raise invalid("The region's limit of placement groups is reached")
    body.needed("label")
    group = PlacementGroup(
        id=account.new_id(),
        label=label_of(body, "", (each.label for each in account.placement_groups), shortest=1),
        region=region,
        placement_group_type=body.choice("placement_group_type", TYPES, body.needed("placement_group_type")),
        placement_group_policy=body.choice("placement_group_policy", POLICIES, body.needed("placement_group_policy")),
    )
    note(account, "placement_group_create", as_entity(group))
    return _shown(account, account.placement_groups.put(group.id, group))


def _update(call: Call) -> Json:
    former = _group(call)
    label = label_of(call.body, former.label, (each.label for each in call.account.placement_groups), shortest=1)
    return _shown(call.account, call.account.placement_groups.put(former.id, replace(former, label=label)))


def _delete(call: Call) -> Json:
    group = _group(call)
    if members_of(call.account, group):
        raise invalid("The placement group has Linodes")
    call.account.placement_groups.remove(group.id)
    return EMPTY


def _assign(call: Call) -> Json:
    account, group = call.account, _group(call)
    for number in call.body.integers("linodes"):
        instance = account.instances.get(number)
        if instance is None or instance.placement_group_id is not None:
            raise invalid(f"Linode {number} does not exist, or is in a placement group", "linodes")
        check_room(account, group, instance.region)
        account.instances.put(number, replace(instance, placement_group_id=group.id))
    return _shown(account, group)


def _unassign(call: Call) -> Json:
    account, group = call.account, _group(call)
    for number in call.body.integers("linodes"):
        instance = account.instances.get(number)
        if instance is None or instance.placement_group_id != group.id:
            raise invalid(f"Linode {number} is not in the placement group", "linodes")
        account.instances.put(number, replace(instance, placement_group_id=None))
    return _shown(account, group)


ALL, ONE = "/placement/groups", "/placement/groups/{groupId}"
ROUTES = (
    collection(
        "get-placement-groups",
        ALL,
        "linodes:read_only",
        lambda call: [_shown_fully(call.account, each) for each in call.account.placement_groups],
        "label placement_group_type region",
    ),
    change("post-placement-group", f"POST {ALL}", "linodes", _create),
    view("get-placement-group", ONE, "linodes:read_only", lambda call: _shown_fully(call.account, _group(call))),
    change("put-placement-group", f"PUT {ONE}", "linodes", _update),
    change("delete-placement-group", f"DELETE {ONE}", "linodes", _delete),
    change("post-group-add-linode", f"POST {ONE}/assign", "linodes", _assign),
    change("post-group-unassign", f"POST {ONE}/unassign", "linodes", _unassign),
)
