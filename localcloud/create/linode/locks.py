"""Locks.

https://github.com/linode/terraform-provider-linode/blob/dev/linode/lock/framework_resource.go
"""

from collections.abc import Mapping

from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, inner
from localcloud.create.linode.given import outputs


def lock(creation: LinodeCreation) -> Created:
    """Keep something from being deleted."""
    told = creation.make("/locks", creation.given.fields("entityId", "entityType", "lockType"))
    entity = inner(told["entity"])
    return id_of(told), {**outputs(told, "lock_type"), "entityLabel": entity["label"], "entityUrl": entity["url"]}


CREATORS: Mapping[str, Creator] = {"linode:index/lock:Lock": lock}
