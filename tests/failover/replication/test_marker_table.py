"""Markers in a table: written once, never over an item, and looked for until all have come through."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from failover.replication.marker_table import MOST_ATTEMPTS, KeyTaken, MarkerTable
from failover.replication.markers import Markers, after_lap, key_of, marker_in
from failover.replication.writing import Contended
from tests.failover.replication.records import HERE
from tests.failover.replication.two_sites import AtOnce, StandingClock

REGION, TABLE, EXPIRES = "us-east-1", "orders", 1_900_000_000
MARKERS = Markers(id="one", places="one", numbers=range(130))  # more than one batch of reads or writes
SCHEMAS = [("S", ""), ("N", ""), ("B", ""), ("S", "N"), ("N", "S"), ("B", "B")]


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("dynamodb", REGION)


def create(client: Any, pk: str, sk: str = "") -> dict[str, str]:
    types = {"pk": pk, **({"sk": sk} if sk else {})}
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": "HASH" if name == "pk" else "RANGE"} for name in types],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
    )
    return types


def markers_in(client: Any, types: dict[str, str]) -> MarkerTable:
    return MarkerTable(
        client=client,
        table=TABLE,
        here=HERE,
        key_types=types,
        ttl_attribute="expires",
        pool=AtOnce(),
        clock=StandingClock(),
        jitter=lambda: 1.0,
    )


def items(client: Any) -> list[dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName=TABLE)
    return [item for page in pages for item in page["Items"]]


@pytest.mark.parametrize(("pk", "sk"), SCHEMAS)
def test_all_markers_are_written_into_a_table_of_any_key_and_found_again(client: Any, pk: str, sk: str) -> None:
    table = markers_in(client, types := create(client, pk, sk))
    table.begin(MARKERS, EXPIRES)

    written = items(client)
    assert len(written) == len(MARKERS.numbers)
    assert {one["expires"]["N"] for one in written} == {str(EXPIRES)}
    assert all(one.keys() == {*types, "expires", "_lifeboat"} for one in written)
    assert table.look(MARKERS, 0.0).waiting == len(MARKERS.numbers)

    for lap in (2, 3):
        for batch in (written[::2], written[1::2]):
            table.write([*after_lap(batch, HERE)])
        written = [one for one in items(client) if (marker := marker_in(one)) and marker.lap == lap]
    seen = table.look(MARKERS, 0.0)
    assert (seen.waiting, len(seen.leading)) == (0, 2)


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_no_marker_is_written_where_an_item_of_the_application_stands(client: Any, kind: str) -> None:
    table = markers_in(client, types := create(client, kind))
    theirs = {**key_of("one", 107, types), "value": {"S": "paid"}}
    client.put_item(TableName=TABLE, Item=theirs)

    with pytest.raises(KeyTaken, match=TABLE):
        table.begin(MARKERS, EXPIRES)
    assert items(client) == [theirs]


def test_whoever_asks_twice_has_nothing_written_again(client: Any) -> None:
    table = markers_in(client, create(client, "S"))
    table.begin(MARKERS, EXPIRES)
    table.write([*after_lap(items(client)[:10], HERE)])
    before = sorted(items(client), key=str)
    table.begin(MARKERS, EXPIRES + 1)
    assert sorted(items(client), key=str) == before


def test_the_places_of_an_earlier_proofs_markers_are_taken_by_the_next(client: Any) -> None:
    table = markers_in(client, create(client, "S"))
    table.begin(MARKERS, EXPIRES)
    again = Markers(id="two", places="one", numbers=(3, 7))
    table.begin(again, EXPIRES)
    found = [marker for one in items(client) if (marker := marker_in(one))]
    assert {marker.number for marker in found if marker.id == "two"} == {3, 7}
    assert len(found) == len(MARKERS.numbers)


@dataclass
class Stingy:
    """A table that leaves something of each batch unprocessed, so many times."""

    client: Any
    times: int

    def batch_write_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - boto3's spelling
        ((table, requests),) = RequestItems.items()
        self.times -= 1
        if self.times < 0:
            return self.client.batch_write_item(RequestItems=RequestItems)
        self.client.batch_write_item(RequestItems={table: requests[:1]})
        return {"UnprocessedItems": {table: requests[1:]}} if requests[1:] else {"UnprocessedItems": {}}

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803
        return self.client.batch_get_item(RequestItems=RequestItems)


def test_what_a_batch_left_out_is_written_after_a_pause(client: Any) -> None:
    types = create(client, "S")
    table = markers_in(Stingy(client, 3), types)
    table.begin(Markers(id="one", places="one", numbers=range(20)), EXPIRES)
    assert len(items(client)) == 20
    assert table.clock.monotonic() > 0


def test_a_table_that_goes_on_leaving_something_out_is_given_up(client: Any) -> None:
    types = create(client, "S")
    with pytest.raises(Contended, match="unprocessed"):
        markers_in(Stingy(client, MOST_ATTEMPTS), types).begin(
            Markers(id="one", places="one", numbers=range(20)), EXPIRES
        )


def test_a_look_lasts_until_its_time_is_over(client: Any) -> None:
    table = markers_in(client, create(client, "S"))
    assert table.look(MARKERS, 1.0).waiting == len(MARKERS.numbers)
    assert table.clock.monotonic() >= 1.0
