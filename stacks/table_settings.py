"""Reads the application tables: any key schema that DynamoDB takes."""

import re
from collections.abc import Mapping
from typing import Literal

from infra.aws.table_schema import Expiry, Index, InvalidSchema, Key, LostWrites, TableSchema
from stacks.config_error import IN_THE_FILE, ConfigError
from stacks.config_section import Section

TABLE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
RESERVED = ("canary", "control", "inbox")


def read_tables(tables: Mapping[str, Section]) -> dict[str, TableSchema]:
    """Return the schemas by table name, sorted.

    Raises:
        ConfigError: a name that is taken or malformed, or a schema that DynamoDB would refuse.
    """
    return {name: _table(name, tables[name]) for name in sorted(tables)}


def _table(name: str, section: Section) -> TableSchema:
    if name in RESERVED or not TABLE_NAME.fullmatch(name):
        allowed = f"a table's name is 1-40 lower-case letters, digits and '-', and not {' or '.join(RESERVED)}"
        raise ConfigError(section.path, name, allowed, f"remove it with `pulumi config rm --path '{section.path}'`")
    try:
        with section:
            return _schema(section)
    except InvalidSchema as error:
        raise ConfigError(section.key(error.field), error.value, error.rule, IN_THE_FILE) from error


def _schema(section: Section) -> TableSchema:
    return TableSchema(
        partition_key=_key(section.section("partitionKey")),
        sort_key=_optional_key(section, "sortKey"),
        global_indexes=_indexes(section.sections("globalIndexes"), is_global=True),
        local_indexes=_indexes(section.sections("localIndexes"), is_global=False),
        ttl_attribute=section.optional_text("ttlAttribute"),
        point_in_time_recovery=section.flag("pointInTimeRecovery", True),
        encryption_key_id=section.optional_text("encryptionKeyId"),
        local_attributes=section.texts("localAttributes", ()),
        expiry=_expiry(section),
        lost_writes=_lost_writes(section),
    )


def _expiry(section: Section) -> Expiry:
    match section.text("expiry", "ignore"):
        case "ignore" | "replicate" as expiry:
            return expiry
        case other:
            raise ConfigError(section.key("expiry"), other, "it must be ignore or replicate")


def _lost_writes(section: Section) -> LostWrites:
    match section.text("lostWrites", "listed"):
        case "listed" | "unlisted" as lost_writes:
            return lost_writes
        case other:
            raise ConfigError(section.key("lostWrites"), other, "it must be listed or unlisted")


def _indexes(indexes: Mapping[str, Section], is_global: bool) -> tuple[Index, ...]:
    return tuple(_index(name, indexes[name], is_global) for name in sorted(indexes))


def _index(name: str, section: Section, is_global: bool) -> Index:
    try:
        with section:
            return Index(
                name=name,
                partition_key=_key(section.section("partitionKey")) if is_global else None,
                sort_key=_optional_key(section, "sortKey") if is_global else _key(section.section("sortKey")),
                projection=_projection(section),
                included=section.texts("included", ()),
            )
    except InvalidSchema as error:
        raise ConfigError(section.key(error.field), error.value, error.rule, IN_THE_FILE) from error


def _projection(section: Section) -> Literal["ALL", "KEYS_ONLY", "INCLUDE"]:
    match section.text("projection", "ALL"):
        case "ALL" | "KEYS_ONLY" | "INCLUDE" as projection:
            return projection
        case other:
            raise ConfigError(section.key("projection"), other, "it must be ALL, KEYS_ONLY or INCLUDE")


def _optional_key(section: Section, name: str) -> Key | None:
    return _key(section.section(name)) if section.has(name) else None


def _key(section: Section) -> Key:
    try:
        with section:
            return Key(name=section.text("name"), type=section.text("type", "S"))
    except InvalidSchema as error:
        raise ConfigError(section.key(error.field), error.value, error.rule, IN_THE_FILE) from error
