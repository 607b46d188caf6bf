"""What Linode offers to everybody: regions, types, images, kernels, prices.

A small part of the lists that https://api.linode.com/v4/regions, /linode/types, /images and /linode/kernels give. What
a plan has and costs is Linode's, the same as in the forecast; dates only look like its.
"""

from dataclasses import dataclass

REGION_CAPABILITIES = (
    "Linodes",
    "Backups",
    "NodeBalancers",
    "Block Storage",
    "Object Storage",
    "Cloud Firewall",
    "Vlans",
    "VPCs",
    "Metadata",
    "Placement Group",
    "Linode Interfaces",
    "Disk Encryption",
    "Maintenance Policy",
)
MAXIMUM_GROUPS = 100
MAXIMUM_MEMBERS = 5


@dataclass(frozen=True, kw_only=True)
class Region:
    """A data centre."""

    id: str
    label: str
    country: str


@dataclass(frozen=True, kw_only=True)
class PlanType:
    """A plan: disk and memory in MB, transfer in GB a month, network_out in Mbit/s, dollars."""

    id: str
    label: str
    plan_class: str
    disk: int
    memory: int
    vcpus: int
    transfer: int
    network_out: int
    hourly: float
    monthly: float


@dataclass(frozen=True, kw_only=True)
class Image:
    """A public image; ``size`` in MB."""

    id: str
    label: str
    vendor: str
    size: int
    created: str


REGIONS = {
    region.id: region
    for region in (
        Region(id="us-east", label="Newark, NJ", country="us"),
        Region(id="us-ord", label="Chicago, IL", country="us"),
        Region(id="us-lax", label="Los Angeles, CA", country="us"),
        Region(id="us-sea", label="Seattle, WA", country="us"),
        Region(id="us-iad", label="Washington, DC", country="us"),
        Region(id="us-mia", label="Miami, FL", country="us"),
        Region(id="eu-central", label="Frankfurt, DE", country="de"),
        Region(id="eu-west", label="London, UK", country="gb"),
        Region(id="fr-par", label="Paris, FR", country="fr"),
        Region(id="nl-ams", label="Amsterdam, NL", country="nl"),
        Region(id="se-sto", label="Stockholm, SE", country="se"),
        Region(id="jp-osa", label="Osaka, JP", country="jp"),
        Region(id="ap-northeast", label="Tokyo 2, JP", country="jp"),
        Region(id="ap-south", label="Singapore, SG", country="sg"),
    )
}


def _plan(
    plan_id: str, label: str, size: tuple[int, int, int], transfer: int, network: int, monthly: float
) -> PlanType:
    """Describe a plan; ``size`` is GB of memory, processors, GB of disk. An hour costs a 667th of a month."""
    gigabytes, vcpus, disk = size
    return PlanType(
        id=plan_id,
        label=label,
        plan_class=plan_id.split("-")[1],
        disk=disk * 1024,
        memory=gigabytes * 1024,
        vcpus=vcpus,
        transfer=transfer,
        network_out=network,
        hourly=round(monthly / 667, 4),
        monthly=monthly,
    )


TYPES = {
    plan.id: plan
    for plan in (
        _plan("g6-nanode-1", "Nanode 1GB", (1, 1, 25), 1000, 1000, 5.0),
        _plan("g6-standard-1", "Linode 2GB", (2, 1, 50), 2000, 2000, 12.0),
        _plan("g6-standard-2", "Linode 4GB", (4, 2, 80), 4000, 4000, 24.0),
        _plan("g6-standard-4", "Linode 8GB", (8, 4, 160), 5000, 5000, 48.0),
        _plan("g6-standard-6", "Linode 16GB", (16, 6, 320), 8000, 6000, 96.0),
        _plan("g6-dedicated-2", "Dedicated 4GB", (4, 2, 80), 4000, 4000, 36.0),
        _plan("g6-dedicated-4", "Dedicated 8GB", (8, 4, 160), 5000, 5000, 72.0),
        _plan("g6-dedicated-8", "Dedicated 16GB", (16, 8, 320), 6000, 6000, 144.0),
    )
}
IMAGES = {
    image.id: image
    for image in (
        Image(id="linode/debian11", label="Debian 11", vendor="Debian", size=1500, created="2021-08-14T22:44:02"),
        Image(id="linode/debian12", label="Debian 12", vendor="Debian", size=1500, created="2023-06-12T14:41:23"),
        Image(id="linode/debian13", label="Debian 13", vendor="Debian", size=1500, created="2025-08-12T14:41:23"),
        Image(
            id="linode/ubuntu22.04", label="Ubuntu 22.04 LTS", vendor="Ubuntu", size=3500, created="2022-04-22T17:09:14"
        ),
        Image(
            id="linode/ubuntu24.04", label="Ubuntu 24.04 LTS", vendor="Ubuntu", size=2700, created="2024-04-25T18:11:29"
        ),
        Image(id="linode/rocky9", label="Rocky Linux 9", vendor="Rocky", size=2000, created="2022-07-27T16:35:41"),
    )
}
KERNELS = {
    "linode/grub2": "GRUB 2",
    "linode/direct-disk": "Direct Disk",
    "linode/latest-64bit": "Latest 64 bit",
}
