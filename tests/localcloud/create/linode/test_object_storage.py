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


def test_what_only_s3_could_set_is_refused_and_no_bucket_stays(deployer: Deployer) -> None:
    with pytest.raises(Unsupported, match=r"\['versioning'\]"):
        deployer.create("ObjectStorageBucket", label="backups", region=REGION, versioning=True)
    assert deployer.bench.get("/object-storage/buckets")["data"] == []


def test_a_key_is_for_the_buckets_that_are_named(deployer: Deployer) -> None:
    deployer.create("ObjectStorageBucket", label="backups", region=REGION)
    access: Value = {"bucketName": "backups", "region": REGION, "permissions": "read_only"}
    id_, outputs = deployer.create("ObjectStorageKey", label="reader", bucketAccesses=[access])
    told = deployer.bench.get(f"/object-storage/keys/{id_}")
    assert told["bucket_access"][0]["permissions"] == "read_only"
    assert (outputs["limited"], outputs["accessKey"]) == (True, told["access_key"])
