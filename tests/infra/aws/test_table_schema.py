"""A schema that exists is one that DynamoDB takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.aws.table_schema import Index, InvalidSchema, Key, TableSchema

ID, AT = Key(name="id"), Key(name="at", type="N")


def index(number: int, key: Key = AT) -> Index:
    return Index(name=f"index-{number}", partition_key=key)


def including(number: int, attributes: int) -> Index:
    included = tuple(f"note-{each}" for each in range(attributes))
    return Index(name=f"index-{number}", partition_key=AT, projection="INCLUDE", included=included)


REFUSED = [
    (lambda: Key(name=""), "name"),
    (lambda: Key(name="id", type="L"), "type"),
    (lambda: Index(name="a", partition_key=ID), "name"),
    (lambda: Index(name="abc", projection="INCLUDE"), "projection"),
    (lambda: Index(name="abc", included=("note",)), "projection"),
    (lambda: TableSchema(partition_key=ID, local_indexes=(Index(name="abc", sort_key=AT),)), "localIndexes"),
    (lambda: TableSchema(partition_key=ID, global_indexes=tuple(map(index, range(21)))), "globalIndexes"),
    (lambda: TableSchema(partition_key=ID, global_indexes=(index(1), index(1))), "globalIndexes"),
    (lambda: TableSchema(partition_key=ID, sort_key=Key(name="id", type="N")), "sortKey"),
    (lambda: TableSchema(partition_key=ID, encryption_key_id="1234"), "encryptionKeyId"),
    (lambda: including(0, 21), "included"),
    (lambda: Index(name="abc", projection="INCLUDE", included=("a" * 256,)), "included"),
    (lambda: TableSchema(partition_key=ID, ttl_attribute="a" * 256), "ttlAttribute"),
    (lambda: TableSchema(partition_key=ID, global_indexes=tuple(including(n, 17) for n in range(6))), "globalIndexes"),
]


@pytest.mark.parametrize(("make", "field"), REFUSED)
def test_what_dynamodb_refuses_cannot_be_made(make: object, field: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidSchema) as refused:
        make()
    assert refused.value.field == field


@given(st.lists(st.sampled_from(["id", "at", "status", "total"]), max_size=6))
def test_each_key_attribute_is_declared_once_and_no_other(names: list[str]) -> None:
    indexes = tuple(index(number, Key(name=name)) for number, name in enumerate(names))
    schema = TableSchema(partition_key=ID, global_indexes=indexes)
    assert list(schema.key_types()) == sorted({"id", *names})


def test_as_many_attributes_are_included_as_dynamodb_takes() -> None:
    indexes = tuple(including(number, 20) for number in range(5))
    assert TableSchema(partition_key=ID, global_indexes=indexes, ttl_attribute="a" * 255).global_indexes == indexes
