"""A look brings a fact for each thing that the inventory names, also of a region that has nothing of it."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from moto import mock_aws

from failover.readiness.connecting import connect
from failover.readiness.facts import Facts, Unseen
from failover.readiness.inventory import Inventory
from tests.failover.readiness.whole import AWAY, INVENTORY, PROTOCOL, REPLICATING, STREAMS, WHOLE


@dataclass
class Sleepless:
    """A clock that goes on while one sleeps."""

    now: float = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield


def looked(inventory: Inventory) -> Facts:
    return connect("data", inventory, PROTOCOL, (), Sleepless()).take()


KINDS = ("tables", "functions", "sources", "schedules", "queues", "topics", "dead_records", "alarms", "concurrency")


@pytest.mark.parametrize(("inventory", "whole"), [(INVENTORY, WHOLE), (STREAMS, REPLICATING)], ids=["mrec", "streams"])
def test_a_look_finds_out_about_each_thing_that_the_stack_should_have(inventory: Inventory, whole: Facts) -> None:
    facts = looked(inventory)
    assert {kind: set(getattr(facts, kind)) for kind in KINDS} == {kind: set(getattr(whole, kind)) for kind in KINDS}


def test_what_is_not_there_is_told_as_such_and_a_replicator_without_a_mapping_is_named() -> None:
    facts = looked(STREAMS)
    looks = (facts.tables, facts.functions, facts.queues, facts.topics)
    missing = [*itertools.chain.from_iterable(each.values() for each in looks), *facts.dead_records.values()]
    assert missing
    assert all(isinstance(one, Unseen) for one in missing)
    away = {place.name: state for place, state in facts.sources.items() if place.region == AWAY}
    assert away == dict.fromkeys(STREAMS.readers_in(AWAY), "no event source mapping")


@pytest.mark.parametrize("region", [AWAY, "us-east-1"])
def test_however_many_tables_there_are_lambda_is_called_as_often_as_it_answers_in_a_second(region: str) -> None:
    tables = {f"lifeboat-test-table-{number}": True for number in range(30)}
    survey = connect("data", replace(STREAMS, tables=tables), PROTOCOL, (), Sleepless())
    called: Counter[str] = Counter()
    events = survey.machines[region].functions.meta.events
    events.register("before-call.lambda", lambda model, **_: called.update([model.name]))
    survey.take()
    assert called.pop("GetFunction") == 31
    assert sum(called.values()) <= 15
