"""All operations of Linode's API that the embedded cloud serves."""

import json
from collections.abc import Mapping
from wsgiref.types import WSGIEnvironment

from localcloud.linode.identify import REGION, SERVICE, api_path, caller_of
from localcloud.linode.operations import (
    addresses,
    catalogue,
    config_interfaces,
    configs,
    databases,
    disks,
    domain_records,
    domains,
    firewall_devices,
    firewalls,
    instance_addresses,
    instance_creation,
    instances,
    interfaces,
    ipv6_ranges,
    locks,
    nodebalancer_configs,
    nodebalancer_nodes,
    nodebalancers,
    object_storage,
    placement_groups,
    power,
    profile,
    users,
    volumes,
    vpcs,
)
from localcloud.linode.refusals import Refused
from localcloud.linode.routes import Routes
from localcloud.request import Request

ROUTES = Routes(
    (
        *catalogue.ROUTES,
        *profile.ROUTES,
        *users.ROUTES,
        *instances.ROUTES,
        *instance_creation.ROUTES,
        *power.ROUTES,
        *disks.ROUTES,
        *configs.ROUTES,
        *config_interfaces.ROUTES,
        *interfaces.ROUTES,
        *instance_addresses.ROUTES,
        *addresses.ROUTES,
        *ipv6_ranges.ROUTES,
        *domains.ROUTES,
        *domain_records.ROUTES,
        *vpcs.ROUTES,
        *firewalls.ROUTES,
        *firewall_devices.ROUTES,
        *placement_groups.ROUTES,
        *nodebalancers.ROUTES,
        *nodebalancer_configs.ROUTES,
        *nodebalancer_nodes.ROUTES,
        *volumes.ROUTES,
        *databases.ROUTES,
        *object_storage.ROUTES,
        *locks.ROUTES,
    )
)
UNKNOWN = "Unknown"


def identify(environ: WSGIEnvironment, body: bytes) -> Request:
    """Read who calls which operation, with what: the fields of the body and what the path names."""
    operation, named = _operation(str(environ["REQUEST_METHOD"]), api_path(environ))
    return Request(
        caller=caller_of(environ),
        region=REGION,
        service=SERVICE,
        operation=operation,
        params={**_fields(body), **named},
        body=body,
        environ=environ,
    )


def _operation(method: str, path: str) -> tuple[str, Mapping[str, str]]:
    try:
        route, named = ROUTES.find(method, path)
    except Refused:
        return UNKNOWN, {}
    return route.operation, named


def _fields(body: bytes) -> Mapping[str, object]:
    """Read a body for faults to match; a malformed one is the API's to refuse."""
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
