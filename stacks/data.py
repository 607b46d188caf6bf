"""The data tier: the application's tables and the canary that stands for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.aws.replicated_table import ReplicatedTable, ReplicatedTableArgs
from infra.aws.table_schema import Key, TableSchema
from stacks.providers import Providers
from stacks.settings import Settings
from stacks.topology import topology_of

# Probes write and read the canary all the time: a backup of a counter restores nothing, a key of its own hides nothing.
CANARY = TableSchema(partition_key=Key(name="id"), point_in_time_recovery=False, account_key=False)


@dataclass(frozen=True, kw_only=True)
class DataOutputs:
    """Physical names: the application's tables by their names in config, and the canary's. ``tables`` has them all."""

    application_tables: dict[str, str]
    canary_table: str
    tables: Mapping[str, ReplicatedTable]


def build_data(settings: Settings, providers: Providers) -> DataOutputs:
    """Declare every application table, and the canary table in the same mode."""
    topology = topology_of(settings)
    tables = {
        name: ReplicatedTable(name, _args(topology.named(name), schema, settings, providers))
        for name, schema in schemas(settings).items()
    }
    return DataOutputs(
        application_tables={name: topology.named(name) for name in settings.data.tables},
        canary_table=topology.canary_table,
        tables=tables,
    )


def schemas(settings: Settings) -> Mapping[str, TableSchema]:
    """Return what each table holds, the canary's among them."""
    return {**settings.data.tables, "canary": CANARY}


def _args(table_name: str, schema: TableSchema, settings: Settings, providers: Providers) -> ReplicatedTableArgs:
    data = settings.data
    return ReplicatedTableArgs(
        table_name=table_name,
        schema=schema,
        mode=data.mode,
        primary_aws_region=data.primary_region,
        secondary_aws_region=data.secondary_region,
        witness_aws_region=data.witness_region,
        account_id=settings.account_id,
        protect_data=settings.protect_data,
        providers=providers.aws,
    )
