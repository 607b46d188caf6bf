"""A table that every control region has whole and that is never behind: what control rows and the inbox are kept in."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class StrongTableArgs:
    """The component's region declares the table; the other control regions hold its strong replicas."""

    table_name: str
    replica_aws_regions: tuple[str, ...]
    protect_data: bool


def strong_table(
    name: str, keys: tuple[str, str], args: StrongTableArgs, parent: pulumi.Resource, *, account_key: bool
) -> aws.dynamodb.Table:
    """Declare the table with its partition and sort key, both texts.

    Without ``account_key`` DynamoDB's own key encrypts it. MRSC takes no TTL, no local index and no transactions
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/multi-region-strong-consistency-gt.html).
    """
    return aws.dynamodb.Table(
        f"{name}-table",
        name=args.table_name,
        billing_mode="PAY_PER_REQUEST",
        hash_key=keys[0],
        range_key=keys[1],
        attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="S") for key in keys],
        point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
        server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True) if account_key else None,
        # The provider would try to switch off, at each update, the stream that it finds on a table with replicas
        # (https://github.com/hashicorp/terraform-provider-aws/issues/43625). Nothing of ours reads it.
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        deletion_protection_enabled=args.protect_data,
        replicas=[_replica(region, args) for region in args.replica_aws_regions],
        opts=pulumi.ResourceOptions(parent=parent, protect=args.protect_data, retain_on_delete=args.protect_data),
    )


def _replica(aws_region: str, args: StrongTableArgs) -> aws.dynamodb.TableReplicaArgs:
    return aws.dynamodb.TableReplicaArgs(
        region_name=aws_region,
        consistency_mode="STRONG",
        deletion_protection_enabled=args.protect_data,
        point_in_time_recovery=True,
        propagate_tags=True,
    )
