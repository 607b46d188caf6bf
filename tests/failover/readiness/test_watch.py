"""Which observers are heard: those whose counter moves while it is watched."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from failover import rows
from failover.readiness.connecting import connect
from tests.failover.readiness.whole import INVENTORY, PROTOCOL, REGIONS, vote

HOME = "us-east-1"


@dataclass
class Ticking:
    """A clock on which nothing happens but while one sleeps; ``voters`` vote then."""

    voters: tuple[str, ...] = ()
    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        for observer in self.voters:
            put(observer, counter=9 + len(self.slept))


def dynamodb() -> Any:
    return boto3.client("dynamodb", region_name=HOME)


def put(observer: str, **changes: Any) -> None:
    values = {**vars(vote(observer)), **changes}
    values.pop("observer")
    item = {**rows.vote_key("data", observer), **rows.to_item(values)}
    dynamodb().put_item(TableName=INVENTORY.control_table, Item=item)


@pytest.fixture(autouse=True)
def _votes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        dynamodb().create_table(
            TableName=INVENTORY.control_table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        )
        for observer in REGIONS:
            put(observer)
        yield


def watched(clock: Ticking, first: str = HOME) -> frozenset[str]:
    """Watch from a stack whose table answers in one region only."""
    regions = (first, *(region for region in REGIONS if region != first))
    return connect("data", replace(INVENTORY, control_regions=regions), PROTOCOL, (), clock).watch()


def test_all_are_heard_as_soon_as_each_has_moved() -> None:
    clock = Ticking(voters=REGIONS)
    assert watched(clock) == frozenset(REGIONS)
    assert clock.now - 100 <= PROTOCOL.probe_interval


def test_one_that_stands_still_is_not_heard_however_well_its_last_vote_reads() -> None:
    clock = Ticking(voters=REGIONS[:2])
    assert watched(clock) == frozenset(REGIONS[:2])
    assert PROTOCOL.vote_fresh <= clock.now - 100 <= PROTOCOL.vote_fresh + PROTOCOL.probe_interval


def test_votes_are_read_where_the_table_answers() -> None:
    assert watched(Ticking(voters=REGIONS), first="us-west-2") == frozenset(REGIONS)
