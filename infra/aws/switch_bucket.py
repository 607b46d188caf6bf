"""The bucket of a control region in which Route 53's checkers read which site is active."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.policy import Statement, document
from infra.aws.topology import SWITCH, Topology

FORMER_KEPT_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class SwitchBucketArgs:
    """Names come from the topology: whoever reads or writes the switch must not depend on this region's resources."""

    topology: Topology
    aws_region: str
    protect_data: bool


class SwitchBucket(pulumi.ComponentResource):
    """Anybody may get what is below `switch/`, over HTTPS; nobody may list it, and ACLs mean nothing.

    The checkers have no credentials to call with, and what they read is no secret: DNS shows it to everybody. The
    objects are run time's (law 8); former versions stay for a month, to show what was written when.
    """

    def __init__(self, name: str, args: SwitchBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:SwitchBucket", name, {}, opts)
        bucket = self._bucket(name, args)
        self._owned(name, bucket)
        self._versioned(name, bucket)
        self._ageing(name, bucket)
        self._shown(name, bucket, self._opened(name, bucket), args)
        self.register_outputs({})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _bucket(self, name: str, args: SwitchBucketArgs) -> aws.s3.Bucket:
        return aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.topology.switch_bucket(args.aws_region),
            force_destroy=not args.protect_data,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )

    def _owned(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketOwnershipControls:
        rule = aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced")
        return aws.s3.BucketOwnershipControls(f"{name}-owner", bucket=bucket.bucket, rule=rule, opts=self._child())

    def _versioned(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketVersioning:
        enabled = aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled")
        return aws.s3.BucketVersioning(
            f"{name}-versions", bucket=bucket.bucket, versioning_configuration=enabled, opts=self._child()
        )

    def _ageing(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketLifecycleConfiguration:
        former = aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=FORMER_KEPT_DAYS
        )
        rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="former-versions",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            noncurrent_version_expiration=former,
        )
        return aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle", bucket=bucket.bucket, rules=[rule], opts=self._child()
        )

    def _opened(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketPublicAccessBlock:
        """Let the bucket's policy show what it names, and bar ACLs, which would show more.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html; where it is
        blocked for the whole account, S3 refuses the policy.
        """
        return aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            ignore_public_acls=True,
            block_public_policy=False,
            restrict_public_buckets=False,
            opts=self._child(),
        )

    def _shown(
        self, name: str, bucket: aws.s3.Bucket, opened: aws.s3.BucketPublicAccessBlock, args: SwitchBucketArgs
    ) -> aws.s3.BucketPolicy:
        arn = f"arn:aws:s3:::{args.topology.switch_bucket(args.aws_region)}"
        return aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=document([_show_switches(arn), _only_by_tls(arn)]),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[opened]),
        )


def _show_switches(bucket_arn: str) -> Statement:
    return Statement(
        sid="ShowSwitches", actions=("s3:GetObject",), resources=(f"{bucket_arn}/{SWITCH}/*",), everybody=True
    )


def _only_by_tls(bucket_arn: str) -> Statement:
    return Statement(
        sid="OnlyByTls",
        effect="Deny",
        actions=("s3:*",),
        resources=(bucket_arn, f"{bucket_arn}/*"),
        condition={"Bool": {"aws:SecureTransport": "false"}},
        everybody=True,
    )
