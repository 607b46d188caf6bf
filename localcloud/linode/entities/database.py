"""Managed databases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from localcloud.linode.json_values import Json

DatabaseStatus: TypeAlias = Literal[
    "provisioning", "active", "failed", "updating", "resizing", "suspending", "suspended", "resuming"
]


@dataclass(frozen=True, kw_only=True)
class PrivateNetwork:
    """The subnet that a database can be reached in, and whether it can be from outside as well."""

    vpc_id: int
    subnet_id: int
    public_access: bool = False


@dataclass(frozen=True, kw_only=True)
class MaintenanceWindow:
    """When a database may be patched: 1 is Monday, hours are of UTC and as many as ``duration``."""

    day_of_week: int = 7
    duration: int = 4
    frequency: str = "weekly"
    hour_of_day: int = 0


@dataclass(frozen=True, kw_only=True)
class Fork:
    """The database whose backup one began with."""

    source: int
    restore_time: str | None = None


@dataclass(frozen=True, kw_only=True)
class Database:
    """A cluster of ``cluster_size`` nodes. ``username`` and ``password`` are only told by the operation for them."""

    id: int
    engine: str
    version: str
    label: str
    region: str
    type: str
    cluster_size: int
    created: str
    updated: str
    username: str
    password: str
    status: DatabaseStatus = "provisioning"
    allow_list: tuple[str, ...] = ()
    engine_config: Mapping[str, Json] = field(default_factory=dict)
    private_network: PrivateNetwork | None = None
    window: MaintenanceWindow = field(default_factory=MaintenanceWindow)
    fork: Fork | None = None
