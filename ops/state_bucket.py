"""A bucket for state: versioned, encrypted with the state's key, closed to the public and to plain HTTP."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ops.state_place import Answer, Call, found
from ops.state_step import Step, holds

# The one region whose name create_bucket refuses (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html).
UNNAMED = "us-east-1"
CLOSED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One property of a bucket: the two operations on it, what it is given, what of the answer must hold what."""

    operation: str
    parameters: Mapping[str, object]
    read: Callable[[Answer], object]
    wanted: object


@dataclass(frozen=True, kw_only=True)
class StateBucket:
    """``key_arn`` returns the key of the bucket's region, or nothing while there is none."""

    name: str
    region: str
    account_id: str
    key_arn: Callable[[], str | None]
    call: Call

    def steps(self) -> Iterator[Step]:
        """Yield what makes the bucket and all its properties; what is secret about it comes before any object does."""
        yield Step(name=f"bucket {self.name}", is_made=self._is_there, make=self._create)
        yield self._step("closed to the public", self._closed)
        yield self._step("owned by the account alone", self._owned)
        yield self._step("versioned", self._versioned)
        yield self._step("encrypted with the state's key", self._encrypted)
        yield self._step("TLS only", self._by_tls)

    def _step(self, name: str, setting: Callable[[], Setting]) -> Step:
        def is_made() -> bool:
            one = setting()
            told = found(self.call, "s3", self.region, f"get_{one.operation}", **self._own())
            return told is not None and holds(one.read(told), one.wanted)

        def make() -> None:
            one = setting()
            self.call("s3", self.region, f"put_{one.operation}", **self._own(), **one.parameters)

        return Step(name=f"{self.name}: {name}", is_made=is_made, make=make)

    def _own(self) -> dict[str, object]:
        # A bucket that somebody else has got hold of is refused: the name is everybody's to take.
        return {"Bucket": self.name, "ExpectedBucketOwner": self.account_id}

    def _is_there(self) -> bool:
        return found(self.call, "s3", self.region, "head_bucket", **self._own()) is not None

    def _create(self) -> None:
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.call("s3", self.region, "create_bucket", Bucket=self.name, **({} if self.region == UNNAMED else elsewhere))

    def _closed(self) -> Setting:
        return _setting("public_access_block", "PublicAccessBlockConfiguration", CLOSED)

    def _owned(self) -> Setting:
        rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        return _setting("bucket_ownership_controls", "OwnershipControls", rules)

    def _versioned(self) -> Setting:
        wanted = {"Status": "Enabled"}
        return Setting(
            operation="bucket_versioning",
            parameters={"VersioningConfiguration": wanted},
            read=lambda told: {"Status": told.get("Status")},
            wanted=wanted,
        )

    def _encrypted(self) -> Setting:
        by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key_arn()}
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_key, "BucketKeyEnabled": True}]}
        return _setting("bucket_encryption", "ServerSideEncryptionConfiguration", rules)

    def _by_tls(self) -> Setting:
        arn = f"arn:aws:s3:::{self.name}"
        refused = {
            "Sid": "RefusePlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        wanted = {"Version": "2012-10-17", "Statement": [refused]}
        return Setting(
            operation="bucket_policy",
            parameters={"Policy": json.dumps(wanted)},
            read=lambda told: json.loads(told["Policy"]),
            wanted=wanted,
        )


def _setting(operation: str, field: str, wanted: object) -> Setting:
    """Return a setting that is read under the name that it is written under."""
    return Setting(operation=operation, parameters={field: wanted}, read=lambda told: told[field], wanted=wanted)
