"""Buckets and their policies."""

import json
from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator

HOME = "us-east-1"


def bucket(creation: Creation) -> Created:
    """Create a bucket; in us-east-1 the API refuses to be told the region."""
    name = creation.text("bucket") or creation.registration.name
    elsewhere = {"LocationConstraint": creation.region} if creation.region != HOME else None
    creation.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=elsewhere)
    return name, {"bucket": name, "arn": f"arn:aws:s3:::{name}", "bucketRegion": creation.region}


def bucket_policy(creation: Creation) -> Created:
    """Set who may read a bucket."""
    name, policy = creation.text("bucket"), creation.inputs["policy"]
    document = policy if isinstance(policy, str) else json.dumps(policy)
    creation.call("s3", "put_bucket_policy", Bucket=name, Policy=document)
    return name, {}


CREATORS: Mapping[str, Creator] = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketPolicy:BucketPolicy": bucket_policy,
}
