"""A Linode and what belongs to it alone."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

InstanceStatus: TypeAlias = Literal[
    "provisioning", "booting", "running", "rebooting", "shutting_down", "offline", "rebuilding", "resizing"
]
DEVICES = ("sda", "sdb", "sdc", "sdd", "sde", "sdf", "sdg", "sdh")


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Thresholds: percent of CPU and of the transfer quota, operations and Mbit a second."""

    cpu: int = 90
    io: int = 10000
    network_in: int = 10
    network_out: int = 10
    transfer_quota: int = 80


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A Linode. ``user_data`` is base64, as it was sent, and is never shown."""

    id: int
    label: str
    region: str
    type: str
    image: str | None
    status: InstanceStatus
    created: str
    updated: str
    host_uuid: str
    interface_generation: str = "legacy_config"
    tags: tuple[str, ...] = ()
    group: str = ""
    alerts: Alerts = field(default_factory=Alerts)
    backups_enabled: bool = False
    watchdog_enabled: bool = True
    network_helper: bool = True
    disk_encryption: str = "enabled"
    maintenance_policy: str = "linode/migrate"
    placement_group_id: int | None = None
    user_data: str = ""
    booted_config_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk of an instance; ``size`` in MB."""

    id: int
    linode_id: int
    label: str
    size: int
    filesystem: str
    created: str
    updated: str
    status: str = "ready"
    disk_encryption: str = "enabled"


@dataclass(frozen=True, kw_only=True)
class ConfigInterface:
    """A network interface of a configuration profile (the legacy generation)."""

    id: int
    purpose: str
    primary: bool = False
    active: bool = False
    label: str | None = None
    ipam_address: str | None = None
    subnet_id: int | None = None
    vpc_id: int | None = None
    address: str | None = None
    nat_1_1: str | None = None
    ip_ranges: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attached:
    """What a device of a profile stands for: a disk or a volume."""

    disk_id: int | None = None
    volume_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConfigHelpers:
    """What is done to the root file system at boot."""

    devtmpfs_automount: bool = True
    distro: bool = True
    modules_dep: bool = True
    network: bool = True
    updatedb_disabled: bool = True


@dataclass(frozen=True, kw_only=True)
class ConfigProfile:
    """How an instance boots; ``devices`` maps sda... to what is attached there."""

    id: int
    linode_id: int
    label: str
    kernel: str = "linode/grub2"
    comments: str = ""
    memory_limit: int = 0
    root_device: str = "/dev/sda"
    run_level: str = "default"
    virt_mode: str = "paravirt"
    devices: tuple[tuple[str, Attached], ...] = ()
    helpers: ConfigHelpers = field(default_factory=ConfigHelpers)
    interfaces: tuple[ConfigInterface, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LinodeInterface:
    """A network interface of an instance (the generation ``linode``): public, in a VPC, or in a VLAN."""

    id: int
    linode_id: int
    kind: Literal["public", "vpc", "vlan"]
    mac_address: str
    created: str
    updated: str
    version: int = 1
    default_ipv4: bool = False
    default_ipv6: bool = False
    subnet_id: int | None = None
    vpc_id: int | None = None
    address: str | None = None
    nat_1_1: str | None = None
    ip_ranges: tuple[str, ...] = ()
    vlan_label: str = ""
    ipam_address: str | None = None
