"""The table of webhooks that the application took and has not applied yet; it outlives either site's database."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

KEYS = ("box", "event")


@dataclass(frozen=True, kw_only=True)
class InboxTableArgs:
    """The component's region declares the table; the other control regions hold its strong replicas."""

    table_name: str
    replica_aws_regions: tuple[str, ...]
    protect_data: bool


class InboxTable(pulumi.ComponentResource):
    """Three full replicas with multi-Region strong consistency: an event that one took is there for whoever asks next.

    Both Linode sites write it, each in the regions nearest to it, and no failover of the data tier concerns it. MRSC
    takes no TTL: the application removes what is old
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/multi-region-strong-consistency-gt.html).
    """

    def __init__(self, name: str, args: InboxTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:InboxTable", name, {}, opts)
        self._table(name, args)
        self.register_outputs({})

    def _table(self, name: str, args: InboxTableArgs) -> aws.dynamodb.Table:
        return aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=KEYS[0],
            range_key=KEYS[1],
            attributes=[aws.dynamodb.TableAttributeArgs(name=key, type="S") for key in KEYS],
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True),
            # As in infra/aws/control_table.py: the provider cannot leave the stream of a table with replicas alone.
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            deletion_protection_enabled=args.protect_data,
            replicas=[_replica(region, args) for region in args.replica_aws_regions],
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect_data, retain_on_delete=args.protect_data),
        )


def _replica(aws_region: str, args: InboxTableArgs) -> aws.dynamodb.TableReplicaArgs:
    return aws.dynamodb.TableReplicaArgs(
        region_name=aws_region,
        consistency_mode="STRONG",
        deletion_protection_enabled=args.protect_data,
        point_in_time_recovery=True,
        propagate_tags=True,
    )
