"""The table of one region that lists acknowledged writes which lost to one that did not know of them."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

NOUN = "losers"


@dataclass(frozen=True, kw_only=True)
class LosersTableArgs:
    """Its name is the same in both data regions."""

    table_name: str
    protect_data: bool


class LosersTable(pulumi.ComponentResource):
    """A plain table: each region keeps what its own replicator found, and needs no other for it."""

    def __init__(self, name: str, args: LosersTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:LosersTable", name, {}, opts)
        aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="S") for key in ("pk", "sk")],
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True),
            deletion_protection_enabled=args.protect_data,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )
        self.register_outputs({})
