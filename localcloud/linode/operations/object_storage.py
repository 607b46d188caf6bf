"""Buckets and keys of object storage. Objects themselves are not kept: there is no S3 of Linode here.

https://techdocs.akamai.com/linode-api/reference/post-object-storage-bucket
"""

import re
import secrets
from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.catalogue import REGIONS
from localcloud.linode.entities.storage import AccessKey, Bucket, BucketAccess
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.refusals import Refused, invalid
from localcloud.linode.routes import Call, change, collection, view

BUCKET_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|[.-](?![.-])){1,61}[a-z0-9]")
ACLS = ("private", "public-read", "authenticated-read", "public-read-write", "custom")
PERMISSIONS = ("read_only", "read_write")
HIDDEN = "[REDACTED]"
ENDPOINT_TYPE = "E1"


def _host(region: str) -> str:
    return f"{region}-1.linodeobjects.com"


def _shown(bucket: Bucket) -> Object:
    return {
        "label": bucket.label,
        "region": bucket.region,
        "cluster": f"{bucket.region}-1",
        "hostname": f"{bucket.label}.{_host(bucket.region)}",
        "created": bucket.created,
        "objects": 0,
        "size": 0,
        "endpoint_type": ENDPOINT_TYPE,
        "s3_endpoint": _host(bucket.region),
    }


def _bucket(call: Call) -> Bucket:
    return call.account.buckets.need((call.ids["regionId"], call.ids["bucket"]))


def _read_region(body: Body) -> str:
    """Read a region, or the older name of its cluster: us-east-1 for us-east."""
    if "region" not in body and "cluster" in body:
        cluster = body.text("cluster").rpartition("-")[0]
        return body.choice("region", REGIONS, cluster)
    return body.choice("region", REGIONS, body.needed("region"))


def _create(call: Call) -> Json:
    account, label, region = call.account, call.body.needed("label"), _read_region(call.body)
    account.check_quota("buckets", len(account.buckets))
    if not BUCKET_NAME.fullmatch(label):
        raise invalid("label must be a valid name of a bucket", "label")
    if (region, label) in account.buckets:
        raise invalid("A bucket of that name exists in the region", "label")
    bucket = Bucket(
        label=label,
        region=region,
        created=account.now(),
        acl=call.body.choice("acl", ACLS, "private"),
        cors_enabled=call.body.flag("cors_enabled", True),
    )
    return _shown(account.buckets.put((region, label), bucket))


def _delete(call: Call) -> Json:
    bucket = _bucket(call)
    call.account.buckets.remove((bucket.region, bucket.label))
    return EMPTY


def _access(call: Call) -> Json:
    bucket = _bucket(call)
    acl: Object = {"acl": bucket.acl, "acl_xml": "", "cors_enabled": bucket.cors_enabled, "cors_xml": None}
    return acl


def _set_access(call: Call) -> Json:
    bucket = _bucket(call)
    changed = replace(
        bucket,
        acl=call.body.choice("acl", ACLS, bucket.acl),
        cors_enabled=call.body.flag("cors_enabled", bucket.cors_enabled),
    )
    call.account.buckets.put((bucket.region, bucket.label), changed)
    return EMPTY


def _shown_key(key: AccessKey, secret: str = HIDDEN) -> Object:
    regions = [{"id": each, "s3_endpoint": _host(each), "endpoint_type": ENDPOINT_TYPE} for each in key.regions]
    access = key.bucket_access
    return {
        "id": key.id,
        "label": key.label,
        "access_key": key.access_key,
        "secret_key": secret,
        "limited": access is not None,
        "regions": regions,
        "bucket_access": None
        if access is None
        else [{**asdict(each), "cluster": f"{each.region}-1"} for each in access],
    }


def _read_access(account: Account, body: Body) -> tuple[BucketAccess, ...] | None:
    """Read which buckets a key is for; all of them if nothing is said."""
    if "bucket_access" not in body:
        return None
    read = tuple(
        BucketAccess(
            bucket_name=each.needed("bucket_name"),
            region=_read_region(each),
            permissions=each.choice("permissions", PERMISSIONS, ""),
        )
        for each in body.parts("bucket_access")
    )
    for each in read:
        if (each.region, each.bucket_name) not in account.buckets:
            raise Refused(404, f"There is no bucket {each.bucket_name} in {each.region}", "bucket_access")
    return read


def _create_key(call: Call) -> Json:
    account, access = call.account, _read_access(call.account, call.body)
    regions = call.body.texts("regions", tuple({each.region: None for each in access or ()}))
    for region in regions:
        if region not in REGIONS:
            raise invalid(f"{region} is not a region", "regions")
    key = AccessKey(
        id=account.new_id(),
        label=call.body.text("label"),
        access_key=secrets.token_hex(10).upper(),
        secret_key=secrets.token_hex(20),
        regions=regions,
        bucket_access=access,
    )
    return _shown_key(account.access_keys.put(key.id, key), key.secret_key)


def _key(call: Call) -> AccessKey:
    return call.account.access_keys.need(call.id("keyId"))


def _update_key(call: Call) -> Json:
    key = _key(call)
    label, regions = call.body.text("label", key.label), call.body.texts("regions", key.regions)
    return _shown_key(call.account.access_keys.put(key.id, replace(key, label=label, regions=regions)))


def _delete_key(call: Call) -> Json:
    call.account.access_keys.remove(_key(call).id)
    return EMPTY


def _in_region(call: Call) -> Json:
    return [_shown(each) for each in call.account.buckets if each.region == call.ids["regionId"]]


def _endpoints(_call: Call) -> Json:
    return [{"region": each, "endpoint_type": ENDPOINT_TYPE, "s3_endpoint": _host(each)} for each in REGIONS]


READ = "object_storage:read_only"
BUCKETS, KEYS = "/object-storage/buckets", "/object-storage/keys"
IN_REGION, ONE, ONE_KEY = f"{BUCKETS}/{{regionId}}", f"{BUCKETS}/{{regionId}}/{{bucket}}", f"{KEYS}/{{keyId}}"
ROUTES = (
    collection(
        "get-object-storage-buckets", BUCKETS, READ, lambda call: [_shown(each) for each in call.account.buckets]
    ),
    change("post-object-storage-bucket", f"POST {BUCKETS}", "object_storage", _create),
    collection("get-object-storage-bucketin-cluster", IN_REGION, READ, _in_region),
    view("get-object-storage-bucket", ONE, READ, lambda call: _shown(_bucket(call))),
    change("delete-object-storage-bucket", f"DELETE {ONE}", "object_storage", _delete),
    view("get-object-storage-bucket-access", f"{ONE}/access", READ, _access),
    change("post-object-storage-bucket-access", f"POST {ONE}/access", "object_storage", _set_access),
    change("put-storage-bucket-access", f"PUT {ONE}/access", "object_storage", _set_access),
    collection("get-object-storage-endpoints", "/object-storage/endpoints", READ, _endpoints),
    collection(
        "get-object-storage-keys", KEYS, READ, lambda call: [_shown_key(each) for each in call.account.access_keys]
    ),
    change("post-object-storage-keys", f"POST {KEYS}", "object_storage", _create_key),
    view("get-object-storage-key", ONE_KEY, READ, lambda call: _shown_key(_key(call))),
    change("put-object-storage-key", f"PUT {ONE_KEY}", "object_storage", _update_key),
    change("delete-object-storage-key", f"DELETE {ONE_KEY}", "object_storage", _delete_key),
)
