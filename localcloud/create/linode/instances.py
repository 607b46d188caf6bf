"""Instances: created, booted and waited for.

https://github.com/linode/terraform-provider-linode/blob/dev/linode/instance/resource.go
"""

import secrets
from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import Told
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, inner, objects, texts
from localcloud.create.linode.given import Given, outputs
from localcloud.create.linode.interfaces import interface_body

PLAIN = (
    "region",
    "type",
    "label",
    "tags",
    "image",
    "authorizedKeys",
    "authorizedUsers",
    "swapSize",
    "backupsEnabled",
    "privateIp",
    "diskEncryption",
    "firewallId",
    "interfaceGeneration",
    "networkHelper",
    "maintenancePolicy",
)
LATER = ("placementGroupExternallyManaged", "migrationType", "resizeDisk")
"""What only later updates of an instance go by."""

ALERTS = ("cpu", "io", "networkIn", "networkOut", "transferQuota")
SHOWN = (
    "label",
    "status",
    "region",
    "type",
    "tags",
    "ipv6",
    "host_uuid",
    "has_user_data",
    "lke_cluster_id",
    "disk_encryption",
    "capabilities",
    "locks",
    "watchdog_enabled",
    "interface_generation",
    "maintenance_policy",
)
SPECS = ("disk", "memory", "vcpus", "gpus", "accelerated_devices", "transfer")


def instance(creation: LinodeCreation) -> Created:
    """Create an instance and wait until it runs, or is there if it is not to boot."""
    given = creation.given
    boots = given.flag("booted", default=True) and "image" in given
    told = creation.make("/linode/instances", _body(given))
    path = f"/linode/instances/{told['id']}"
    if changes := _changes(given):
        creation.api.put(path, changes)
    if "sharedIpv4s" in given:
        creation.api.post("/networking/ips/share", {"linode_id": told["id"], "ips": given.value("sharedIpv4s")})
    wait_for_status(creation, path, "running" if boots else "offline")
    return id_of(told), _outputs(creation, path)


def wait_for_status(creation: LinodeCreation, path: str, status: str) -> None:
    """Wait until an instance has a status.

    Raises:
        NotReady: it takes too long, or what was to lead there failed: an instance stays off that does not boot.
    """

    def is_ready(told: Told) -> bool:
        if told["status"] == "offline":
            creation.check_jobs("linode", told["id"])
        return told["status"] == status

    creation.wait_until(path, is_ready)


def _body(given: Given) -> dict[str, Value]:
    """Say what is wanted. A password that nobody gave is made up and told to nobody, as by the provider."""
    body = {**given.fields(*PLAIN), "booted": given.flag("booted", default=True)}
    body["root_pass"] = given.text("rootPass", secrets.token_urlsafe(32))
    if "ipv4s" in given:
        body["ipv4"] = given.value("ipv4s")
    for part in given.parts("metadatas")[:1]:
        body["metadata"] = {**part.fields("userData")}
    if "placementGroup" in given:
        body["placement_group"] = {**given.part("placementGroup").fields("id", "compliantOnly")}
    if interfaces := [_config_interface(each) for each in given.parts("interfaces")]:
        body["interfaces"] = interfaces
    if current := [interface_body(each) for each in given.parts("linodeInterfaces")]:
        body["interfaces"] = [*current]
    for name in LATER:
        given.value(name)
    return body


def _config_interface(given: Given) -> Value:
    body, ipv4 = given.fields("purpose", "label", "ipamAddress", "subnetId", "primary", "ipRanges"), given.part("ipv4")
    inside = {"vpc": ipv4.value("vpc"), "nat_1_1": ipv4.value("nat11")}
    return {**body, "ipv4": {name: value for name, value in inside.items() if value is not None}}


def _changes(given: Given) -> dict[str, Value]:
    """Give what an instance cannot be created with."""
    alerts = {"alerts": {**given.part("alerts").fields(*ALERTS)}} if "alerts" in given else {}
    return {**given.fields("watchdogEnabled"), **alerts}


def _outputs(creation: LinodeCreation, path: str) -> dict[str, Value]:
    """Read what the provider reads after it."""
    told, ipv4 = creation.api.get(path), inner(creation.api.get(f"{path}/ips")["ipv4"])
    public = [each["address"] for each in [*objects(ipv4["public"]), *objects(ipv4["reserved"])]]
    private = [each["address"] for each in objects(ipv4["private"])]
    return {
        **outputs(told, *SHOWN),
        "ipv4s": [*texts(told["ipv4"])],
        "ipAddress": public[0] if public else "",
        "privateIpAddress": private[0] if private else "",
        "privateIp": bool(private),
        "sharedIpv4s": [each["address"] for each in objects(ipv4["shared"])],
        "booted": told["status"] == "running",
        "specs": [outputs(inner(told["specs"]), *SPECS)],
        "alerts": outputs(inner(told["alerts"]), "cpu", "io", "network_in", "network_out", "transfer_quota"),
        "backupsEnabled": inner(told["backups"])["enabled"],
        **_group(inner(told["placement_group"])),
        **_profile(creation, path),
    }


def _group(told: Told) -> dict[str, Value]:
    names = ("id", "label", "placement_group_type", "placement_group_policy")
    return {"placementGroup": outputs(told, *names)} if told else {}


def _profile(creation: LinodeCreation, path: str) -> dict[str, Value]:
    """Give the profile that an image comes with, and its interfaces where some were declared."""
    disks = creation.api.list(f"{path}/disks")
    swap: Value = sum(int(str(disk["size"])) for disk in disks if disk["filesystem"] == "swap")
    configs = creation.api.list(f"{path}/configs")
    if not configs:
        return {"swapSize": swap}
    interfaces: list[Value] = [_shown_interface(each) for each in objects(configs[0]["interfaces"])]
    declared = {"interfaces": interfaces} if "interfaces" in creation.given else {}
    return {"swapSize": swap, "bootConfigLabel": configs[0]["label"], **declared}


def _shown_interface(told: Told) -> Value:
    ipv4 = inner(told["ipv4"])
    inside = {"ipv4": {"vpc": ipv4["vpc"], "nat11": ipv4["nat_1_1"]}} if ipv4 else {}
    names = ("id", "purpose", "primary", "active", "label", "ipam_address", "subnet_id", "vpc_id", "ip_ranges")
    return {**outputs(told, *names), **inside}


CREATORS: Mapping[str, Creator] = {"linode:index/instance:Instance": instance}
