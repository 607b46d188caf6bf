"""Items come back through the gateway as they were put, whatever their attributes' types."""

from typing import Any

import pytest

from tests.localcloud.conftest import ClientOf
from tests.localcloud.tables import key, make

VALUES: dict[str, dict[str, Any]] = {
    "text": {"S": "a"},
    "empty text": {"S": ""},
    "number": {"N": "-12345678901234567890.123456789012345678"},
    "truth": {"BOOL": False},
    "null": {"NULL": True},
    "bytes": {"B": b"\x00\xff"},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "several bytes": {"BS": [b"\x00", b"\xff"]},
    "list": {"L": [{"S": "a"}, {"L": [{"N": "1"}, {"B": b"\x01"}]}, {"M": {}}]},
    "map": {"M": {"S": {"S": "a"}, "inner": {"M": {"B": {"B": b"\x02"}, "SS": {"SS": ["x"]}}}}},
}


@pytest.mark.parametrize("kind", VALUES)
def test_an_attribute_is_read_as_it_was_written(client: ClientOf, kind: str) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb)
    item = {**key(kind), "value": VALUES[kind], "S": {"S": "a name like a type's"}}
    dynamodb.put_item(TableName=table, Item=item)
    assert dynamodb.get_item(TableName=table, Key=key(kind))["Item"] == item
    batch = dynamodb.batch_get_item(RequestItems={table: {"Keys": [key(kind)]}})
    assert batch["Responses"][table] == [item]
