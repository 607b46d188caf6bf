"""The models of the two kinds of global table do what the real ones are known for."""

import random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.failover.wiring import CONTROL, REGIONS, SITES
from tests.simulation.hub import Hub
from tests.simulation.tables import Mrec, Mrsc
from tests.simulation.weather import Fault, How, Weather, parted

HERE, THERE = SITES.primary, SITES.secondary
CUT = Fault(what="cut", how=How.BLACKHOLE, services=("mrec",))


class Cloud:
    """Both models over one clock and one weather."""

    def __init__(self) -> None:
        self.hub, dice = Hub(), random.Random(7)  # noqa: S311 - lag guards nothing
        self.weather = Weather(dice, loss=0.0, tail=0.0)
        self.mrec = Mrec(self.hub, self.weather, dice, lag=1.0)
        self.mrsc = Mrsc(self.hub, self.weather)

    def put(self, region: str, key: str, value: str) -> None:
        self.mrec.serve(region, "put_item", {"TableName": "orders", "Item": {"id": {"S": key}, "v": {"S": value}}})

    def get(self, region: str, key: str) -> str | None:
        found = self.mrec.serve(region, "get_item", {"TableName": "orders", "Key": {"id": {"S": key}}})
        return found["Item"]["v"]["S"] if "Item" in found else None

    def vote(self, region: str) -> Any:
        return self.mrsc.serve(
            region,
            "update_item",
            {
                "TableName": CONTROL,
                "Key": {"pk": {"S": "vote"}, "sk": {"S": "vote"}},
                "UpdateExpression": "SET #v = :v",
                "ConditionExpression": "attribute_not_exists(#no)",
                "ExpressionAttributeNames": {"#v": "v", "#no": "no"},
                "ExpressionAttributeValues": {":v": {"S": region}},
                "ReturnValues": "ALL_NEW",
            },
        )


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def test_a_write_arrives_in_the_other_region_after_the_lag(cloud: Cloud) -> None:
    cloud.put(HERE, "k", "x")
    assert (cloud.get(HERE, "k"), cloud.get(THERE, "k")) == ("x", None)
    cloud.hub.now = 1.5
    assert cloud.get(THERE, "k") == "x"


def test_the_last_writer_wins_in_both_regions(cloud: Cloud) -> None:
    cloud.put(HERE, "k", "first")
    cloud.hub.now = 0.1
    cloud.put(THERE, "k", "last")
    cloud.hub.now = 3.0
    assert {cloud.get(HERE, "k"), cloud.get(THERE, "k")} == {"last"}


def test_what_is_under_way_waits_while_the_regions_are_cut_and_then_arrives_in_order(cloud: Cloud) -> None:
    cloud.put(HERE, "a", "x")
    cloud.mrec.around(lambda: cloud.weather.change([CUT]))
    cloud.hub.now = 9.0
    cloud.put(HERE, "b", "y")
    assert (cloud.get(THERE, "a"), cloud.get(THERE, "b")) == (None, None)
    cloud.mrec.around(lambda: cloud.weather.change([]))
    assert cloud.get(THERE, "a") is None
    cloud.hub.now = 11.0
    assert (cloud.get(THERE, "a"), cloud.get(THERE, "b")) == ("x", "y")


def test_two_regions_writing_one_item_at_once_meet_a_conflict_and_one_region_none(cloud: Cloud) -> None:
    cloud.vote(HERE)
    cloud.hub.now = 0.01
    with pytest.raises(ClientError, match="ReplicatedWriteConflict"):
        cloud.vote(THERE)
    cloud.vote(HERE)
    cloud.hub.now = 1.0
    assert cloud.vote(THERE)["Attributes"]["v"] == {"S": THERE}


def test_a_region_that_reaches_no_other_serves_nothing_of_the_control_table(cloud: Cloud) -> None:
    cloud.weather.change(parted(HERE, tuple(one for one in REGIONS if one != HERE), How.BLACKHOLE))
    with pytest.raises(ClientError, match="InternalServerError"):
        cloud.vote(HERE)
    cloud.vote(THERE)
