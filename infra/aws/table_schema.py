"""What a DynamoDB table holds and how it is found: keys, indexes, expiry. Values only; declares nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["mrec", "mrsc", "streams"]
Expiry = Literal["ignore", "replicate"]
LostWrites = Literal["listed", "unlisted"]
MODES: tuple[Mode, ...] = ("mrec", "mrsc", "streams")
EXPIRES = "_lifeboat_expires"  # as failover/replication/versioned_table.py says, which infra names by path only
"""What tombstones expire by in a table that has no TTL of its own."""
KEY_TYPES = ("S", "N", "B")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
LARGEST_GLOBAL_INDEXES = 20
LARGEST_LOCAL_INDEXES = 5
# Of attributes that INCLUDE names, in one index and in all of a table's, an attribute named twice counted twice
# (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html).
LARGEST_INCLUDED = 20
LARGEST_INCLUDED_IN_ALL = 100
# Of keys, included attributes and the one that items expire by
# (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-naming-rules).
LONGEST_ATTRIBUTE_NAME = 255
INDEX_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class InvalidSchema(ValueError):
    """A table that DynamoDB would refuse; ``field`` is the path of the wrong part inside the table."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field} is {value!r}; {rule}")
        self.field = field
        self.value = value
        self.rule = rule


@dataclass(frozen=True, kw_only=True)
class Key:
    """One attribute of a key: its name and type (S text, N number, B binary)."""

    name: str
    type: str = "S"

    def __post_init__(self) -> None:
        _require_name("name", self.name)
        if self.type not in KEY_TYPES:
            raise InvalidSchema("type", self.type, f"a key's type is one of {', '.join(KEY_TYPES)}")


@dataclass(frozen=True, kw_only=True)
class Index:
    """A secondary index. A local one has the table's partition key, so it names none."""

    name: str
    partition_key: Key | None = None
    sort_key: Key | None = None
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not INDEX_NAME.fullmatch(self.name):
            raise InvalidSchema("name", self.name, "an index name has 3-255 letters, digits, '_', '-' or '.'")
        _require_two_names(self.partition_key, self.sort_key)
        if (self.projection == "INCLUDE") != bool(self.included):
            raise InvalidSchema("projection", self.included, "INCLUDE, and only it, lists attributes")
        if len(self.included) > LARGEST_INCLUDED:
            raise InvalidSchema("included", len(self.included), f"an index includes at most {LARGEST_INCLUDED}")
        for name in self.included:
            _require_name("included", name)

    def keys(self) -> Iterator[Key]:
        """Yield the keys that the index itself names."""
        yield from (key for key in (self.partition_key, self.sort_key) if key)


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """A table that DynamoDB accepts.

    In mode `streams` ``local_attributes`` never leave the region that they were written in, and ``expiry`` says whether
    an item that expired is deleted in the other region as well, or left to expire there by itself. In mode `mrec`
    ``lost_writes`` says whether what the last writer overruled is listed, for which items carry versions.

    ``account_key`` encrypts with a key of the account, AWS-managed or ``encryption_key_id``: its uses are in CloudTrail
    and cost; without it the key is one of DynamoDB's own.

    Raises:
        InvalidSchema: two types for one attribute, one name for both keys, too many indexes, a local index without a
            sort key, too many included attributes, expiry by an attribute that is no number.
    """

    partition_key: Key
    sort_key: Key | None = None
    global_indexes: tuple[Index, ...] = ()
    local_indexes: tuple[Index, ...] = ()
    ttl_attribute: str | None = None
    point_in_time_recovery: bool = True
    encryption_key_id: str | None = None
    account_key: bool = True
    local_attributes: tuple[str, ...] = ()
    expiry: Expiry = "ignore"
    lost_writes: LostWrites = "listed"

    def __post_init__(self) -> None:
        _require_two_names(self.partition_key, self.sort_key)
        self._limit("globalIndexes", self.global_indexes, LARGEST_GLOBAL_INDEXES)
        self._limit("localIndexes", self.local_indexes, LARGEST_LOCAL_INDEXES)
        self._limit_included()
        if self.ttl_attribute is not None:
            _require_name("ttlAttribute", self.ttl_attribute)
        if self.local_indexes and not self.sort_key:
            raise InvalidSchema(
                "localIndexes", self.local_indexes[0].name, "a local index needs a table with a sortKey"
            )
        for index in self.local_indexes:
            if index.sort_key and index.sort_key.name == self.partition_key.name:
                raise InvalidSchema("localIndexes", index.name, "its sortKey must not be the table's partitionKey")
        if self.encryption_key_id and not self.encryption_key_id.startswith("mrk-"):
            raise InvalidSchema("encryptionKeyId", self.encryption_key_id, "it must be a multi-Region key, mrk-...")
        for name in self.local_attributes:
            if name in self.key_types() or name == self.ttl_attribute:
                raise InvalidSchema("localAttributes", name, "both regions need an item's keys and its expiry")
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
        if self.key_types().get(str(self.ttl_attribute), "N") != "N":
            raise InvalidSchema("ttlAttribute", self.ttl_attribute, "items expire by a number, and this key is none")

    def versioned(self, mode: Mode) -> bool:
        """Say whether its items carry versions, and deletions leave tombstones."""
        return mode == "streams" or (mode == "mrec" and self.lost_writes == "listed")

    def key_types(self) -> dict[str, str]:
        """Return the type of each attribute that is part of a key, by name, sorted."""
        types: dict[str, str] = {}
        for key in self._keys():
            if types.setdefault(key.name, key.type) != key.type:
                raise InvalidSchema(
                    key.name, key.type, f"it is {types[key.name]} in another key; one attribute, one type"
                )
        return dict(sorted(types.items()))

    def own_keys(self) -> Iterator[Key]:
        """Yield the keys of the table itself, its partition key first."""
        yield self.partition_key
        if self.sort_key:
            yield self.sort_key

    def _keys(self) -> Iterator[Key]:
        yield from self.own_keys()
        for index in (*self.global_indexes, *self.local_indexes):
            yield from index.keys()

    def _limit_included(self) -> None:
        included = sum(len(index.included) for index in (*self.global_indexes, *self.local_indexes))
        if included > LARGEST_INCLUDED_IN_ALL:
            rule = f"all indexes of a table together include at most {LARGEST_INCLUDED_IN_ALL} attributes"
            raise InvalidSchema("globalIndexes", included, rule)

    def _limit(self, field: str, indexes: Sequence[Index], largest: int) -> None:
        if len(indexes) > largest:
            raise InvalidSchema(field, len(indexes), f"DynamoDB takes at most {largest}")
        names = [index.name for index in (*self.global_indexes, *self.local_indexes)]
        if len(set(names)) != len(names):
            raise InvalidSchema(field, sorted(names), "no two indexes of one table share a name")


def _require_name(field: str, name: str) -> None:
    if not 1 <= len(name) <= LONGEST_ATTRIBUTE_NAME:
        raise InvalidSchema(field, name, f"an attribute name has 1-{LONGEST_ATTRIBUTE_NAME} characters")


def _require_two_names(partition_key: Key | None, sort_key: Key | None) -> None:
    if partition_key and sort_key and partition_key.name == sort_key.name:
        raise InvalidSchema("sortKey", sort_key.name, "it must be another attribute than the partitionKey")
