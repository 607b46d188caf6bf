"""Buckets and what is set of them by resources of their own."""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created, Creation, Creator, api, capitalised

EVERYWHERE = "us-east-1"
PUBLIC = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
LONGEST_NAME = 63


def bucket(creation: Creation) -> Created:
    """Create a bucket; ``forceDestroy`` matters to what destroys it only."""
    name = creation.text("bucket") or creation.name.lower()[-LONGEST_NAME:]
    creation.inputs.get("forceDestroy")
    where = None if creation.region == EVERYWHERE else {"LocationConstraint": creation.region}
    creation.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
    return name, {
        "bucket": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucketRegion": creation.region,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{creation.region}.amazonaws.com",
    }


def versioning(creation: Creation) -> Created:
    """Keep former versions of objects."""
    configuration = api(dict(creation.block("versioningConfiguration")))
    return _set(creation, "put_bucket_versioning", VersioningConfiguration=configuration)


def public_access_block(creation: Creation) -> Created:
    """Bar the public, whatever policies say."""
    blocked = {capitalised(name): bool(creation.inputs.get(name)) for name in PUBLIC}
    return _set(creation, "put_public_access_block", PublicAccessBlockConfiguration=blocked)


def encryption(creation: Creation) -> Created:
    """Encrypt what is put."""
    rules = [_encryption_rule(rule) for rule in creation.blocks("rules")]
    return _set(creation, "put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": rules})


def _encryption_rule(rule: Mapping[str, Value]) -> dict[str, object]:
    given = rule.get("applyServerSideEncryptionByDefault")
    default = given if isinstance(given, dict) else {}
    key = {"KMSMasterKeyID": default["kmsMasterKeyId"]} if default.get("kmsMasterKeyId") else {}
    enabled = {"BucketKeyEnabled": rule["bucketKeyEnabled"]} if rule.get("bucketKeyEnabled") is not None else {}
    return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": default["sseAlgorithm"], **key}, **enabled}


def lifecycle(creation: Creation) -> Created:
    """Say when objects go; here they stay, as moto does nothing by time."""
    rules = [_lifecycle_rule(rule) for rule in creation.blocks("rules")]
    return _set(creation, "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})


def _lifecycle_rule(rule: Mapping[str, Value]) -> object:
    """Spell a rule as the API does: one without a filter is about every object, and its id is upper case."""
    named = {"ID": rule["id"], "Status": rule["status"], "Filter": api(rule.get("filter") or {"prefix": ""})}
    rest = {name: value for name, value in rule.items() if name not in ("id", "status", "filter")}
    spelled = api(rest)
    return {**named, **(spelled if isinstance(spelled, dict) else {})}


def ownership(creation: Creation) -> Created:
    """Say who owns objects that others put."""
    rules = [api(dict(creation.block("rule")))]
    return _set(creation, "put_bucket_ownership_controls", OwnershipControls={"Rules": rules})


def policy(creation: Creation) -> Created:
    """Set who may use a bucket."""
    return _set(creation, "put_bucket_policy", Policy=creation.text("policy"))


def notification(creation: Creation) -> Created:
    """Tell queues and topics of what happens in a bucket."""
    configuration = {
        "QueueConfigurations": [{"QueueArn": told["queueArn"], **_told(told)} for told in creation.blocks("queues")],
        "TopicConfigurations": [{"TopicArn": told["topicArn"], **_told(told)} for told in creation.blocks("topics")],
    }
    return _set(creation, "put_bucket_notification_configuration", NotificationConfiguration=configuration)


def _told(told: Mapping[str, Value]) -> dict[str, object]:
    given = {"prefix": told.get("filterPrefix"), "suffix": told.get("filterSuffix")}
    rules = [{"Name": name, "Value": value} for name, value in given.items() if value]
    return {
        "Events": told["events"],
        **({"Id": told["id"]} if told.get("id") else {}),
        **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
    }


def _set(creation: Creation, operation: str, **setting: object) -> Created:
    name = creation.text("bucket")
    creation.call("s3", operation, Bucket=name, **setting)
    return name, {}


CREATORS: Mapping[str, Creator] = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketVersioning:BucketVersioning": versioning,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": public_access_block,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownership,
    "aws:s3/bucketPolicy:BucketPolicy": policy,
    "aws:s3/bucketNotification:BucketNotification": notification,
}
