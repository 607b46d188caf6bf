"""Volumes and object storage."""

from dataclasses import dataclass

from localcloud.linode.json_values import Object


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A block device of ``size`` GB that one instance at a time may use."""

    id: int
    label: str
    region: str
    size: int
    created: str
    updated: str
    status: str = "creating"
    linode_id: int | None = None
    encryption: str = "disabled"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket of one region. ``versioning`` and ``lifecycle_rules`` are set by S3, not by Linode's API."""

    label: str
    region: str
    created: str
    acl: str = "private"
    cors_enabled: bool = True
    versioning: bool = False
    lifecycle_rules: tuple[Object, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BucketAccess:
    """What a key may do in a bucket."""

    bucket_name: str
    region: str
    permissions: str


@dataclass(frozen=True, kw_only=True)
class AccessKey:
    """A pair of keys for object storage; ``bucket_access`` None means every bucket of its regions."""

    id: int
    label: str
    access_key: str
    secret_key: str
    regions: tuple[str, ...]
    bucket_access: tuple[BucketAccess, ...] | None = None
