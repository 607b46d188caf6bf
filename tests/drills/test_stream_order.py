"""What arrived late under its key is counted; what a table took is read from its stream."""

import pytest

from drills.load_spec import LoadTable
from drills.stream_order import arrivals, out_of_order
from failover.replication.stamps import ATTRIBUTE, Stamp, Version
from tests.localcloud.conftest import ClientOf
from tests.localcloud.tables import BOTH_IMAGES, key, make


@pytest.mark.parametrize(
    ("arrived", "count"),
    [
        ([], 0),
        ([("a", "1"), ("a", "2"), ("a", "3")], 0),
        ([("a", "2"), ("b", "1"), ("a", "3"), ("b", "2")], 0),
        ([("a", "2"), ("a", "1"), ("a", "3")], 1),
        ([("a", "3"), ("a", "1"), ("a", "2")], 2),
        ([("a", "1"), ("a", "1")], 1),
    ],
)
def test_an_arrival_is_late_if_one_as_new_came_before_it_under_its_key(
    arrived: list[tuple[str, str]], count: int
) -> None:
    assert out_of_order((key, version, ()) for key, version in arrived) == count


def test_all_that_a_table_took_with_a_stamp_is_told_in_its_order(client: ClientOf) -> None:
    tables = client("dynamodb")
    name = make(tables, StreamSpecification=BOTH_IMAGES)
    stamps = [Stamp(version=Version(1, clock, "primary")) for clock in (7, 5)]
    for stamp in stamps:
        tables.put_item(TableName=name, Item={**key("a"), "value": {"S": "w"}, ATTRIBUTE: stamp.attribute()})
    tables.put_item(TableName=name, Item=key("b"))
    tables.delete_item(TableName=name, Key=key("a"))
    told = arrivals(tables, client("dynamodbstreams"), LoadTable(name=name, partition="id", mode="streams"))
    assert list(told) == [("a", str(stamp.version), ("w",)) for stamp in stamps]
