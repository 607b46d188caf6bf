"""The one table that says who is active, who voted what and how far a plan got."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ControlTableArgs:
    """The component's region declares the table; the other two control regions hold its strong replicas."""

    table_name: str
    replica_aws_regions: tuple[str, ...]
    protect_data: bool


class ControlTable(pulumi.ComponentResource):
    """Three full replicas with multi-Region strong consistency: any two of them go on without the third.

    DynamoDB's own key encrypts it: with one of the account's, a failover would need KMS as well.
    MRSC takes no TTL, no local index and no transactions
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/multi-region-strong-consistency-gt.html).
    """

    def __init__(self, name: str, args: ControlTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:ControlTable", name, {}, opts)
        self._table(name, args)
        self.register_outputs({})

    def _table(self, name: str, args: ControlTableArgs) -> aws.dynamodb.Table:
        return aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="S") for key in ("pk", "sk")],
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            # The provider would try to switch off, at each update, the stream that it finds on a table with replicas
            # (https://github.com/hashicorp/terraform-provider-aws/issues/43625). Nothing of ours reads it.
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            deletion_protection_enabled=args.protect_data,
            replicas=[_replica(region, args) for region in args.replica_aws_regions],
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )


def _replica(aws_region: str, args: ControlTableArgs) -> aws.dynamodb.TableReplicaArgs:
    return aws.dynamodb.TableReplicaArgs(
        region_name=aws_region,
        consistency_mode="STRONG",
        deletion_protection_enabled=args.protect_data,
        point_in_time_recovery=True,
        propagate_tags=True,
    )
