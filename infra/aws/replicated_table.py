"""A table with its data in two regions, in one of three replication modes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.table_schema import EXPIRES, Index, Mode, TableSchema


@dataclass(frozen=True, kw_only=True)
class ReplicatedTableArgs:
    """``providers`` holds one provider for each data region."""

    table_name: str
    schema: TableSchema
    mode: Mode
    primary_aws_region: str
    secondary_aws_region: str
    witness_aws_region: str | None
    account_id: str
    protect_data: bool
    providers: Mapping[str, aws.Provider]


class ReplicatedTable(pulumi.ComponentResource):
    """One table name that answers in both data regions.

    ``mrec`` and ``mrsc`` are one resource in the primary region with a replica in the secondary; ``streams`` is two
    plain tables that a replicator keeps alike. Deleting or replacing is refused while ``protect_data`` holds.
    """

    stream_arns: dict[str, pulumi.Output[str]]
    """By region. In mode ``mrsc`` the primary's alone, which declares it."""

    def __init__(self, name: str, args: ReplicatedTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:ReplicatedTable", name, {}, opts)
        replicas = [] if args.mode == "streams" else [_replica(args)]
        primary = self._table(name, args, args.primary_aws_region, replicas)
        self.stream_arns = {args.primary_aws_region: primary.stream_arn}
        if args.mode == "streams":
            secondary = self._table(name, args, args.secondary_aws_region, [])
            self.stream_arns[args.secondary_aws_region] = secondary.stream_arn
        elif args.mode == "mrec":
            self.stream_arns[args.secondary_aws_region] = primary.replicas.apply(_stream_of_the_only_one)
        self.register_outputs({})

    def _table(
        self, name: str, args: ReplicatedTableArgs, aws_region: str, replicas: list[aws.dynamodb.TableReplicaArgs]
    ) -> aws.dynamodb.Table:
        schema = args.schema
        return aws.dynamodb.Table(
            f"{name}-aws-{aws_region}",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=schema.partition_key.name,
            range_key=schema.sort_key.name if schema.sort_key else None,
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=key, type=kind) for key, kind in schema.key_types().items()
            ],
            global_secondary_indexes=[_global_index(index) for index in schema.global_indexes] or None,
            local_secondary_indexes=[_local_index(index) for index in schema.local_indexes] or None,
            ttl=_ttl(_expires_by(args)),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=schema.point_in_time_recovery),
            server_side_encryption=_encryption(args, aws_region),
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            deletion_protection_enabled=args.protect_data,
            replicas=replicas or None,
            global_table_witness=_witness(args),
            opts=self._opts(args, aws_region),
        )

    def _opts(self, args: ReplicatedTableArgs, aws_region: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=args.providers[aws_region],
            protect=args.protect_data,
            retain_on_delete=args.protect_data,
        )


def _replica(args: ReplicatedTableArgs) -> aws.dynamodb.TableReplicaArgs:
    return aws.dynamodb.TableReplicaArgs(
        region_name=args.secondary_aws_region,
        consistency_mode="STRONG" if args.mode == "mrsc" else "EVENTUAL",
        deletion_protection_enabled=args.protect_data,
        kms_key_arn=_key_arn(args, args.secondary_aws_region),
        point_in_time_recovery=args.schema.point_in_time_recovery,
        propagate_tags=True,
    )


def _stream_of_the_only_one(replicas: Sequence[aws.dynamodb.outputs.TableReplica] | None) -> str:
    """Return the stream that DynamoDB gives each replica of its own, under a label that it makes up."""
    [replica] = replicas or ()
    return str(replica.stream_arn)


def _witness(args: ReplicatedTableArgs) -> aws.dynamodb.TableGlobalTableWitnessArgs | None:
    if args.witness_aws_region is None:
        return None
    return aws.dynamodb.TableGlobalTableWitnessArgs(region_name=args.witness_aws_region)


def _encryption(args: ReplicatedTableArgs, aws_region: str) -> aws.dynamodb.TableServerSideEncryptionArgs | None:
    if not args.schema.account_key:
        return None
    return aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=_key_arn(args, aws_region))


def _key_arn(args: ReplicatedTableArgs, aws_region: str) -> str | None:
    # Without an id the AWS-managed key of each region encrypts; a multi-Region key has one id everywhere.
    key_id = args.schema.encryption_key_id
    return f"arn:aws:kms:{aws_region}:{args.account_id}:key/{key_id}" if key_id else None


def _expires_by(args: ReplicatedTableArgs) -> str | None:
    # Deletions leave tombstones where items carry versions, which expire like anything else.
    return args.schema.ttl_attribute or (EXPIRES if args.schema.versioned(args.mode) else None)


def _ttl(attribute: str | None) -> aws.dynamodb.TableTtlArgs | None:
    return aws.dynamodb.TableTtlArgs(attribute_name=attribute, enabled=True) if attribute else None


def _global_index(index: Index) -> aws.dynamodb.TableGlobalSecondaryIndexArgs:
    keys = ((index.partition_key, "HASH"), (index.sort_key, "RANGE"))
    return aws.dynamodb.TableGlobalSecondaryIndexArgs(
        name=index.name,
        key_schemas=[
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=key.name, key_type=role)
            for key, role in keys
            if key
        ],
        projection_type=index.projection,
        non_key_attributes=list(index.included) or None,
    )


def _local_index(index: Index) -> aws.dynamodb.TableLocalSecondaryIndexArgs:
    if index.sort_key is None:
        raise TypeError(f"local index {index.name} has no sort key")
    return aws.dynamodb.TableLocalSecondaryIndexArgs(
        name=index.name,
        range_key=index.sort_key.name,
        projection_type=index.projection,
        non_key_attributes=list(index.included) or None,
    )
