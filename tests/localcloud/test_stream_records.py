"""A record as a function gets it from a stream."""

from datetime import datetime

import pytest

from localcloud.stream_records import read_record
from tests.localcloud.stream_bench import EAST, StreamBench
from tests.localcloud.tables import key


def test_a_record_is_what_lambda_hands_over(mapped: StreamBench) -> None:
    dynamodb = mapped.client("dynamodb")
    mapped.map()
    item = {**key("a"), "n": {"N": "1"}, "b": {"B": b"\x00\xff"}, "bs": {"BS": [b"\x01"]}, "m": {"M": {"l": {"L": []}}}}
    dynamodb.put_item(TableName=mapped.table, Item=item)
    dynamodb.delete_item(TableName=mapped.table, Key=key("a"))
    mapped.wait(1)
    ((inserted, removed),) = mapped.records()
    assert (inserted["eventName"], removed["eventName"]) == ("INSERT", "REMOVE")
    assert inserted.keys() == {
        "eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "eventSourceARN",
    }  # fmt: skip
    assert (inserted["eventVersion"], inserted["eventSource"], inserted["awsRegion"]) == ("1.1", "aws:dynamodb", EAST)
    assert inserted["eventSourceARN"] == mapped.stream
    change = inserted["dynamodb"]
    image = {**key("a"), "n": {"N": "1"}, "b": {"B": "AP8="}, "bs": {"BS": ["AQ=="]}, "m": {"M": {"l": {"L": []}}}}
    assert (change["Keys"], change["NewImage"]) == (key("a"), image)
    assert removed["dynamodb"]["OldImage"] == image
    assert isinstance(change["ApproximateCreationDateTime"], int)
    assert abs(change["ApproximateCreationDateTime"] - mapped.started_at.timestamp()) < 30
    assert int(removed["dynamodb"]["SequenceNumber"]) > int(change["SequenceNumber"])
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert change["SizeBytes"] > 0


def test_an_image_is_that_of_its_own_time_whatever_becomes_of_the_item(mapped: StreamBench) -> None:
    dynamodb = mapped.client("dynamodb")
    mapped.map()
    dynamodb.put_item(
        TableName=mapped.table, Item={**key("a"), "m": {"M": {"n": {"N": "1"}, "l": {"L": [{"S": "x"}]}}}}
    )
    update = {"UpdateExpression": "SET m.n = m.n + :one, m.l[0] = :y"}
    values = {":one": {"N": "1"}, ":y": {"S": "y"}}
    dynamodb.update_item(TableName=mapped.table, Key=key("a"), **update, ExpressionAttributeValues=values)
    mapped.wait(1)
    ((first, second),) = mapped.records()
    before, after = ({"n": {"N": n}, "l": {"L": [{"S": text}]}} for n, text in (("1", "x"), ("2", "y")))
    assert first["dynamodb"]["NewImage"]["m"] == {"M": before}
    assert second["dynamodb"]["OldImage"]["m"] == {"M": before}
    assert second["dynamodb"]["NewImage"]["m"] == {"M": after}


def key_of(value: dict[str, object]) -> str:
    change = {"Keys": {"id": value}, "SequenceNumber": "1", "ApproximateCreationDateTime": datetime(2026, 3, 1)}  # noqa: DTZ001 as moto keeps it
    return read_record({"dynamodb": change}, {}, "id").key


@pytest.mark.parametrize("other", ["1.0", "1.00", "0.1e1"])
def test_a_number_is_one_key_however_it_is_spelled(other: str) -> None:
    assert key_of({"N": other}) == key_of({"N": "1"})


@pytest.mark.parametrize("other", [{"N": "2"}, {"S": "1"}, {"B": b"1"}])
def test_other_values_are_other_keys(other: dict[str, object]) -> None:
    assert key_of(other) != key_of({"N": "1"})
