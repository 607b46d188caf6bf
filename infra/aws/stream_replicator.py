"""The replicator of one `streams` table in one direction: the function, and the mapping that feeds it the stream."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import AlarmArgs, Metric, alarm, errors_alarm, throttles_alarm
from infra.aws.losers_table import NOUN as LOSERS
from infra.aws.policy import Statement, leading_keys
from infra.aws.regional_function import FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.table_schema import EXPIRES, TableSchema
from infra.aws.topology import Topology

NOUN = "stream_replicator"
FUNCTION = "stream-replicator"
"""How its functions' names begin, before the table."""
BATCH = 500
LANES = 10  # the most that Lambda opens for a shard
LONGEST_SECONDS = 120
# As long as records can wait and still be kept: a stream forgets after 24 hours, the bucket does not. Until then a
# target that does not answer is waited for.
KEPT_WAITING_HOURS = 20
LARGEST_RETRIES = 10_000
LATE_MS = 10_000
LATE_MINUTES = 3
EXPIRING_HOURS = 18
HOUR_MS = 3_600_000
# What DynamoDB does in the name of whoever reads and writes a table under a key of theirs
# (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html). Only with one of their
# own: the account's key for DynamoDB lets in everybody who may use the table.
USE_OF_A_KEY = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
# Longer than a stream remembers: a write that is still on its way must meet the deletion that overtook it.
TOMBSTONE_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Sifting:
    """What of a stream does not start its function: an item with one of ``keys`` that the other site has stamped.

    Right only where everybody who writes these items stamps them: a write around that would leave the stamp as it is.
    """

    keys: tuple[str, ...]

    def patterns(self, partition_key: str, here: str) -> tuple[str, ...]:
        """Return filters, of which one must match: the own stamp, none, or another key.

        https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
        """
        wanted = (
            {"NewImage": _origin([here])},
            {"NewImage": _origin([{"exists": False}])},
            {"Keys": {partition_key: {"S": [{"anything-but": list(self.keys)}]}}},
        )
        return tuple(json.dumps({"dynamodb": one}, sort_keys=True) for one in wanted)


def _origin(rules: list[object]) -> dict[str, object]:
    """Return the place of an item's origin; ``_lifeboat`` and ``o`` are those of failover/replication/stamps.py."""
    return {"_lifeboat": {"M": {"o": {"S": rules}}}}


@dataclass(frozen=True, kw_only=True)
class StreamReplicatorArgs:
    """``table`` is the table's name in config, ``table_name`` in AWS; the topics are of the same region.

    A batch is gathered for ``window_seconds``.
    """

    topology: Topology
    aws_region: str
    table: str
    table_name: str
    schema: TableSchema
    stream_arn: pulumi.Input[str]
    dead_records_arn: pulumi.Input[str]
    environment: Mapping[str, str]
    alerts_arn: pulumi.Input[str]
    limits: FunctionLimits
    window_seconds: int = 0
    sifting: Sifting | None = None


class StreamReplicator(pulumi.ComponentResource):
    """Carries each change of the table in its region to the other region's. A lane keeps the order of each key.

    What cannot be carried over is kept by the function itself, alone; what has waited too long, by Lambda, in the same
    bucket.
    """

    def __init__(self, name: str, args: StreamReplicatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:StreamReplicator", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        function = RegionalFunction(f"{name}-carrier", _function(args), child)
        self._mapping(name, args, function)
        self._alarms(name, args, function, child)
        self.register_outputs({})

    def _mapping(
        self, name: str, args: StreamReplicatorArgs, function: RegionalFunction
    ) -> aws.lambda_.EventSourceMapping:
        return aws.lambda_.EventSourceMapping(
            f"{name}-stream",
            event_source_arn=args.stream_arn,
            function_name=function.name,
            starting_position="TRIM_HORIZON",
            batch_size=BATCH,
            maximum_batching_window_in_seconds=args.window_seconds,
            filter_criteria=_filters(args),
            parallelization_factor=LANES,
            bisect_batch_on_function_error=True,
            maximum_record_age_in_seconds=KEPT_WAITING_HOURS * 3600,
            maximum_retry_attempts=LARGEST_RETRIES,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=args.dead_records_arn
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alarms(
        self, name: str, args: StreamReplicatorArgs, function: RegionalFunction, child: pulumi.ResourceOptions
    ) -> None:
        named = args.topology.named
        who, longest = f"replicator of {args.table}", args.limits.timeout_seconds
        errors = errors_alarm(who, named(f"{args.table}-replicator-errors"), function.name, args.alerts_arn, longest)
        throttled = throttles_alarm(who, named(f"{args.table}-replicator-throttled"), function.name, args.alerts_arn)
        alarm(f"{name}-errors", errors, child)
        alarm(f"{name}-throttled", throttled, child)
        alarm(f"{name}-late", _late(args, function), child)
        alarm(f"{name}-expiring", _expiring(args, function), child)


def _filters(args: StreamReplicatorArgs) -> aws.lambda_.EventSourceMappingFilterCriteriaArgs | None:
    if args.sifting is None:
        return None
    here = "primary" if args.aws_region == args.topology.primary_region else "secondary"
    patterns = args.sifting.patterns(args.schema.partition_key.name, here)
    filters = [aws.lambda_.EventSourceMappingFilterCriteriaFilterArgs(pattern=one) for one in patterns]
    return aws.lambda_.EventSourceMappingFilterCriteriaArgs(filters=filters)


def _late(args: StreamReplicatorArgs, function: RegionalFunction) -> AlarmArgs:
    said = (
        f"Changes of {args.table} reach the other region late. `lifeboat status`; a failover now would list "
        "what has not arrived."
    )
    return _waiting(args, function, "replication-late", threshold_ms=LATE_MS, minutes=LATE_MINUTES, next_step=said)


def _expiring(args: StreamReplicatorArgs, function: RegionalFunction) -> AlarmArgs:
    """The other region has been away for so long that what was written here soon has to be kept apart.

    The stream of that region forgets by the same clock; away itself, it cannot tell anybody.
    """
    said = (
        f"Changes of {args.table} have waited for {EXPIRING_HOURS} hours; after {KEPT_WAITING_HOURS} they "
        "are put aside for `lifeboat redrive`; after 24 the region that is away has forgotten what it did not send. "
        "Bring it back before, or compare the tables then: `lifeboat divergence`, `lifeboat verify`."
    )
    waited_ms = EXPIRING_HOURS * HOUR_MS
    return _waiting(args, function, "replication-expiring", threshold_ms=waited_ms, minutes=1, next_step=said)


def _waiting(
    args: StreamReplicatorArgs,
    function: RegionalFunction,
    noun: str,
    *,
    threshold_ms: int,
    minutes: int,
    next_step: str,
) -> AlarmArgs:
    """Return an alarm on Lambda's own measure: it goes on growing while the function cannot run at all.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    dimensions = {"FunctionName": function.name}
    return AlarmArgs(
        alarm_name=args.topology.named(f"{args.table}-{noun}"),
        metric=Metric(namespace="AWS/Lambda", name="IteratorAge", dimensions=dimensions, statistic="Maximum"),
        breaches_when="at_least",
        threshold=threshold_ms,
        minutes=minutes,
        silence_breaches=False,
        topic_arn=args.alerts_arn,
        next_step=next_step,
    )


def _function(args: StreamReplicatorArgs) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        instance=args.table,
        environment={**args.environment, **_environment(args)},
        statements=(
            *replicator_statements(args.topology, args.aws_region, args.table_name),
            *key_statements(args.topology, args.schema),
        ),
        limits=args.limits,
        invoked_asynchronously=False,
    )


def _environment(args: StreamReplicatorArgs) -> dict[str, pulumi.Input[str]]:
    topology, schema = args.topology, args.schema
    return {
        "PRIMARY_REGION": topology.primary_region,
        "SECONDARY_REGION": topology.secondary_region,
        "PRIMARY_TABLE_NAME": args.table_name,
        "SECONDARY_TABLE_NAME": args.table_name,
        "PARTITION_KEY": schema.partition_key.name,
        "KEY_TYPES": json.dumps({key.name: key.type for key in schema.own_keys()}),
        "STREAM_ARN": args.stream_arn,
        "LANES": str(LANES),
        "TTL_ATTRIBUTE": schema.ttl_attribute or EXPIRES,
        "EXCLUDED_ATTRIBUTES": ",".join(schema.local_attributes),
        "EXPIRY": schema.expiry,
        "TOMBSTONE_SECONDS": str(TOMBSTONE_SECONDS),
        "LOSERS_TABLE": topology.named(LOSERS),
        "DEAD_LETTER_BUCKET": topology.dead_records_bucket(args.aws_region),
    }


def replicator_statements(topology: Topology, aws_region: str, table_name: str) -> tuple[Statement, ...]:
    """Return what a replicator may do: read its stream, stamp and mark its table, write the other one's."""
    own = topology.table_arn(aws_region, table_name)
    there = topology.table_arn(topology.other_data_region(aws_region), table_name)
    control = tuple(topology.table_arn(region, topology.control_table) for region in topology.control_regions)
    bucket = f"arn:aws:s3:::{topology.dead_records_bucket(aws_region)}"
    read = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams")
    stamp = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
    mark = ("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem")
    write = ("dynamodb:GetItem", "dynamodb:PutItem")
    losers = (topology.table_arn(aws_region, topology.named(LOSERS)),)
    return (
        # A stream's label is the time at which it was made.
        Statement(sid="ReadOwnStream", actions=read, resources=(f"{own}/stream/*",)),
        Statement(sid="StampOwnTable", actions=stamp, resources=(own,)),
        Statement(sid="MarkOwnTable", actions=mark, resources=(own,)),
        Statement(sid="WriteOtherTable", actions=write, resources=(there,)),
        Statement(
            sid="ReadTier", actions=("dynamodb:GetItem",), resources=control, condition=leading_keys("tier#data")
        ),
        Statement(sid="ListLosers", actions=("dynamodb:PutItem",), resources=losers),
        # Each record has a name of its own.
        Statement(sid="KeepDeadRecords", actions=("s3:PutObject",), resources=(f"{bucket}/*",)),
        Statement(sid="LetLambdaKeepThem", actions=("s3:ListBucket",), resources=(bucket,)),
    )


def key_statements(topology: Topology, schema: TableSchema) -> tuple[Statement, ...]:
    """Return what a table under a key of the operator's needs beside: its use in both regions, through DynamoDB."""
    if schema.encryption_key_id is None:
        return ()
    regions = topology.data_regions
    keys = tuple(topology.key_arn(region, schema.encryption_key_id) for region in regions)
    through = {"StringEquals": {"kms:ViaService": [f"dynamodb.{region}.amazonaws.com" for region in regions]}}
    return (Statement(sid="UseTablesKey", actions=USE_OF_A_KEY, resources=keys, condition=through),)
