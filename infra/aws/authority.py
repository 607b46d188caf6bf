"""The key of one root of the internal certificate authority, and its replicas in the other control regions.

A multi-Region key: every control region signs with the same one and needs none of the others to do so. The private half
never leaves KMS. Such keys do not rotate by themselves
(https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html): another label is another key. The certificate
of the root, and whether it signs, are run time's.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# The longest that KMS offers: until it is over, a deletion is taken back by `aws kms cancel-key-deletion`
# (https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html).
DELETION_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class AuthorityKeyArgs:
    """``label`` is the root's name for people."""

    stack: str
    label: str

    @property
    def description(self) -> str:
        """Return what people read in KMS."""
        return f"Signs certificates of the nodes of Lifeboat {self.stack} as root {self.label}."


class AuthorityKey(pulumi.ComponentResource):
    """The primary key, in the home control region."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: AuthorityKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:AuthorityKey", name, {}, opts)
        self.arn = self._key(name, args).arn
        self.register_outputs({"arn": self.arn})

    def _key(self, name: str, args: AuthorityKeyArgs) -> aws.kms.Key:
        return aws.kms.Key(
            f"{name}-key",
            description=args.description,
            customer_master_key_spec="ECC_NIST_P256",
            key_usage="SIGN_VERIFY",
            multi_region=True,
            deletion_window_in_days=DELETION_DAYS,
            opts=pulumi.ResourceOptions(parent=self),
        )


@dataclass(frozen=True, kw_only=True)
class AuthorityReplicaArgs:
    """``primary_arn`` is the key's ARN in the home control region: a replica can only be made of it."""

    key: AuthorityKeyArgs
    primary_arn: pulumi.Input[str]


class AuthorityReplica(pulumi.ComponentResource):
    """The same key in another control region."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: AuthorityReplicaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:AuthorityReplica", name, {}, opts)
        self.arn = self._replica(name, args).arn
        self.register_outputs({"arn": self.arn})

    def _replica(self, name: str, args: AuthorityReplicaArgs) -> aws.kms.ReplicaKey:
        return aws.kms.ReplicaKey(
            f"{name}-key",
            primary_key_arn=args.primary_arn,
            description=args.key.description,
            deletion_window_in_days=DELETION_DAYS,
            opts=pulumi.ResourceOptions(parent=self),
        )
