"""Where a site's applications keep files: a bucket in its region.

Linode replicates no bucket, so copying from site to site is run time's. No key is declared: its secret half would be
in the state. A person makes one that is limited to the bucket, and `lifeboat secret set` takes it.
"""

from dataclasses import dataclass

import pulumi
import pulumi_linode as linode

# Overwritten and deleted files can be had back for as long as a lost site may have to be compared with this one.
OLD_VERSIONS_DAYS = 30
UPLOAD_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class FileStorageArgs:
    """``bucket_name`` is unique in the region, among the buckets of everybody."""

    bucket_name: str
    linode_region: str
    protect_data: bool


class FileStorage(pulumi.ComponentResource):
    """A private bucket that keeps what was overwritten or deleted for a while.

    The region is the one form of a place: names of clusters are the older one. Versions and rules are set by S3, for
    which the provider makes a key of its own and takes it back in the same call (``obj_use_temp_keys``):
    https://registry.terraform.io/providers/linode/linode/latest/docs/resources/object_storage_bucket.
    """

    def __init__(self, name: str, args: FileStorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:linode:FileStorage", name, {}, opts)
        self._bucket(name, args)
        self.register_outputs({})

    def _bucket(self, name: str, args: FileStorageArgs) -> linode.ObjectStorageBucket:
        return linode.ObjectStorageBucket(
            f"{name}-bucket",
            label=args.bucket_name,
            region=args.linode_region,
            acl="private",
            cors_enabled=False,
            versioning=True,
            lifecycle_rules=[_old_versions()],
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )


def _old_versions() -> linode.ObjectStorageBucketLifecycleRuleArgs:
    expiration = linode.ObjectStorageBucketLifecycleRuleNoncurrentVersionExpirationArgs(days=OLD_VERSIONS_DAYS)
    return linode.ObjectStorageBucketLifecycleRuleArgs(
        id="old-versions",
        enabled=True,
        abort_incomplete_multipart_upload_days=UPLOAD_DAYS,
        noncurrent_version_expiration=expiration,
    )
