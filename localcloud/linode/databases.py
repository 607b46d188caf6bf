"""What Managed Databases there can be, and how one is read and shown.

https://techdocs.akamai.com/linode-api/reference/post-databases-postgre-sql-instances
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_network

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.catalogue import TYPES
from localcloud.linode.entities.database import Database, MaintenanceWindow, PrivateNetwork
from localcloud.linode.json_values import Json, Object
from localcloud.linode.refusals import invalid

CLUSTER_SIZES = (1, 2, 3)
DOMAIN = "g2a.akamaidb.net"
FREQUENCIES = ("weekly",)


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A database engine: its versions, the newest last, and the settings that its clusters take."""

    name: str
    versions: tuple[str, ...]
    port: int
    user: str
    settings: Mapping[str, frozenset[str]]


POSTGRESQL_SETTINGS = """
autovacuum_analyze_scale_factor autovacuum_analyze_threshold autovacuum_max_workers autovacuum_naptime
autovacuum_vacuum_cost_delay autovacuum_vacuum_cost_limit autovacuum_vacuum_scale_factor
autovacuum_vacuum_threshold bgwriter_delay bgwriter_flush_after bgwriter_lru_maxpages
bgwriter_lru_multiplier deadlock_timeout default_toast_compression idle_in_transaction_session_timeout jit
max_files_per_process max_locks_per_transaction max_logical_replication_workers max_parallel_workers
max_parallel_workers_per_gather max_pred_locks_per_transaction max_replication_slots max_slot_wal_keep_size
max_stack_depth max_standby_archive_delay max_standby_streaming_delay max_wal_senders max_worker_processes
password_encryption temp_file_limit timezone track_activity_query_size track_commit_timestamp
track_functions track_io_timing wal_sender_timeout wal_writer_delay
"""
MYSQL_SETTINGS = """
connect_timeout default_time_zone group_concat_max_len information_schema_stats_expiry
innodb_change_buffer_max_size innodb_flush_neighbors innodb_ft_min_token_size
innodb_ft_server_stopword_table innodb_lock_wait_timeout innodb_log_buffer_size
innodb_online_alter_log_max_size innodb_read_io_threads innodb_rollback_on_timeout
innodb_thread_concurrency innodb_write_io_threads interactive_timeout internal_tmp_mem_storage_engine
max_allowed_packet max_heap_table_size net_buffer_length net_read_timeout net_write_timeout
sort_buffer_size sql_mode sql_require_primary_key tmp_table_size wait_timeout
"""
POSTGRESQL = Engine(
    name="postgresql",
    versions=("14", "15", "16", "17"),
    port=15432,
    user="akmadmin",
    settings={
        "": frozenset(("pg_stat_monitor_enable", "shared_buffers_percentage", "work_mem")),
        "pglookout": frozenset(("max_failover_replication_time_lag",)),
        "pg": frozenset(POSTGRESQL_SETTINGS.split()),
    },
)
MYSQL = Engine(
    name="mysql",
    versions=("8",),
    port=13306,
    user="akmadmin",
    settings={
        "": frozenset(("binlog_retention_period",)),
        "mysql": frozenset(MYSQL_SETTINGS.split()),
    },
)
ENGINES = {engine.name: engine for engine in (MYSQL, POSTGRESQL)}


def read_version(engine: Engine, body: Body) -> str:
    """Read which version is wanted: ``postgresql/16``.

    Raises:
        Refused: the engine has none such (400).
    """
    name, _, version = body.needed("engine").partition("/")
    if name != engine.name or version not in engine.versions:
        raise invalid(
            f"engine must be one of {', '.join(f'{engine.name}/{each}' for each in engine.versions)}", "engine"
        )
    return version


def read_network(account: Account, body: Body, region: str) -> PrivateNetwork | None:
    """Read the subnet that a database is to be reached in.

    Raises:
        Refused: there is none such in the region (400).
    """
    if "private_network" not in body:
        return None
    sent = body.part("private_network")
    vpc, subnet = account.vpcs.get(sent.needed_integer("vpc_id")), account.subnets.get(sent.needed_integer("subnet_id"))
    if vpc is None or subnet is None or subnet.vpc_id != vpc.id or vpc.region != region:
        raise invalid(f"The subnet is not of a VPC in {region}", "private_network.subnet_id")
    return PrivateNetwork(vpc_id=vpc.id, subnet_id=subnet.id, public_access=sent.flag("public_access"))


def read_allow_list(body: Body, former: tuple[str, ...]) -> tuple[str, ...]:
    """Read who may connect: addresses and networks.

    Raises:
        Refused: one of them is neither (400).
    """
    for text in body.texts("allow_list", former):
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise invalid("Must be addresses or networks in CIDR form", "allow_list") from None
    return body.texts("allow_list", former)


def read_settings(engine: Engine, body: Body, former: Mapping[str, Json]) -> Mapping[str, Json]:
    """Read settings of the engine; those that are sent replace the former ones.

    Raises:
        Refused: one that the engine does not have (400).
    """
    sent = body.part("engine_config").values()
    for name, value in sent.items():
        known = engine.settings.get(name, engine.settings[""])
        for each in value if isinstance(value, Mapping) else [name]:
            if each not in known:
                raise invalid(f"{each} is no setting of {engine.name}", "engine_config")
    return {**former, **sent}


def read_window(body: Body, former: MaintenanceWindow) -> MaintenanceWindow:
    """Read when a database may be patched.

    Raises:
        Refused: no such day, hour or frequency (400).
    """
    sent = body.part("updates")
    return MaintenanceWindow(
        day_of_week=sent.integer("day_of_week", former.day_of_week, least=1, most=7),
        duration=sent.integer("duration", former.duration, least=1, most=24),
        frequency=sent.choice("frequency", FREQUENCIES, former.frequency),
        hour_of_day=sent.integer("hour_of_day", former.hour_of_day, most=23),
    )


def shown_database(database: Database) -> Object:
    """Show a database as its own page does: without what one logs in with."""
    engine, plan = ENGINES[database.engine], TYPES[database.type]
    hidden = ("username", "password", "window", "fork", "private_network")
    shown: dict[str, Json] = {name: value for name, value in vars(database).items() if name not in hidden}
    pools: Object = {"connection_pool_port": None} if engine is POSTGRESQL else {}
    return {
        **shown,
        **pools,
        "encrypted": True,
        "fork": asdict(database.fork) if database.fork else None,
        "hosts": _hosts(database, engine),
        "members": _members(database),
        "oldest_restore_time": database.created,
        "platform": "rdbms-default",
        "port": engine.port,
        "private_network": asdict(database.private_network) if database.private_network else None,
        "ssl_connection": True,
        "total_disk_size_gb": plan.disk // 1024,
        "used_disk_size_gb": 0,
        "updates": {**asdict(database.window), "pending": []},
    }


def _hosts(database: Database, engine: Engine) -> Object:
    """Name a database's hosts; of a single node there is no standby."""
    name = f"a{database.id}-akamai-prod-{database.id}-default"
    hosts = {
        "primary": f"{name}.{DOMAIN}",
        "standby": f"replica-{name}.{DOMAIN}" if database.cluster_size > 1 else None,
    }
    public = database.private_network is None or database.private_network.public_access
    endpoints: list[Json] = [
        {"role": role, "address": address, "port": engine.port, "public_access": public}
        for role, address in hosts.items()
        if address
    ]
    return {**hosts, "endpoints": endpoints}


def _members(database: Database) -> Object:
    """Tell the nodes' roles by addresses of a range for documentation (RFC 5737)."""
    roles = ("primary", "failover", "failover")[: database.cluster_size]
    return {f"203.0.113.{database.id % 80 * 3 + number}": role for number, role in enumerate(roles)}
