"""Buckets and keys of object storage.

What the provider sets by S3, with a key that it makes for that call alone, the cloud is told by a call of its own.
https://github.com/linode/terraform-provider-linode/blob/dev/linode/objbucket/resource.go
"""

from collections.abc import Mapping
from functools import partial

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, objects
from localcloud.create.linode.given import Given, outputs, snake

BUCKETS, KEYS = "/object-storage/buckets", "/object-storage/keys"


def bucket(creation: LinodeCreation) -> Created:
    """Create a bucket and say who may read it."""
    given = creation.given
    access = given.fields("acl", "corsEnabled")
    told = creation.api.post(BUCKETS, {**given.fields("label", "region"), **access})
    path = f"{BUCKETS}/{told['region']}/{told['label']}"
    creation.undo.append(partial(creation.api.delete, path))
    if rules := _kept(given):
        creation.api.tell_cloud("linode-buckets", {"region": told["region"], "label": told["label"], **rules})
    shown = creation.api.get(f"{path}/access")
    return f"{told['region']}:{told['label']}", {
        **outputs(told, "hostname", "endpoint_type"),
        **outputs(shown, "acl", "cors_enabled"),
        "endpoint": told["s3_endpoint"],
        "s3Endpoint": told["s3_endpoint"],
    }


def _kept(given: Given) -> dict[str, Value]:
    """Give how long a bucket keeps what, if anything is said of it."""
    body = given.fields("versioning")
    if rules := [_rule(each) for each in given.parts("lifecycleRules")]:
        body["lifecycle_rules"] = [*rules]
    return body


def _rule(given: Given) -> Value:
    body = given.fields("id", "enabled", "prefix", "abortIncompleteMultipartUploadDays")
    ends = {"expiration": ("days", "date", "expiredObjectDeleteMarker"), "noncurrentVersionExpiration": ("days",)}
    return body | {snake(name): {**given.part(name).fields(*parts)} for name, parts in ends.items() if name in given}


def key(creation: LinodeCreation) -> Created:
    """Create a pair of keys, for all buckets of its regions or for some buckets."""
    given = creation.given
    body = given.fields("label", "regions")
    if "bucketAccesses" in given:
        accesses = given.parts("bucketAccesses")
        body["bucket_access"] = [{**each.fields("bucketName", "region", "permissions")} for each in accesses]
    told = creation.make(KEYS, body)
    regions: list[Value] = [
        {**outputs(each, "id", "endpoint_type"), "s3Endpoint": each["s3_endpoint"]} for each in objects(told["regions"])
    ]
    return id_of(told), {**outputs(told, "access_key", "secret_key", "limited"), "regionsDetails": regions}


CREATORS: Mapping[str, Creator] = {
    "linode:index/objectStorageBucket:ObjectStorageBucket": bucket,
    "linode:index/objectStorageKey:ObjectStorageKey": key,
}
