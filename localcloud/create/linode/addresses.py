"""Addresses: added to an instance, shared with it, reserved, and reserved ones that an instance takes.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/reserved_ip_assignment.md
"""

from collections.abc import Mapping
from functools import partial

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import Told
from localcloud.create.linode.creation import Creator, LinodeCreation
from localcloud.create.linode.given import outputs
from localcloud.create.linode.instances import wait_for_status

ADDRESS = ("address", "gateway", "prefix", "subnet_mask", "type", "region", "rdns")


def instance_ip(creation: LinodeCreation) -> Created:
    """Give an instance one more address."""
    told = _added(creation, {})
    return str(told["address"]), outputs(told, *ADDRESS, "public")


def reserved_ip_assignment(creation: LinodeCreation) -> Created:
    """Give an instance an address that the account reserved."""
    told = _added(creation, creation.given.fields("address"))
    return str(told["address"]), {**outputs(told, *ADDRESS, "public", "reserved", "assigned_entity"), **_tagged(told)}


def _added(creation: LinodeCreation, body: Mapping[str, Value]) -> Told:
    given = creation.given
    owner = f"/linode/instances/{given.text('linodeId')}"
    public = given.flag("public", default=True)
    told = creation.make(f"{owner}/ips", {"type": "ipv4", "public": public, **body}, key="address")
    if "rdns" in given:
        told = {**told, **creation.api.put(f"/networking/ips/{told['address']}", given.fields("rdns"))}
    if given.flag("applyImmediately", default=False) and creation.api.get(owner)["status"] == "running":
        creation.api.post(f"{owner}/reboot")
        wait_for_status(creation, owner, "running")
    return told


def shared_ips(creation: LinodeCreation) -> Created:
    """Let an instance announce addresses of others."""
    linode_id = creation.given.value("linodeId")
    path = "/networking/ips/share"
    creation.api.post(path, {"linode_id": linode_id, "ips": creation.given.value("addresses")})
    creation.undo.append(partial(creation.api.post, path, {"linode_id": linode_id, "ips": []}))
    return str(linode_id), {}


def reserved_ip(creation: LinodeCreation) -> Created:
    """Reserve an address of a region."""
    told = creation.make("/networking/reserved/ips", creation.given.fields("region", "tags"), key="address")
    names = (*ADDRESS, "public", "reserved", "linode_id")
    return str(told["address"]), {**outputs(told, *names), **_tagged(told)}


def _tagged(told: Told) -> dict[str, Value]:
    return {"tags": told["tags"]}


CREATORS: Mapping[str, Creator] = {
    "linode:index/instanceIp:InstanceIp": instance_ip,
    "linode:index/instanceSharedIps:InstanceSharedIps": shared_ips,
    "linode:index/reservedIp:ReservedIp": reserved_ip,
    "linode:index/reservedIpAssignment:ReservedIpAssignment": reserved_ip_assignment,
}
