"""The auditor of one region's `mrec` tables: the function, and for each table the mapping that shows it what lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import alarm, errors_alarm, throttles_alarm
from infra.aws.losers_table import NOUN as LOSERS
from infra.aws.policy import Statement
from infra.aws.regional_function import FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.stream_replicator import KEPT_WAITING_HOURS, LARGEST_RETRIES
from infra.aws.topology import Topology

NOUN = "divergence_auditor"
BATCH = 100
LONGEST_SECONDS = 60
ATTRIBUTE = "_lifeboat"  # as failover/replication/stamps.py says, which infra names by path only


@dataclass(frozen=True, kw_only=True)
class AuditedTable:
    """``name`` is the table's in AWS; ``stream_arn`` is its replica's of the region; the key's id is the operator's."""

    name: str
    stream_arn: pulumi.Input[str]
    encryption_key_id: str | None


@dataclass(frozen=True, kw_only=True)
class DivergenceAuditorArgs:
    """``tables`` are by their names in config; the topic and the bucket are of the same region."""

    topology: Topology
    aws_region: str
    tables: Mapping[str, AuditedTable]
    dead_records_arn: pulumi.Input[str]
    alerts_arn: pulumi.Input[str]
    limits: FunctionLimits


class DivergenceAuditor(pulumi.ComponentResource):
    """Lists what the tables' replication overruled of this region's writes; while one site writes, nothing.

    What it cannot read is kept by the function itself, alone; what has waited too long, by Lambda, in the same bucket.
    """

    def __init__(self, name: str, args: DivergenceAuditorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:DivergenceAuditor", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        function = RegionalFunction(f"{name}-lister", _function(args), child)
        for table in args.tables:
            self._mapping(f"{name}-{table}-stream", table, args, function)
        self._alarms(name, args, function, child)
        self.register_outputs({})

    def _mapping(
        self, name: str, table: str, args: DivergenceAuditorArgs, function: RegionalFunction
    ) -> aws.lambda_.EventSourceMapping:
        return aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=args.tables[table].stream_arn,
            function_name=function.name,
            starting_position="TRIM_HORIZON",
            batch_size=BATCH,
            bisect_batch_on_function_error=True,
            maximum_record_age_in_seconds=KEPT_WAITING_HOURS * 3600,
            maximum_retry_attempts=LARGEST_RETRIES,
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=aws.lambda_.EventSourceMappingFilterCriteriaArgs(
                filters=[aws.lambda_.EventSourceMappingFilterCriteriaFilterArgs(pattern=overwrites(*_sites(args)))]
            ),
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=args.dead_records_arn
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alarms(
        self, name: str, args: DivergenceAuditorArgs, function: RegionalFunction, child: pulumi.ResourceOptions
    ) -> None:
        named, longest = args.topology.named, args.limits.timeout_seconds
        errors = errors_alarm("auditor", named("auditor-errors"), function.name, args.alerts_arn, longest)
        throttled = throttles_alarm("auditor", named("auditor-throttled"), function.name, args.alerts_arn)
        alarm(f"{name}-errors", errors, child)
        alarm(f"{name}-throttled", throttled, child)


def overwrites(mine: str, others: str) -> str:
    """Return the filter for records in which a version of the one site stands where one of the other's was.

    Lambda polls a stream and drops what a filter does not let through for nothing
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html).
    """
    images = {"OldImage": mine, "NewImage": others}
    return json.dumps({"dynamodb": {image: {ATTRIBUTE: {"M": {"o": {"S": [site]}}}} for image, site in images.items()}})


def _sites(args: DivergenceAuditorArgs) -> tuple[str, str]:
    """Name the region's own site and the other one."""
    is_primary = args.aws_region == args.topology.primary_region
    return ("primary", "secondary") if is_primary else ("secondary", "primary")


def _function(args: DivergenceAuditorArgs) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment=_environment(args),
        statements=(
            *auditor_statements(args.topology, args.aws_region, tuple(one.name for one in args.tables.values())),
            *_key_statements(args),
        ),
        limits=args.limits,
        invoked_asynchronously=False,
    )


def _environment(args: DivergenceAuditorArgs) -> dict[str, str]:
    topology = args.topology
    return {
        "PRIMARY_REGION": topology.primary_region,
        "SECONDARY_REGION": topology.secondary_region,
        "LOSERS_TABLE": topology.named(LOSERS),
        "DEAD_LETTER_BUCKET": topology.dead_records_bucket(args.aws_region),
    }


def auditor_statements(topology: Topology, aws_region: str, tables: tuple[str, ...]) -> tuple[Statement, ...]:
    """Return what an auditor may do: read its streams, list what lost, keep what it cannot read. It writes no item."""
    bucket = f"arn:aws:s3:::{topology.dead_records_bucket(aws_region)}"
    read = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams")
    # A stream's label is the time at which it was made.
    streams = tuple(f"{topology.table_arn(aws_region, table)}/stream/*" for table in tables)
    losers = (topology.table_arn(aws_region, topology.named(LOSERS)),)
    return (
        Statement(sid="ReadOwnStreams", actions=read, resources=streams),
        Statement(sid="ListLosers", actions=("dynamodb:PutItem",), resources=losers),
        # Each record has a name of its own.
        Statement(sid="KeepDeadRecords", actions=("s3:PutObject",), resources=(f"{bucket}/*",)),
        Statement(sid="LetLambdaKeepThem", actions=("s3:ListBucket",), resources=(bucket,)),
    )


def _key_statements(args: DivergenceAuditorArgs) -> tuple[Statement, ...]:
    """Return what streams of tables under keys of the operator's need beside: to be read, through DynamoDB.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    ids = sorted({one.encryption_key_id for one in args.tables.values() if one.encryption_key_id})
    if not ids:
        return ()
    keys = tuple(args.topology.key_arn(args.aws_region, one) for one in ids)
    through = {"StringEquals": {"kms:ViaService": f"dynamodb.{args.aws_region}.amazonaws.com"}}
    return (Statement(sid="ReadTablesKeys", actions=("kms:Decrypt",), resources=keys, condition=through),)
