"""Locks of instances, NodeBalancers and volumes.

https://techdocs.akamai.com/linode-api/reference/post-resource-lock
"""

from localcloud.linode.account import Account
from localcloud.linode.entities.event import Entity
from localcloud.linode.entities.lock import WHOLE, Lock
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.locks import locks_of
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity, shown

KINDS = ("linode", "nodebalancer", "volume")
TYPES = ("cannot_delete", WHOLE)


def _entity(account: Account, kind: str, number: int) -> Entity:
    """Say what is locked.

    Raises:
        Refused: there is no such thing (404).
    """
    if kind == "linode":
        return as_entity(account.instances.need(number))
    return as_entity(account.volumes.need(number) if kind == "volume" else account.nodebalancers.need(number))


def _shown(account: Account, lock: Lock) -> Object:
    entity = shown(_entity(account, lock.entity_type, lock.entity_id))
    return {"id": lock.id, "lock_type": lock.lock_type, "entity": entity}


def _create(call: Call) -> Json:
    account, body = call.account, call.body
    kind = body.choice("entity_type", KINDS, body.needed("entity_type"))
    entity = _entity(account, kind, body.needed_integer("entity_id"))
    if locks_of(account, kind, int(entity.id)):
        raise invalid("The resource is locked already", "entity_id")
    lock = Lock(
        id=account.new_id(),
        entity_id=int(entity.id),
        entity_type=kind,
        lock_type=body.choice("lock_type", TYPES, body.needed("lock_type")),
    )
    return _shown(account, account.locks.put(lock.id, lock))


def _delete(call: Call) -> Json:
    call.account.locks.remove(call.id("resourceLockId"))
    return EMPTY


ALL, ONE = "/locks", "/locks/{resourceLockId}"
ROUTES = (
    collection(
        "get-resource-locks",
        ALL,
        "account:read_only",
        lambda call: [_shown(call.account, each) for each in call.account.locks],
        "entity.id entity.type id lock_type",
    ),
    change("post-resource-lock", f"POST {ALL}", "account", _create),
    view(
        "get-resource-lock",
        ONE,
        "account:read_only",
        lambda call: _shown(call.account, call.account.locks.need(call.id("resourceLockId"))),
    ),
    change("delete-resource-lock", f"DELETE {ONE}", "account", _delete),
)
