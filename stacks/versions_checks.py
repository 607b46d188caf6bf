"""What tables whose items carry versions ask of names: those that are made up must fit, and some are reserved."""

from collections.abc import Iterator

from infra.aws.dead_records import NOUN as DEAD_RECORDS
from infra.aws.stream_replicator import FUNCTION
from infra.aws.table_schema import Index, TableSchema
from stacks.config_error import IN_THE_FILE, ConfigError
from stacks.data_settings import KEY, DataSettings

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
LONGEST_FUNCTION_NAME = 64
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
LONGEST_BUCKET_NAME = 63
# Of the attributes that versions and tombstones add to an item (failover/replication/stamps.py).
OURS = "_lifeboat"


def check_versions(stack: str, account_id: str, data: DataSettings) -> None:
    """Refuse what could be declared and not deployed, or deployed and not replicated or listed.

    Raises:
        ConfigError: a function's or bucket's name is too long, or an attribute's name is taken or holds a comma.
    """
    if data.mode == "mrsc":
        return
    _check_buckets(stack, account_id, data)
    for name in data.versioned_tables:
        table = data.tables[name]
        if data.mode == "streams":
            _check_function(stack, name)
        for key, attribute in _attributes(table):
            _check_attribute(f"{KEY}.tables.{name}.{key}", attribute)


def _check_buckets(stack: str, account_id: str, data: DataSettings) -> None:
    for region in data.regions:
        bucket = f"lifeboat-{stack}-{DEAD_RECORDS}-{account_id}-{region}"
        if len(bucket) > LONGEST_BUCKET_NAME:
            most = LONGEST_BUCKET_NAME - len(bucket) + len(stack)
            fits = f"with tables in mode {data.mode} in {region} it has at most {most} characters"
            allowed = f"{fits}: {bucket} is a bucket"
            raise ConfigError("stack", stack, allowed, "change it with `pulumi stack rename NAME`")


def _check_function(stack: str, table: str) -> None:
    function = f"lifeboat-{stack}-{FUNCTION}-{table}"
    if len(function) > LONGEST_FUNCTION_NAME:
        most = LONGEST_FUNCTION_NAME - len(function) + len(table)
        fits = f"in mode streams its name has at most {most} characters, or the stack's is as much shorter"
        allowed = f"{fits}: {function} is a function, and Lambda takes {LONGEST_FUNCTION_NAME}"
        raise ConfigError(f"{KEY}.tables.{table}", table, allowed, IN_THE_FILE)


def _check_attribute(key: str, attribute: str) -> None:
    allowed = None
    if attribute.startswith(OURS):
        allowed = f"attributes that begin with {OURS} are what replication adds"
    elif "," in attribute:
        allowed = "no attribute that replication must know holds a comma, which parts them"
    if allowed:
        raise ConfigError(key, attribute, allowed, IN_THE_FILE)


def _attributes(table: TableSchema) -> Iterator[tuple[str, str]]:
    """Yield the attributes that a table names, each with its key in config."""
    yield "partitionKey.name", table.partition_key.name
    if table.sort_key:
        yield "sortKey.name", table.sort_key.name
    for kind, indexes in (("globalIndexes", table.global_indexes), ("localIndexes", table.local_indexes)):
        for index in indexes:
            yield from ((f"{kind}.{index.name}.{key}", attribute) for key, attribute in _keys(index))
    if table.ttl_attribute:
        yield "ttlAttribute", table.ttl_attribute
    yield from (("localAttributes", attribute) for attribute in table.local_attributes)


def _keys(index: Index) -> Iterator[tuple[str, str]]:
    if index.partition_key:
        yield "partitionKey.name", index.partition_key.name
    if index.sort_key:
        yield "sortKey.name", index.sort_key.name
