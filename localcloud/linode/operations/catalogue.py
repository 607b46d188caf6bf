"""Regions, types, images and kernels: what may be asked without a token."""

from collections.abc import Mapping
from dataclasses import asdict

from localcloud.linode.catalogue import (
    IMAGES,
    KERNELS,
    MAXIMUM_GROUPS,
    MAXIMUM_MEMBERS,
    REGION_CAPABILITIES,
    REGIONS,
    TYPES,
    Image,
    PlanType,
    Region,
)
from localcloud.linode.databases import CLUSTER_SIZES, ENGINES, Engine
from localcloud.linode.json_values import Json, Object
from localcloud.linode.refusals import not_found
from localcloud.linode.routes import Call, collection, view

LIMITS: Object = {
    "maximum_pgs_per_customer": MAXIMUM_GROUPS,
    "maximum_linodes_per_pg": MAXIMUM_MEMBERS,
    "maximum_linodes_per_flexible_pg": MAXIMUM_MEMBERS,
}
BACKUPS: Object = {"backups": {"price": {"hourly": 0.003, "monthly": 2.0}, "region_prices": []}}
IMAGE_CAPABILITIES = ("cloud-init", "distributed-sites")
VPC_PREFIXES = (52, 48)


def _region(region: Region) -> Object:
    return {
        **asdict(region),
        "capabilities": REGION_CAPABILITIES,
        "status": "ok",
        "site_type": "core",
        "monitors": {"alerts": [], "metrics": []},
        "placement_group_limits": LIMITS,
        "resolvers": {"ipv4": "198.18.255.1", "ipv6": "2001:db8:ffff::1"},
    }


def _type(plan: PlanType) -> Object:
    return {
        "id": plan.id,
        "label": plan.label,
        "class": plan.plan_class,
        "disk": plan.disk,
        "memory": plan.memory,
        "vcpus": plan.vcpus,
        "transfer": plan.transfer,
        "network_out": plan.network_out,
        "gpus": 0,
        "accelerated_devices": 0,
        "successor": None,
        "price": {"hourly": plan.hourly, "monthly": plan.monthly},
        "region_prices": [],
        "addons": BACKUPS,
    }


def _image(image: Image) -> Object:
    return {
        **asdict(image),
        "updated": image.created,
        "description": "",
        "created_by": "linode",
        "type": "manual",
        "status": "available",
        "is_public": True,
        "is_shared": None,
        "image_sharing": None,
        "deprecated": False,
        "eol": None,
        "expiry": None,
        "tags": [],
        "total_size": image.size,
        "regions": [],
        "capabilities": IMAGE_CAPABILITIES,
    }


def _kernel(kernel_id: str) -> Object:
    return {
        "id": kernel_id,
        "label": KERNELS[kernel_id],
        "version": KERNELS[kernel_id],
        "architecture": "x86_64",
        "kvm": True,
        "pvops": True,
        "deprecated": False,
        "built": "2020-01-01T00:00:00",
    }


def _engine(engine: Engine, version: str) -> Object:
    return {"id": f"{engine.name}/{version}", "engine": engine.name, "version": version}


def _engines() -> list[Object]:
    return [_engine(each, version) for each in ENGINES.values() for version in each.versions]


def _known_engine(call: Call) -> Json:
    found = [each for each in _engines() if each["id"] == call.ids["engineId"]]
    if not found:
        raise not_found()
    return found[0]


def _database_type(plan: PlanType) -> Object:
    """Describe a plan of databases, whose price grows with the nodes of a cluster."""
    prices: list[Json] = [
        {"quantity": nodes, "price": {"hourly": plan.hourly * nodes, "monthly": plan.monthly * nodes}}
        for nodes in CLUSTER_SIZES
    ]
    return {
        "id": plan.id,
        "label": plan.label,
        "class": plan.plan_class,
        "disk": plan.disk,
        "memory": plan.memory,
        "vcpus": plan.vcpus,
        "deprecated": False,
        "engines": dict.fromkeys(ENGINES, prices),
    }


def _availability(region_id: str) -> list[Object]:
    return [{"region": region_id, "plan": plan, "available": True} for plan in TYPES]


def _vpc_availability(region_id: str) -> Object:
    return {"region": region_id, "available": True, "available_ipv6_prefix_lengths": VPC_PREFIXES}


def _known(call: Call, parameter: str, among: Mapping[str, object]) -> str:
    """Read a name from the path that must be among those offered."""
    if call.ids[parameter] not in among:
        raise not_found()
    return call.ids[parameter]


def _region_availability(call: Call) -> Json:
    return _availability(_known(call, "regionId", REGIONS))


ROUTES = (
    collection(
        "get-regions", "/regions", None, lambda _: [_region(each) for each in REGIONS.values()], "country site_type"
    ),
    collection(
        "get-regions-availability",
        "/regions/availability",
        None,
        lambda _: [each for region in REGIONS for each in _availability(region)],
        "available plan region",
    ),
    collection(
        "get-regions-vpc-availability",
        "/regions/vpc-availability",
        None,
        lambda _: [_vpc_availability(region) for region in REGIONS],
        "region",
    ),
    view("get-region", "/regions/{regionId}", None, lambda call: _region(REGIONS[_known(call, "regionId", REGIONS)])),
    view("get-region-availability", "/regions/{regionId}/availability", None, _region_availability),
    view(
        "get-region-vpc-availability",
        "/regions/{regionId}/vpc-availability",
        None,
        lambda call: _vpc_availability(_known(call, "regionId", REGIONS)),
    ),
    collection(
        "get-linode-types",
        "/linode/types",
        None,
        lambda _: [_type(each) for each in TYPES.values()],
        "accelerated_devices class disk gpus label memory network_out transfer vcpus",
    ),
    view("get-linode-type", "/linode/types/{typeId}", None, lambda call: _type(TYPES[_known(call, "typeId", TYPES)])),
    collection(
        "get-images",
        "/images",
        None,
        lambda _: [_image(each) for each in IMAGES.values()],
        "deprecated is_public is_shared label size status tags type vendor",
    ),
    view("get-image", "/images/{imageId}", None, lambda call: _image(IMAGES[_known(call, "imageId", IMAGES)])),
    collection(
        "get-kernels",
        "/linode/kernels",
        None,
        lambda _: [_kernel(each) for each in KERNELS],
        "architecture deprecated kvm label pvops version",
    ),
    view("get-kernel", "/linode/kernels/{kernelId}", None, lambda call: _kernel(_known(call, "kernelId", KERNELS))),
    collection("get-databases-engines", "/databases/engines", None, lambda _: _engines(), "engine version"),
    view("get-databases-engine", "/databases/engines/{engineId}", None, _known_engine),
    collection(
        "get-databases-types", "/databases/types", None, lambda _: [_database_type(each) for each in TYPES.values()]
    ),
    view(
        "get-databases-type",
        "/databases/types/{typeId}",
        None,
        lambda call: _database_type(TYPES[_known(call, "typeId", TYPES)]),
    ),
)
