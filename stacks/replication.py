"""What goes with tables whose items carry versions: replicators in mode `streams`, auditors in mode `mrec`.

Both are in each data region, which keeps a list of what lost, and the records that nobody can handle.
"""

import pulumi

from infra.aws.dead_records import DeadRecords, DeadRecordsArgs
from infra.aws.divergence_auditor import LONGEST_SECONDS as AUDITOR_SECONDS
from infra.aws.divergence_auditor import AuditedTable, DivergenceAuditor, DivergenceAuditorArgs
from infra.aws.losers_table import NOUN as LOSERS
from infra.aws.losers_table import LosersTable, LosersTableArgs
from infra.aws.regional_function import FunctionLimits
from infra.aws.stream_replicator import (
    LONGEST_SECONDS,
    TOMBSTONE_SECONDS,
    Sifting,
    StreamReplicator,
    StreamReplicatorArgs,
)
from infra.aws.table_schema import EXPIRES
from stacks.data import DataOutputs, schemas
from stacks.providers import Providers, within
from stacks.settings import ONE_PROCESSOR_MB, Settings
from stacks.topology import topology_of
from stacks.watching import Alerts

CANARY = "canary"
# A canary is to be no sooner at the other site than an item that was written around the client a moment before, which
# goes through the stream twice; and one that is on its way when its region is lost shows later that the region's stream
# was read to its end (failover/replication/completeness.py).
CANARY_WINDOW_SECONDS = 1
# One small item a run: it waits for the other region, not for a processor. With less, a cold start takes seconds.
CANARY_MEMORY_MB = 512

ReplicationOutputs = dict[str, dict[str, object]]
"""What whoever compares or mends a table must know of its versions, by the table's name in config."""


def build_replication(
    settings: Settings, providers: Providers, data: DataOutputs, alerts: Alerts
) -> ReplicationOutputs:
    """Declare replicators or auditors, where the tables need any."""
    if settings.data.mode == "mrsc":
        return {}
    for aws_region in settings.data.regions:
        _data_region(aws_region, settings, data, alerts[aws_region], providers)
    losers = topology_of(settings).named(LOSERS)
    versioned = {name: settings.data.tables[name] for name in settings.data.versioned_tables}
    return {
        name: {
            "ttlAttribute": table.ttl_attribute or EXPIRES,
            "excluded": list(table.local_attributes),
            "tombstoneSeconds": TOMBSTONE_SECONDS,
            "losersTable": losers,
        }
        for name, table in versioned.items()
    }


def _data_region(
    aws_region: str, settings: Settings, data: DataOutputs, alerts_arn: pulumi.Input[str], providers: Providers
) -> None:
    topology, opts = topology_of(settings), within(providers.aws[aws_region])
    losers = LosersTableArgs(table_name=topology.named(LOSERS), protect_data=settings.protect_data)
    LosersTable(f"losers-aws-{aws_region}", losers, opts)
    dead = DeadRecords(
        f"dead-records-aws-{aws_region}",
        DeadRecordsArgs(
            topology=topology, aws_region=aws_region, alerts_arn=alerts_arn, protect_data=settings.protect_data
        ),
        opts,
    )
    if settings.data.mode == "mrec":
        DivergenceAuditor(f"auditor-aws-{aws_region}", _auditor(aws_region, settings, data, dead, alerts_arn), opts)
        return
    for table in data.tables:
        args = _replicator(aws_region, table, settings, data, dead, alerts_arn)
        StreamReplicator(f"{table}-replicator-aws-{aws_region}", args, opts)


def _replicator(
    aws_region: str,
    table: str,
    settings: Settings,
    data: DataOutputs,
    dead: DeadRecords,
    alerts_arn: pulumi.Input[str],
) -> StreamReplicatorArgs:
    topology = topology_of(settings)
    return StreamReplicatorArgs(
        topology=topology,
        aws_region=aws_region,
        table=table,
        table_name=topology.named(table),
        schema=schemas(settings)[table],
        stream_arn=data.tables[table].stream_arns[aws_region],
        dead_records_arn=dead.bucket_arn,
        environment={
            "STACK": settings.stack,
            "CONTROL_TABLE": topology.control_table,
            "CONTROL_REGIONS": ",".join(settings.control.regions),
        },
        alerts_arn=alerts_arn,
        limits=FunctionLimits(
            timeout_seconds=LONGEST_SECONDS,
            memory_mb=CANARY_MEMORY_MB if table == CANARY else ONE_PROCESSOR_MB,
            log_retention_days=settings.functions.log_retention_days,
        ),
        window_seconds=CANARY_WINDOW_SECONDS if table == CANARY else 0,
        sifting=_observers_canaries(settings) if table == CANARY else None,
    )


def _observers_canaries(settings: Settings) -> Sifting:
    """Observers stamp what they write, here and there (lambdas/health_checker/post.py)."""
    item_key = settings.health_check.item_key
    return Sifting(keys=tuple(f"{item_key}#{region}" for region in settings.control.regions))


def _auditor(
    aws_region: str, settings: Settings, data: DataOutputs, dead: DeadRecords, alerts_arn: pulumi.Input[str]
) -> DivergenceAuditorArgs:
    topology = topology_of(settings)
    audited = {name: schema for name, schema in schemas(settings).items() if schema.versioned(settings.data.mode)}
    return DivergenceAuditorArgs(
        topology=topology,
        aws_region=aws_region,
        tables={
            name: AuditedTable(
                name=topology.named(name),
                stream_arn=data.tables[name].stream_arns[aws_region],
                encryption_key_id=schema.encryption_key_id,
            )
            for name, schema in audited.items()
        },
        dead_records_arn=dead.bucket_arn,
        alerts_arn=alerts_arn,
        limits=FunctionLimits(
            timeout_seconds=AUDITOR_SECONDS,
            memory_mb=settings.functions.memory_mb,
            log_retention_days=settings.functions.log_retention_days,
        ),
    )
