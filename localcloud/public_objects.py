"""What S3 shows to callers without credentials: what a bucket's own policy shows to everybody, and nothing else.

A call without a signature does not say its region here, where one address serves all: it is its bucket's.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from dataclasses import replace

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends

from localcloud import iam
from localcloud.access import Naming, UnknownOperation, accesses
from localcloud.iam import Access, PolicyError
from localcloud.request import Request
from localcloud.roles import Locks

EVERYBODY = "*"
# http here stands for https there: the embedded cloud has no certificates.
BY_TLS = {"aws:securetransport": ("true",)}
SIGNED_FOR_MOTO = "AWS4-HMAC-SHA256 Credential=internal.-.cloud.0/20000101/{region}/s3/aws4_request"


class PublicObjects:
    """Judges calls to S3 without credentials, in place of moto, which reads no conditions of a bucket's policy."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._naming = Naming(
            account=DEFAULT_ACCOUNT_ID, partition_key=lambda _region, _table: "", secret_arn=lambda _region, _secret: ""
        )
        setattr(FakeBucket, "get_permission", _neutral)  # noqa: B010 moto offers no other seam

    def placed(self, request: Request) -> Request:
        """Return an unsigned call as one to its bucket's region, which moto takes for signed once it is allowed."""
        bucket = self._bucket(request)
        if bucket is None:
            return request
        region = str(bucket.region_name)
        signed = {**request.environ, "HTTP_AUTHORIZATION": SIGNED_FOR_MOTO.format(region=region)}
        return replace(request, region=region, environ=signed)

    def refusal(self, request: Request) -> str | None:
        """Say why an outsider may not make this call, or None if everybody may or somebody signed it."""
        bucket = self._bucket(request)
        if bucket is None:
            return None
        try:
            needed = accesses(request, self._naming)
            shown = self._is_open(bucket) and all(self._shows(bucket, access) for access in needed)
        except (UnknownOperation, PolicyError) as error:
            return str(error)
        return None if shown else "Access Denied"

    def _bucket(self, request: Request) -> FakeBucket | None:
        """Return the bucket of a call without credentials; moto answers for one that does not exist."""
        if request.service != "s3" or not request.caller.is_anonymous:
            return None
        with self._locks.lock("s3"):
            try:
                return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(str(request.params.get("Bucket", "")))
            except MissingBucket:
                return None

    @staticmethod
    def _is_open(bucket: FakeBucket) -> bool:
        """Say whether the bucket's policy counts for everybody: by default it does not.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
        """
        block = bucket.public_access_block
        return block is not None and not _is_set(block.restrict_public_buckets)

    @staticmethod
    def _shows(bucket: FakeBucket, access: Access) -> bool:
        policy = (bucket.policy or b"").decode()
        about_all = [one for one in iam.parse(policy) if EVERYBODY in (one.principals or ())] if policy else []
        return iam.judge(about_all, replace(access, context=BY_TLS)) == "allowed"


def _neutral(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    return PermissionResult.NEUTRAL


def _is_set(value: object) -> bool:
    return str(value).lower() == "true"
