"""Declared buckets and keys are there."""

import pytest

from evaluation import Value
from localcloud.create import Unsupported
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION


def test_a_bucket_is_known_by_region_and_label(deployer: Deployer) -> None:
    id_, outputs = deployer.create(
        "ObjectStorageBucket", label="backups", region=REGION, acl="public-read", corsEnabled=False
    )
    told = deployer.bench.get(f"/object-storage/buckets/{REGION}/backups")
    assert (id_, outputs["hostname"]) == (f"{REGION}:backups", told["hostname"])
    access = deployer.bench.get(f"/object-storage/buckets/{REGION}/backups/access")
    assert (access["acl"], access["cors_enabled"], outputs["acl"]) == ("public-read", False, "public-read")


RULE: Value = {
    "id": "old-versions",
    "enabled": True,
    "abortIncompleteMultipartUploadDays": 7,
    "noncurrentVersionExpiration": {"days": 30},
}


def test_a_bucket_keeps_versions_for_as_long_as_declared(deployer: Deployer) -> None:
    deployer.create("ObjectStorageBucket", label="files", region=REGION, versioning=True, lifecycleRules=[RULE])
    (told,) = deployer.bench.ask("GET", "/_cloud/linode-buckets").told
    rule = {
        "id": "old-versions",
        "enabled": True,
        "abort_incomplete_multipart_upload_days": 7,
        "noncurrent_version_expiration": {"days": 30},
    }
    assert (told["versioning"], told["lifecycle_rules"]) == (True, [rule])


def test_a_certificate_is_refused_and_no_bucket_stays(deployer: Deployer) -> None:
    certificate: Value = {"certificate": "a", "privateKey": "b"}
    with pytest.raises(Unsupported, match=r"\['cert'\]"):
        deployer.create("ObjectStorageBucket", label="backups", region=REGION, cert=certificate)
    assert deployer.bench.get("/object-storage/buckets")["data"] == []


def test_a_key_is_for_the_buckets_that_are_named(deployer: Deployer) -> None:
    deployer.create("ObjectStorageBucket", label="backups", region=REGION)
    access: Value = {"bucketName": "backups", "region": REGION, "permissions": "read_only"}
    id_, outputs = deployer.create("ObjectStorageKey", label="reader", bucketAccesses=[access])
    told = deployer.bench.get(f"/object-storage/keys/{id_}")
    assert told["bucket_access"][0]["permissions"] == "read_only"
    assert (outputs["limited"], outputs["accessKey"]) == (True, told["access_key"])
