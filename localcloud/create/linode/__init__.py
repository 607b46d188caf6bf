"""Makes declared Linode resources real: each by the calls that its provider makes, or not at all."""

import time
from collections.abc import Mapping

from evaluation import Registration
from localcloud.create.creation import Created, Unsupported
from localcloud.create.linode import (
    addresses,
    databases,
    domains,
    firewalls,
    instances,
    interfaces,
    locks,
    nodebalancers,
    object_storage,
    placement_groups,
    users,
    volumes,
    vpcs,
)
from localcloud.create.linode.api import CallFailed, LinodeApi, Wait
from localcloud.create.linode.creation import Creator, LinodeCreation, NotReady

CREATORS: Mapping[str, Creator] = {
    **addresses.CREATORS,
    **databases.CREATORS,
    **domains.CREATORS,
    **firewalls.CREATORS,
    **instances.CREATORS,
    **interfaces.CREATORS,
    **locks.CREATORS,
    **nodebalancers.CREATORS,
    **object_storage.CREATORS,
    **placement_groups.CREATORS,
    **users.CREATORS,
    **volumes.CREATORS,
    **vpcs.CREATORS,
}
PREFIX = "linode:"


class NotCreated(Exception):
    """A resource could not be made; what there was of it is deleted again."""


class LinodeResources:
    """Creates Linode's resources in one embedded cloud; evaluation calls it from several threads at once."""

    def __init__(self, endpoint: str, wait: Wait = time.sleep) -> None:
        self._api = LinodeApi(endpoint, wait)

    def create(self, registration: Registration) -> Created:
        """Create one resource; return its id and the outputs that its provider would compute.

        Raises:
            Unsupported: there is no creator for its type, or it does not carry out an input.
            NotCreated: Linode refuses, or what it made does not become ready.
        """
        creator = CREATORS.get(registration.type)
        if creator is None:
            raise Unsupported(
                f"{registration.urn}: the embedded cloud cannot create {registration.type}; "
                "add a creator for it in localcloud/create/linode"
            )
        creation = LinodeCreation.of(registration, self._api)
        try:
            id_, outputs = creator(creation)
            _check_all_read(creation)
        except Unsupported:
            creation.take_back()
            raise
        except (CallFailed, NotReady) as error:
            left = creation.take_back()
            behind = f"; left behind: {', '.join(left)}" if left else ""
            raise NotCreated(f"{registration.urn}: {error}{behind}") from error
        return id_, {**registration.inputs, **outputs}


def _check_all_read(creation: LinodeCreation) -> None:
    if ignored := creation.given.unread():
        urn = creation.registration.urn
        raise Unsupported(f"{urn} sets {ignored}, which the embedded cloud would leave out")
